//! Who may call: pages of this machine and of the origins that were named, and nobody else's.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HOST, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::visit::Page;
use crate::{ApiError, Emulator, Result};

/// Lets a request through whose page may ask, and tells the browser so where it has to know.
pub(super) async fn admit(State(emulator): State<Emulator>, request: Request, next: Next) -> Result<Response> {
    let page = Page::of(request.headers());
    let allowed = &emulator.settings().allowed_origins;
    if !is_local(host(request.headers())) && !allowed.contains(&page.origin()) {
        let message = "The local Clerk answers on this machine's names; name another origin with --origin";
        return Err(ApiError::forbidden("host_invalid", message));
    }
    let Some(origin) = page.foreign_origin().map(str::to_owned) else {
        return Ok(next.run(request).await);
    };
    // The scripts of the packages are the same for everybody.
    let is_file = request.uri().path().starts_with("/npm/");
    if !is_file && !allowed.contains(&origin) {
        let message =
            format!("Pages of {origin} may not call the local Clerk at this address; allow them with --origin");
        return Err(ApiError::forbidden("origin_invalid", message));
    }
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    allow(response.headers_mut(), &origin);
    Ok(response)
}

fn allow(headers: &mut HeaderMap, origin: &str) {
    let value = HeaderValue::from_str(origin).unwrap_or_else(|_| HeaderValue::from_static("null"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let fixed = [
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        (ACCESS_CONTROL_EXPOSE_HEADERS, "Clerk-Db-Jwt, X-Country, Retry-After"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// A name that only this machine or its network gives: a public one may be anybody's, whatever it resolves to.
pub(crate) fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    address || !name.contains('.') || name.ends_with(".localhost") || name.ends_with(".internal")
}
