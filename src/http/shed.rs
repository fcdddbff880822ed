//! Sheds load: a request beyond the number that may be in progress is refused at once, before its token or body is looked at.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::metrics::Metrics;

/// Where supervisors ask how the program is. A busy program that looks dead would be killed, and be busier after.
pub const PROBES: [&str; 3] = ["/livez", "/readyz", "/health"];

/// As many places as requests may be in progress.
#[derive(Debug)]
pub(super) struct Slots(Arc<Semaphore>);

impl Slots {
    pub(super) fn new(slots: usize, metrics: &Metrics) -> Self {
        let free = Arc::new(Semaphore::new(slots));
        let seen = Arc::clone(&free);
        metrics.gauge("http.server.active_requests", "{request}", "Requests in progress", move || {
            [(None, slots.saturating_sub(seen.available_permits()) as f64)]
        });
        Self(free)
    }
}

/// Answers 503 `overloaded` when every place is taken, except to probes.
///
/// A place is held until the answer's headers are ready, so a caller who reads slowly holds none.
pub(super) async fn shed(State(slots): State<Arc<Slots>>, request: Request, next: Next) -> Response {
    if PROBES.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match slots.0.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Error::OVERLOADED.into_response(),
    }
}
