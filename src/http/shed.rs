//! Sheds load: a request beyond the number that may be in progress is refused at once, before its token or body is looked at.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

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
    /// A place for a request to this path, until its answer's headers are ready: a caller who reads slowly holds none. Probes
    /// need none.
    pub(super) fn enter(&self, path: &str) -> Result<Option<SemaphorePermit<'_>>, TryAcquireError> {
        if PROBES.contains(&path) { Ok(None) } else { self.0.try_acquire().map(Some) }
    }
}
