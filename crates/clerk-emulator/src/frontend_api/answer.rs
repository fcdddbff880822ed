//! Answers: what was asked for beside the whole client, cookies, and nothing that is kept by a cache.

use axum::{
    Json,
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    shape::View,
    visit::{CLIENT_COOKIE, DEV_BROWSER, Visit},
};
use crate::{Emulator, Result, ids, state::State};

/// Where a new dev browser is told besides the body.
pub(super) const DEV_BROWSER_HEADER: HeaderName = HeaderName::from_static("clerk-db-jwt");

/// Ten years, in seconds.
const LONG: u64 = 315_360_000;

pub(super) async fn never_stored(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Shows something to a client that is signed in or at least known.
pub(super) fn show(
    emulator: &Emulator,
    visit: &Visit,
    look: impl FnOnce(&View<'_>, &State, &str) -> Result<Value>,
) -> Result<Json<Value>> {
    emulator.read(|state| {
        let client = visit.known_client(emulator, state)?;
        let view = View::new(emulator, state, &visit.page);
        let response = look(&view, state, &client)?;
        Ok(Json(json!({ "response": response, "client": view.client(&client) })))
    })
}

/// Changes something for a known client, all of it or nothing, and shows what became of it.
pub(super) fn change<T>(
    emulator: &Emulator,
    visit: &Visit,
    work: impl FnOnce(&mut State, &str) -> Result<T>,
    look: impl FnOnce(&View<'_>, &T) -> Value,
) -> Result<Response> {
    emulator.change(|state| {
        let client = visit.known_client(emulator, state)?;
        let before = Standing::of(state, &client);
        let done = state.all_or_nothing(|state| work(state, &client))?;
        let view = View::new(emulator, state, &visit.page);
        let body = json!({ "response": look(&view, &done), "client": view.client(&client) });
        let cookies = before.cookies(emulator, state, &client, visit);
        Ok((cookies, Json(body)).into_response())
    })
}

/// The same for a browser that may be unknown, and becomes a client then.
pub(super) fn welcome<T>(
    emulator: &Emulator,
    visit: &Visit,
    work: impl FnOnce(&mut State, &str) -> Result<T>,
    look: impl FnOnce(&View<'_>, &T) -> Value,
) -> Result<Response> {
    emulator.change(|state| {
        let known = visit.client(emulator, state)?;
        let before = known.as_deref().map_or_else(Standing::default, |client| Standing::of(state, client));
        let (client, done) = state.all_or_nothing(|state| {
            let client = known.unwrap_or_else(|| state.create_client(new_key()));
            let done = work(state, &client)?;
            Ok((client, done))
        })?;
        rotate(emulator, state, &client, &before)?;
        let view = View::new(emulator, state, &visit.page);
        let body = json!({ "response": look(&view, &done), "client": view.client(&client) });
        let cookies = before.cookies(emulator, state, &client, visit);
        Ok((cookies, Json(body)).into_response())
    })
}

/// What nobody guesses.
pub(super) fn new_key() -> String {
    ids::hex(32)
}

/// A client's cookie and the time of its last sign-in or sign-out, as they were before a change.
#[derive(Default)]
struct Standing {
    key: Option<String>,
    updated_at: i64,
    sessions: usize,
}

impl Standing {
    fn of(state: &State, client: &str) -> Self {
        let own = state.client(client).ok();
        Self {
            key: own.map(|own| own.key.clone()),
            updated_at: own.map_or(0, |own| own.updated_at),
            sessions: state.sessions_of_client(client).count(),
        }
    }

    /// The cookies that have changed since.
    fn cookies(&self, emulator: &Emulator, state: &State, client: &str, visit: &Visit) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let now = Self::of(state, client);
        let key = emulator.key();
        let Some(value) = now.key.filter(|_| !key.has_dev_browsers) else {
            return headers;
        };
        let secure = if visit.page.origin().starts_with("https:") { "; Secure" } else { "" };
        let mut set = |text: String| {
            let value = HeaderValue::from_str(&format!("{text}; Path=/; SameSite=Lax{secure}"));
            headers.extend(value.ok().map(|value| (SET_COOKIE, value)));
        };
        if self.key.as_deref() != Some(&value) {
            set(format!("{CLIENT_COOKIE}={value}; Max-Age={LONG}; HttpOnly"));
        }
        if key.is_live && (self.updated_at, self.sessions) != (now.updated_at, now.sessions) {
            let seconds = if now.sessions == 0 { 0 } else { now.updated_at / 1000 };
            for name in ["__client_uat".to_owned(), format!("__client_uat_{}", key.suffix)] {
                set(format!("{name}={seconds}; Max-Age={LONG}"));
            }
        }
        // Without it, a server that reads cookies takes a browser of a development instance for a stranger.
        if !key.is_live && self.key.is_none() {
            set(format!("{DEV_BROWSER}_{}={}; Max-Age={LONG}", key.suffix, ids::fresh("dvb_")));
        }
        headers
    }
}

/// A browser that has just been signed in gets another cookie: what somebody planted before must not be signed in too.
fn rotate(emulator: &Emulator, state: &mut State, client: &str, before: &Standing) -> Result<()> {
    let signed_in = state.sessions_of_client(client).count() > before.sessions;
    if signed_in && before.key.is_some() && !emulator.key().has_dev_browsers {
        state.client_mut(client)?.key = new_key();
    }
    Ok(())
}
