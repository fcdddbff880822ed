//! How the files are answered: what may be kept, and what a page may load.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::{NOT_KEPT, files};
use crate::error::Error;

/// Their names change with what is in them.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What the page may load: its own, and of Clerk what Clerk's components need (Clerk's documentation, "Content Security Policy").
/// The hash is that of an empty style element, which those fill by script. `clerk` is the origin of the Frontend API where it is not the
/// page's own, `album` that of people's pictures.
pub(super) fn policy(clerk: Option<&str>, album: Option<&str>) -> HeaderValue {
    let origin = clerk.map(|clerk| format!(" {clerk}")).unwrap_or_default();
    // Only Clerk's own servers ask for proof that somebody is no robot.
    let robots = if clerk.is_some() { " https://challenges.cloudflare.com" } else { "" };
    let pictures = album.or(clerk.and(Some("https://img.clerk.com")));
    let pictures = pictures.map(|album| format!(" {album}")).unwrap_or_default();
    let frames = if robots.is_empty() { " 'none'" } else { robots };
    let text = format!(
        "default-src 'none'; script-src 'self'{origin}{robots}; \
         style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; connect-src 'self'{origin}; \
         img-src 'self' data: blob:{pictures}; font-src 'self'; worker-src 'self' blob:; frame-src{frames}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    // An origin is ASCII without control characters.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The page, whatever it is to show: it reads the address itself.
pub(super) fn index(policy: &HeaderValue) -> Response {
    match files::get(files::INDEX) {
        Some((page, _)) => {
            let headers = [NOT_KEPT, (header::CONTENT_SECURITY_POLICY, policy.clone())];
            (headers, Html(page.into_owned())).into_response()
        }
        None => (StatusCode::NOT_FOUND, [NOT_KEPT], Html(NOT_BUILT)).into_response(),
    }
}

/// A file, or the page at one of its addresses.
pub(super) fn file(path: &str, policy: &HeaderValue) -> Response {
    match files::get(path) {
        _ if path == files::INDEX => index(policy),
        Some((data, kind)) => answer(path, data, &kind),
        // A page that is older than the program asks for what there is no more; it must not take the index for a script.
        None if path.starts_with("assets/") => Error::ROUTE_NOT_FOUND.into_response(),
        None => index(policy),
    }
}

fn answer(path: &str, data: Cow<'static, [u8]>, kind: &str) -> Response {
    let kept = if path.starts_with("assets/") { FOR_EVER } else { NOT_KEPT.1 };
    let kind = HeaderValue::try_from(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], data.into_owned()).into_response()
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tenantry</title>\
    <h1>The dashboard is not built</h1><p>With Node.js 20 or newer, once:</p>\
    <pre>(cd dashboard &amp;&amp; npm ci &amp;&amp; npm run build)</pre>\
    <p>Then load this page again; a release is to be built anew. The API works without it: <a href=\"/docs/\">its documentation</a>.</p>";
