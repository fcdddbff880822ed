//! The two pages that somebody sees who follows a link in a mail. They load nothing.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use super::Kind;
use super::letter::ONE_CLICK;

/// Styles of the page itself, and one form to its own address.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/// Asks.
pub(super) fn question(kind: Kind) -> Response {
    let (name, value) = ONE_CLICK.split_once('=').unwrap_or_default();
    let form = format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"{name}\" value=\"{value}\"><button>No more mail</button></form>"
    );
    page(&format!("<p>Do you want no more mail {}?</p>\n{form}", kind.words()))
}

/// Confirms.
pub(super) fn done(kind: Kind) -> Response {
    page(&format!(
        "<p>You get no more mail {}.</p>\n<p>Your preferences in the product bring it back.</p>",
        kind.words()
    ))
}

fn page(body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>Mail</title>\n<style>body {{ font: 16px/1.5 sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em }} \
         button {{ font: inherit; padding: .5em 1em }}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
