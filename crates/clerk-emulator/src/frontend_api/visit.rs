//! One request of a browser: who it says it is, which session acts, which page it comes from, and what it says.

use axum::{
    extract::{FromRequest, Request},
    http::{
        HeaderMap, StatusCode,
        header::{COOKIE, HOST, ORIGIN, REFERER},
    },
};
use url::Url;

use super::form::Form;
use crate::{
    ApiError, Emulator, Result, Session,
    state::{State, signed_out},
};

/// The cookie that is a browser's identity.
pub(super) const CLIENT_COOKIE: &str = "__client";
/// The dev browser's place in the query.
pub(super) const DEV_BROWSER: &str = "__clerk_db_jwt";

/// A request that has been read.
#[derive(Debug)]
pub(super) struct Visit {
    /// What it shows to be itself, if anything.
    pub(super) key: Option<String>,
    pub(super) query: Form,
    pub(super) form: Form,
    pub(super) page: Page,
}

/// Where the page is from.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    origin: Option<String>,
    referer: Option<String>,
    forwarded: Option<String>,
    host: Option<String>,
}

impl FromRequest<Emulator> for Visit {
    type Rejection = ApiError;

    async fn from_request(request: Request, emulator: &Emulator) -> Result<Self> {
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        let key = match emulator.key().has_dev_browsers {
            true => query.owned(DEV_BROWSER),
            false => cookie(request.headers(), CLIENT_COOKIE),
        };
        let page = Page::of(request.headers());
        let form = Form::of_body(request).await?;
        Ok(Self { key, query, form, page })
    }
}

impl Visit {
    /// The client it is, if it is one.
    pub(super) fn client(&self, emulator: &Emulator, state: &State) -> Result<Option<String>> {
        let found = self.key.as_deref().and_then(|key| state.client_with_key(key));
        if found.is_none() && emulator.key().has_dev_browsers {
            let message = "Unable to authenticate this browser for your development instance. Check your Clerk cookies and try again.";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, "dev_browser_unauthenticated", message));
        }
        Ok(found.map(|client| client.id.clone()))
    }

    pub(super) fn known_client(&self, emulator: &Emulator, state: &State) -> Result<String> {
        self.client(emulator, state)?.ok_or_else(signed_out)
    }

    /// The session that acts: the one that is named, else the client's active one.
    pub(super) fn session(&self, state: &State, client: &str) -> Result<Session> {
        let own = state.client(client)?.last_active_session_id.as_deref();
        let id = self.query.text("_clerk_session_id").or(own).ok_or_else(signed_out)?;
        state.session_of_client(client, id).cloned()
    }
}

impl Page {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = text("x-forwarded-proto").and_then(first).unwrap_or("http");
        let forwarded = text("x-forwarded-host").and_then(first);
        Self {
            origin: text(ORIGIN.as_str()).and_then(origin_of),
            referer: text(REFERER.as_str()).and_then(origin_of),
            forwarded: forwarded.and_then(|host| origin_of(&format!("{scheme}://{host}"))),
            host: text(HOST.as_str()).and_then(|host| origin_of(&format!("http://{host}"))),
        }
    }

    /// The origin that a token names as its authorized party. Not every request tells it, and it must not change
    /// from one token to the next.
    pub(super) fn party(&self, session: &Session) -> String {
        let told = self.origin.as_deref().or(session.origin.as_deref());
        told.map_or_else(|| self.origin(), str::to_owned)
    }

    /// The page's origin, as far as the request tells it.
    pub(super) fn origin(&self) -> String {
        let told = self.origin.as_ref().or(self.referer.as_ref()).or(self.forwarded.as_ref()).or(self.host.as_ref());
        told.cloned().unwrap_or_else(|| "http://localhost".to_owned())
    }

    /// Where the page finds what is served beside this.
    pub(super) fn base(&self) -> String {
        match (self.foreign_origin(), &self.host) {
            (Some(_), Some(host)) => host.clone(),
            _ => self.origin(),
        }
    }

    /// The origin a browser names when the page is another's than the address it calls.
    pub(super) fn foreign_origin(&self) -> Option<&str> {
        let own = |origin: &&String| self.host.as_ref() != Some(origin) && self.forwarded.as_ref() != Some(origin);
        self.origin.as_ref().filter(own).map(String::as_str)
    }
}

fn first(list: &str) -> Option<&str> {
    list.split(',').next().map(str::trim).filter(|item| !item.is_empty())
}

/// Scheme, host and port of an address.
pub(super) fn origin_of(address: &str) -> Option<String> {
    let origin = Url::parse(address).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, value)| *own == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| (name.parse().unwrap(), value.parse().unwrap());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_origin_is_the_first_that_is_told() {
        let mut told = vec![("host", "127.0.0.1:8001")];
        let origin = |told: &[(&'static str, &'static str)]| Page::of(&headers(told)).origin();
        assert_eq!(origin(&told), "http://127.0.0.1:8001");
        told.push(("x-forwarded-host", "app.localhost:5173"));
        assert_eq!(origin(&told), "http://app.localhost:5173");
        told.push(("x-forwarded-proto", "https"));
        assert_eq!(origin(&told), "https://app.localhost:5173");
        told.push(("referer", "http://localhost:5173/app/?a=b"));
        assert_eq!(origin(&told), "http://localhost:5173");
        told.push(("origin", "null"));
        assert_eq!(origin(&told), "http://localhost:5173");
        told.pop();
        told.push(("origin", "http://localhost:3000"));
        assert_eq!(origin(&told), "http://localhost:3000");
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers(&[("cookie", "__client_uat=5; a=b"), ("cookie", "__client=x=y")]);
        assert_eq!(cookie(&headers, "__client").as_deref(), Some("x=y"));
        assert_eq!(cookie(&headers, "client"), None);
    }
}
