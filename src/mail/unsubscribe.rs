//! `/mail/unsubscribe/{token}`: the link in every mail. The token is the authentication, and good for nothing else.
//!
//! Looking at it changes nothing, since programs that look for viruses follow links; posting to it does (RFC 8058).

use std::net::IpAddr;

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::routes;

use super::letter::ONE_CLICK;
use super::preferences::{MailPreferencesChanges, change, of_token};
use super::{Kind, page};
use crate::audit::{Actor, Origin};
use crate::auth::PublicRoutes;
use crate::db::Db;
use crate::error::{Error, FieldError, Problem, REQUEST_ID, Result};
use crate::http::extract::{Path, body};
use crate::http::query::NoQuery;
use crate::limits::Limiter;
use crate::state::AppState;

const BECAUSE: &str = "The token in the link is the authentication; mail programs have no other.";

const UNKNOWN: Error =
    Error::NotFound { code: "unsubscribe_link_unknown", detail: "This link is not known, or no longer." };

/// The routes under `/mail`. They are public.
pub fn public_router() -> PublicRoutes<AppState> {
    PublicRoutes::new().because(BECAUSE, routes!(get_unsubscribe, unsubscribe))
}

/// The token in the path.
#[derive(Debug, Deserialize)]
pub struct TokenPath {
    token: String,
}

impl TokenPath {
    async fn owner(&self, db: &Db) -> Result<(String, Kind)> {
        of_token(db, &self.token).await?.ok_or(UNKNOWN)
    }
}

/// Show the way to unsubscribe.
///
/// A page with a button. Nothing is changed by looking at it.
#[utoipa::path(
    get, path = "/unsubscribe/{token}", tag = "people",
    params(("token" = String, Path, description = "From a mail")),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_unsubscribe(State(db): State<Db>, _: NoQuery, Path(path): Path<TokenPath>) -> Result<Response> {
    let (_, kind) = path.owner(&db).await?;
    Ok(page::question(kind))
}

/// Unsubscribe.
///
/// The person to whom the mail was sent gets no more of its kind. May be repeated without harm.
#[utoipa::path(
    post, path = "/unsubscribe/{token}", tag = "people",
    params(("token" = String, Path, description = "From a mail")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`List-Unsubscribe=One-Click`"),
    responses(
        (status = 200, description = "They get no more of it", body = String, content_type = "text/html"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn unsubscribe(
    State(db): State<Db>,
    at: Whence,
    _: NoQuery,
    Path(path): Path<TokenPath>,
    request: Request,
) -> Result<Response> {
    let (user_id, kind) = path.owner(&db).await?;
    let headers = request.headers().clone();
    demand_one_click(&headers, &body(request, &()).await?)?;
    change(&db, &user_id, &at.origin(&user_id), MailPreferencesChanges::none_of(kind)).await?;
    Ok(page::done(kind))
}

/// A form of one field, in either of the two encodings that RFC 8058 allows.
fn demand_one_click(headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (name, value) = ONE_CLICK.split_once('=').unwrap_or_default();
    let meant = if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let body = String::from_utf8_lossy(body);
        body.contains(&format!("name=\"{name}\"")) && body.lines().any(|line| line.trim_end() == value)
    } else {
        url::form_urlencoded::parse(body).any(|(key, said)| key == name && said == value)
    };
    if meant {
        return Ok(());
    }
    Err(FieldError::body(format!("/{name}"), "required", format!("Send the form {ONE_CLICK}.")).into())
}

/// Whence a request came that brings no session token.
#[derive(Debug)]
pub struct Whence {
    request_id: Option<String>,
    address: Option<IpAddr>,
}

impl Whence {
    /// The holder of somebody's token acts for them.
    fn origin(self, user_id: &str) -> Origin {
        let Self { request_id, address } = self;
        Origin { actor: Actor::User(user_id.to_owned()), impersonator: None, request_id, address }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Whence
where
    Limiter: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let request_id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        Ok(Self { request_id, address: Limiter::from_ref(state).client(parts) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_of_the_form_are_read_and_nothing_else() {
        let judged = |kind: &str, body: &str| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
            demand_one_click(&headers, body.as_bytes()).is_ok()
        };
        let form = "application/x-www-form-urlencoded";
        assert!(judged(form, "List-Unsubscribe=One-Click"));
        assert!(judged(form, "a=b&List%2DUnsubscribe=One-Click"));
        let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert!(judged("multipart/form-data; boundary=x", parts));
        for (kind, body) in [(form, ""), (form, "List-Unsubscribe=no"), ("multipart/form-data; boundary=x", "--x--")] {
            assert!(!judged(kind, body), "{body}");
        }
    }
}
