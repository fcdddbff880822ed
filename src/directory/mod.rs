//! Our copy of Clerk's organizations, users, memberships and invitations. Only `sync` writes it.
//!
//! It may be behind, or know nothing yet: no request may assume that it is current.

pub mod ended_session;
pub mod invitation;
pub mod membership;
pub mod organization;
pub mod user;

use chrono::{DateTime, Utc};

/// A point in time as Clerk writes it, in milliseconds since 1970; none when it is out of range.
pub fn from_clerk_millis(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds)
}
