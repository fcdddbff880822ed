//! What every request passes through: its id and span, the problem document of a failure, the one log line, CORS.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::{Instrument, Span, field};
use uuid::Uuid;

use crate::config::Config;
use crate::error::{Error, Failure, PROBLEM_JSON, REQUEST_ID};
use crate::http::around::{Next, around, run};
use crate::http::compression::Accepted;
use crate::http::extract::{BodyLimit, payload_too_large};
use crate::http::page::TOTAL_COUNT;
use crate::http::shed::Slots;
use crate::idempotency::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use crate::metrics::Metrics;
use crate::telemetry::scrub::scrub;
use crate::telemetry::traces;

/// How many requests may be sent at once.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// How many of them may still be sent now.
pub const RATE_LIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// In how many seconds all of them may be again.
pub const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The limits and origins that every request is held to.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest time a request may take.
    pub timeout: Duration,
    /// Largest body, in bytes.
    pub body: usize,
    /// Most requests in progress at once.
    pub concurrent: usize,
    /// Origins whose pages may call this API with credentials.
    pub origins: Vec<HeaderValue>,
}

/// What every request is seen by.
#[derive(Debug)]
struct Observer {
    cors: CorsLayer,
    slots: Slots,
    timeout: Duration,
    body: usize,
    metrics: Metrics,
}

impl Limits {
    /// Those of the configuration.
    ///
    /// # Errors
    /// When an origin cannot be a header's value.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        let (http, concurrent) = (&config.http, config.limits.max_concurrent);
        let origins: Result<_, _> = http.cors_origins.iter().map(HeaderValue::try_from).collect();
        let origins = origins.context("CORS_ORIGINS")?;
        Ok(Self { timeout: http.request_timeout, body: http.body_limit, concurrent, origins })
    }
}

/// Puts the furniture around the routes, outermost first: id, span, log and problem documents; CORS; load shedding;
/// compression; panics; time limit.
///
/// What is shed still has its id, log line, problem document and CORS headers, and nothing else is spent on it. All of it is
/// one layer: each copies and boxes what is inside of it for every request.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: &Limits, metrics: &Metrics) -> Router<S> {
    let observer = Observer {
        cors: cors(&limits.origins),
        slots: Slots::new(limits.concurrent, metrics),
        timeout: limits.timeout,
        body: limits.body,
        metrics: metrics.clone(),
    };
    router.layer(around(Arc::new(observer), observe))
}

/// A handler panicked.
#[derive(Debug, thiserror::Error)]
#[error("panic: {0}")]
struct Panicked(String);

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("of an unknown kind");
    Error::Internal(Panicked(message.to_owned()).into()).into_response()
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            RATE_LIMIT,
            RATE_LIMIT_REMAINING,
            RATE_LIMIT_RESET,
            TOTAL_COUNT,
            REQUEST_ID,
            IDEMPOTENCY_REPLAYED,
        ])
        .max_age(Duration::from_secs(3600))
}

async fn observe(observer: Arc<Observer>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    // For the audit log.
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // The route and not the path: a path holds ids, and a query holds what somebody searched for.
    let route = route.as_ref().map(MatchedPath::as_str);
    let span = tracing::info_span!(
        "request", request_id = id.to_str().unwrap_or_default(), %method, route = route.unwrap_or_default(),
        tenant = field::Empty, user = field::Empty, trace_id = field::Empty, otel.kind = "server",
    );
    traces::join(&span, request.headers());
    let mut response = observer.answer(request, next).instrument(span.clone()).await;
    span.in_scope(|| {
        let (failure, took) = (failure_of(&response), began.elapsed());
        log(&response, failure.as_ref(), took);
        observer.count(&method, route, &response, failure.as_ref(), took);
        if let Some(failure) = failure {
            render(&mut response, &failure.0, id.to_str().unwrap_or_default());
        }
    });
    finish(response.headers_mut(), id);
    response
}

impl Observer {
    /// Only a browser on another page sends an `Origin`; the others need not wait for headers that nobody reads.
    async fn answer(&self, request: Request, next: Next) -> Response {
        if request.headers().contains_key(header::ORIGIN) {
            let next = service_fn(async |request| Ok::<_, Infallible>(self.admit(request, next.clone()).await));
            return self.cors.layer(next).oneshot(request).await.unwrap_or_else(|never| match never {});
        }
        let mut response = self.admit(request, next).await;
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
        response
    }

