//! Our copy of Clerk's organizations, users, memberships and invitations. Only `sync` writes it,
//! and `tombstone` notes when a deleted tenant's data was purged.
//!
//! It may be behind, or know nothing yet: no request may assume that it is current.

pub mod access_change;
pub mod ended_session;
pub mod invitation;
pub mod managing;
pub mod membership;
pub mod organization;
pub mod sync;
pub mod tombstone;
pub mod user;
pub mod version;
