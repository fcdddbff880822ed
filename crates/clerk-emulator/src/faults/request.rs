//! Faults of requests: which ones they hit, how, and how often.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ApiError, Result};

/// How a request fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Failure {
    /// The connection closes without an answer, and nothing was done.
    Down,
    /// 503 `service_unavailable`.
    Unavailable,
    /// 502 with a page of HTML, as from a proxy.
    BadGateway,
    /// It is done, later.
    Slow {
        /// Milliseconds before it is done.
        ms: u64,
    },
    /// It is done, and the answer comes later.
    SlowAfterApplying {
        /// Milliseconds before the answer.
        ms: u64,
    },
    /// 429 `too_many_requests`.
    TooManyRequests {
        /// Seconds, for the header `Retry-After`.
        retry_after: u64,
    },
    /// 500 `internal_clerk_error`, although it was done.
    ErrorAfterApplying,
    /// The connection closes without an answer, although it was done.
    DropAfterApplying,
    /// Any refusal of Clerk's, and nothing was done.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The code of the one error.
        code: String,
        /// Its details.
        #[serde(default)]
        meta: Option<Value>,
    },
}

/// A failure and the requests that meet it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub fail: Failure,
    /// `PATCH`, say; every method when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// How the path begins, `/v1/organizations` say; every route of Clerk's when absent.
    #[serde(default)]
    pub path: Option<String>,
    /// So many requests meet it; all of them when absent.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Fault {
    /// A failure of every request, until it is cleared.
    pub fn new(fail: Failure) -> Self {
        Self { fail, method: None, path: None, times: None }
    }

    /// Every connection closes without an answer.
    pub fn down() -> Self {
        Self::new(Failure::Down)
    }

    /// Every answer is 503.
    pub fn unavailable() -> Self {
        Self::new(Failure::Unavailable)
    }

    /// Every answer is a proxy's 502 page.
    pub fn bad_gateway() -> Self {
        Self::new(Failure::BadGateway)
    }

    /// Everything is done late.
    pub fn slow(delay: Duration) -> Self {
        Self::new(Failure::Slow { ms: milliseconds(delay) })
    }

    /// Everything is done at once and answered late.
    pub fn slow_after_applying(delay: Duration) -> Self {
        Self::new(Failure::SlowAfterApplying { ms: milliseconds(delay) })
    }

    /// Every answer is 429, with so many seconds in `Retry-After`.
    pub fn too_many_requests(retry_after: u64) -> Self {
        Self::new(Failure::TooManyRequests { retry_after })
    }

    /// Every answer is 500, although what was asked is done.
    pub fn error_after_applying() -> Self {
        Self::new(Failure::ErrorAfterApplying)
    }

    /// Every connection closes without an answer, although what was asked is done.
    pub fn drop_after_applying() -> Self {
        Self::new(Failure::DropAfterApplying)
    }

    /// Every answer is this refusal.
    pub fn refuse(status: u16, code: impl Into<String>) -> Self {
        Self::new(Failure::Refuse { status, code: code.into(), meta: None })
    }

    /// Only for this method and for paths that begin like this.
    #[must_use]
    pub fn on(mut self, method: Method, path: impl Into<String>) -> Self {
        self.method = Some(method.to_string());
        self.path = Some(path.into());
        self
    }

    /// Only for paths that begin like this.
    #[must_use]
    pub fn under(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only for the next so many requests that fit.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    pub(super) fn fits(&self, method: &str, path: &str) -> bool {
        let own_method = self.method.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(method));
        let own_path = match &self.path {
            Some(own) => path.starts_with(own),
            None => !super::is_for_browsers(path),
        };
        own_method && own_path && !self.is_spent()
    }

    pub(super) fn is_spent(&self) -> bool {
        self.times == Some(0)
    }

    /// The failure, once more.
    pub(super) fn strike(&mut self) -> Option<Failure> {
        self.times = self.times.map(|left| left.saturating_sub(1));
        Some(self.fail.clone())
    }

    pub(crate) fn check(&self) -> Result<()> {
        match self.fail {
            Failure::Refuse { status, .. } if StatusCode::from_u16(status).is_err() => {
                Err(ApiError::value("status", "must be an HTTP status"))
            }
            _ => Ok(()),
        }
    }
}

fn milliseconds(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}

/// A request to one of Clerk's routes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenRequest {
    /// `GET`, say.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// What it was answered; `None` when the connection was closed instead.
    pub status: Option<u16>,
}
