//! How a caller stands with a limit, as `RateLimit-*` headers and as the refusal.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::http::middleware::{RATE_LIMIT, RATE_LIMIT_REMAINING, RATE_LIMIT_RESET};

/// How somebody stands with a limit after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many requests may be sent at once.
    pub(super) limit: u32,
    /// How many may still be sent now.
    pub(super) remaining: u32,
    /// How long until the whole limit may be.
    pub(super) full_in: Duration,
    /// How long until the next may be; present only when this one may not.
    pub(super) wait: Option<Duration>,
}

impl Standing {
    /// The one that leaves less, a refusal before all.
    pub(super) fn tighter(self, other: Self) -> Self {
        let ease = |standing: &Self| (standing.wait.is_none(), standing.remaining);
        if ease(&other) < ease(&self) { other } else { self }
    }

    /// Writes the `RateLimit-*` headers.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT, HeaderValue::from(self.limit));
        headers.insert(RATE_LIMIT_REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RATE_LIMIT_RESET, HeaderValue::from(whole_seconds(self.full_in)));
    }

    /// The answer to a request that may not be.
    pub(super) fn refusal(self, wait: Duration) -> Response {
        let retry_after = Duration::from_secs(whole_seconds(wait).max(1));
        let detail = "Too many requests in a short time; wait as long as Retry-After says.";
        let mut response = Error::TooManyRequests { detail, retry_after }.into_response();
        self.write(response.headers_mut());
        response
    }
}

/// Whoever waits this long has waited long enough.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
