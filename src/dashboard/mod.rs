//! The dashboard at `/app/`: what was built in `dashboard/dist`, inside the program.
//!
//! A release build holds the files as they were when it was built; a debug build reads them as they are. Where nothing was built
//! the page says how to, and everything else works.

mod files;
mod page;

use axum::Json;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Serialize;

use crate::clerk::publishable_key_host;
use crate::config::{Config, Environment};

/// Where it is.
pub const HOME: &str = "/app/";

/// What the page is told before it can do anything, and what it may load.
#[derive(Debug, Clone)]
pub struct Dashboard {
    settings: Settings,
    policy: HeaderValue,
}

/// `/app/config.json`: why one build serves any instance of Clerk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Settings {
    /// Which instance of Clerk.
    publishable_key: Option<String>,
    /// Where Clerk's Frontend API is reached; null for Clerk's own address.
    proxy_url: Option<String>,
    /// Whether the local Clerk answers there.
    local: bool,
}

impl Dashboard {
    /// By the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let (publishable_key, proxy_url) = (config.clerk.publishable_key.clone(), config.clerk.proxy_url.clone());
        let local = config.environment == Environment::Local && proxy_url.as_deref() == Some(LOCAL_CLERK);
        let clerk = frontend(publishable_key.as_deref(), proxy_url.as_deref());
        // The local Clerk's pictures are where its Backend API is; the mirror has them from there.
        let album = origin(&config.clerk.api_url).filter(|_| local);
        let policy = page::policy(clerk.as_deref(), album.as_deref());
        Self { settings: Settings { publishable_key, proxy_url, local }, policy }
    }
}

/// Without an instance of Clerk.
impl Default for Dashboard {
    fn default() -> Self {
        let settings = Settings { publishable_key: None, proxy_url: None, local: false };
        Self { settings, policy: page::policy(None, None) }
    }
}

/// Where `dev` has the local Clerk.
pub const LOCAL_CLERK: &str = "/__clerk";

/// The origin of Clerk's Frontend API, where it is another than the page's.
fn frontend(key: Option<&str>, proxy: Option<&str>) -> Option<String> {
    match proxy {
        Some(proxy) => origin(proxy),
        None => publishable_key_host(key?).ok().map(|host| format!("https://{host}")),
    }
}

/// None of a path.
fn origin(address: &str) -> Option<String> {
    url::Url::parse(address).ok().map(|address| address.origin().ascii_serialization())
}

/// Whether there is one to be shown.
#[must_use]
pub fn is_built() -> bool {
    files::get(files::INDEX).is_some()
}

/// Its pages. They are no operations of the API, and so not in its document.
pub fn pages<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Dashboard: FromRef<S>,
{
    Router::new()
        .route("/app", get(async || Redirect::permanent(HOME)))
        .route("/app/", get(index))
        .route("/app/config.json", get(settings))
        .route("/app/{*path}", get(file))
}

async fn settings(State(dashboard): State<Dashboard>) -> Response {
    ([NOT_KEPT], Json(dashboard.settings)).into_response()
}

async fn index(State(dashboard): State<Dashboard>) -> Response {
    page::index(&dashboard.policy)
}

async fn file(State(dashboard): State<Dashboard>, axum::extract::Path(path): axum::extract::Path<String>) -> Response {
    page::file(&path, &dashboard.policy)
}

/// For what may be another any time.
const NOT_KEPT: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_host_of_the_instance_and_nobody_elses() {
        // `clerk.example.com$`
        let key =
            format!("pk_live_{}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "clerk.example.com$"));
        assert_eq!(frontend(Some(&key), None).as_deref(), Some("https://clerk.example.com"));
        assert_eq!(frontend(Some(&key), Some("/__clerk")), None);
        assert_eq!(frontend(None, Some("https://id.example.com/x")).as_deref(), Some("https://id.example.com"));
        let policy = page::policy(Some("https://clerk.example.com"), None);
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("connect-src 'self' https://clerk.example.com;"), "{policy}");
        assert!(policy.contains("img-src 'self' data: blob: https://img.clerk.com;"), "{policy}");
        assert!(!page::policy(None, None).to_str().unwrap().contains("http"));
        let local = page::policy(None, Some("http://127.0.0.1:8001"));
        assert!(local.to_str().unwrap().contains("img-src 'self' data: blob: http://127.0.0.1:8001;"), "{local:?}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
