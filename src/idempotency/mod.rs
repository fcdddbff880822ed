//! `Idempotency-Key`: a POST sent twice is done once.
//!
//! The record is written in the transaction of the change itself, so neither exists without the other. A key is bound to the
//! tenant, the caller (not the token), the address and the body. Only successes are kept: a failure rolls its claim back.

mod ahead;
pub mod entity;
mod once;
mod sweep;

use axum::http::HeaderName;
use chrono::TimeDelta;

pub use ahead::{Ahead, ClaimAhead};
pub use once::{Answer, Claim, Claimed, Once, OnceEmpty};
pub use sweep::sweep;

/// The request header that names the attempt.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The response header of an answer that was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long a record is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
