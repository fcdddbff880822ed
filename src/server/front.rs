//! Which service answers: the one that says it is starting, until the real one is there.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Version, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::Lifecycle;
use crate::error::Error;
use crate::health::{Health, get_livez};
use crate::http::middleware::{Limits, wrap};
use crate::metrics::Metrics;

/// What answers requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Front(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    starting: Router,
    service: OnceLock<Router>,
    lifecycle: Lifecycle,
}

impl Front {
    /// One that says it is starting: alive, not ready, and 503 `starting` to everybody else.
    #[must_use]
    pub fn starting(limits: &Limits, lifecycle: Lifecycle) -> Self {
        let not_ready = get(async || (Error::STARTING.status(), Json(Health::starting())));
        let probes = Router::new()
            .route("/livez", get(get_livez))
            .route("/readyz", not_ready.clone())
            .route("/health", not_ready)
            .fallback(async || Error::STARTING);
        Self(Arc::new(Inner {
            starting: wrap(probes, limits, &Metrics::default()),
            service: OnceLock::new(),
            lifecycle,
        }))
    }

    /// From now on this service answers. Only the first one counts.
    pub fn open(&self, service: Router) {
        let _ = self.0.service.set(service);
    }

    /// Answers a request of the caller at this address.
    pub(super) async fn answer(self, request: Request<Incoming>, from: SocketAddr) -> Result<Response, Infallible> {
        let version = request.version();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        let service = self.0.service.get().unwrap_or(&self.0.starting).clone();
        let mut response = service.oneshot(request).await?;
        // Whoever keeps the connection for its next request would send that into the closing door.
        if self.0.lifecycle.is_ending() && version < Version::HTTP_2 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}