    async fn admit(&self, mut request: Request, next: Next) -> Response {
        let Ok(_place) = self.slots.enter(request.uri().path()) else { return Error::OVERLOADED.into_response() };
        let accepted = Accepted::by(&request);
        DefaultBodyLimit::max(self.body).apply(&mut request);
        request.extensions_mut().insert(BodyLimit(self.body));
        accepted.press(self.bounded(request, next).await).await
    }

    /// The answer, unless it takes too long or ends in a panic.
    async fn bounded(&self, request: Request, next: Next) -> Response {
        let answered = tokio::time::timeout(self.timeout, run(next, request));
        match AssertUnwindSafe(answered).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(_elapsed)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Err(panic) => panicked(panic),
        }
    }

    fn count(
        &self,
        method: &Method,
        route: Option<&str>,
        response: &Response,
        failure: Option<&Failure>,
        took: Duration,
    ) {
        self.metrics.request(method, route, response.status().as_u16(), took);
        if let Some(failure) = failure {
            self.metrics.refusal(failure.0.code());
        }
    }
}

/// The caller's request id when it is usable, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let usable = |value: &&HeaderValue| {
        (1..=128).contains(&value.len())
            && value.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
    };
    match headers.get(REQUEST_ID).filter(usable) {
        Some(given) => given.clone(),
        None => {
            let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
            let text = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
            HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
        }
    }
}

/// The error behind a response: a handler's, or what the framework's bare status means.
fn failure_of(response: &Response) -> Option<Failure> {
    let status = response.status();
    if status.is_success() || status.is_redirection() || status.is_informational() {
        return None;
    }
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let error = match status {
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed,
        StatusCode::NOT_FOUND => Error::ROUTE_NOT_FOUND,
        StatusCode::PAYLOAD_TOO_LARGE => payload_too_large(),
        StatusCode::SERVICE_UNAVAILABLE => Error::timeout(),
        // A finished answer of another kind, such as a health report: its own body says more.
        _ if response.headers().contains_key(header::CONTENT_TYPE) => return None,
        _ => Error::Internal(anyhow::anyhow!("a bare {status} left the router")),
    };
    (!response.headers().contains_key(header::CONTENT_TYPE)).then(|| Failure(error.into()))
}

fn log(response: &Response, failure: Option<&Failure>, took: Duration) {
    let status = response.status().as_u16();
    let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match failure.map(|failure| failure.0.as_ref()) {
        // What panicked, and where, was said when it did.
        Some(Error::Internal(cause)) if cause.is::<Panicked>() => {
            let cause = scrub_chain(cause);
            tracing::error!(status, microseconds, code = "internal_error", cause, panicked = true, "failed");
        }
        Some(Error::Internal(cause)) => {
            tracing::error!(status, microseconds, code = "internal_error", cause = scrub_chain(cause), "failed");
        }
        Some(Error::Unavailable { code, cause, .. }) => {
            let cause = cause.as_ref().map(scrub_chain).unwrap_or_default();
            tracing::warn!(status, microseconds, code, cause, "unavailable");
        }
        Some(other) => tracing::info!(status, microseconds, code = other.code(), "refused"),
        None => tracing::info!(status, microseconds, "answered"),
    }
}

/// What led to a failure. Others wrote these words, and may have quoted anything.
fn scrub_chain(cause: &anyhow::Error) -> String {
    scrub(&format!("{cause:#}")).into_owned()
}

fn render(response: &mut Response, error: &Error, request_id: &str) {
    *response.status_mut() = error.status();
    let body = serde_json::to_vec(&error.problem(request_id)).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_ENCODING);
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    headers.extend(error.headers());
    *response.body_mut() = Body::from(body);
}

/// The headers that every answer carries.
fn finish(headers: &mut HeaderMap, id: HeaderValue) {
    // At once, instead of growing three times on the way.
    headers.reserve(8);
    headers.insert(REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

/// Writes who is calling into the request's span.
pub fn note_caller(tenant: Option<&str>, user: &str) {
    let span = Span::current();
    // At once: a log of JSON writes all fields of the span anew each time.
    tracing::record_all!(span, user = user, tenant = tenant);
}
