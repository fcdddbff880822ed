//! Pages for people: who there is to be, with one click; and the webhooks that were sent.

mod events;
mod people;

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    middleware::from_fn,
    response::IntoResponse,
    routing::{get, post},
};

use super::PREFIX;
use crate::{Emulator, control::refuse_other_sites};

pub(super) fn router() -> Router<Emulator> {
    Router::new()
        .route("/", get(people::page))
        .route("/sign-in/{user}", get(people::sign_in))
        .route("/events", get(events::page))
        .route("/events/{id}", get(events::one))
        .route("/events/{id}/redeliver", post(events::redeliver))
        .layer(from_fn(refuse_other_sites))
}

const STYLE: &str = ":root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}\
nav a{margin-right:1rem}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;padding:.4rem 1rem .4rem 0;vertical-align:top}tr+tr td{border-top:1px solid #8884}\
small{opacity:.75}code{font-size:.9em}pre{background:#8882;padding:.75rem;overflow-x:auto}\
.in{display:inline-block;padding:.1rem .6rem;margin:0 .4rem .3rem 0;border:1px solid #8886;border-radius:.5rem;\
text-decoration:none}button{font:inherit;padding:.1rem .6rem}";

/// The policy allows what these pages hold, and no script.
fn html(title: &str, body: &str) -> impl IntoResponse + use<> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}: Local Clerk</title>\
         <style>{STYLE}</style><nav><a href=\"{PREFIX}/\">People</a><a href=\"{PREFIX}/events\">Events</a></nav>\
         <main><h1>{title}</h1>{body}</main></html>"
    );
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, page)
}
