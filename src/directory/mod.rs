//! Our copy of Clerk's organizations, users, memberships, invitations and subscriptions. Only `sync` writes it,
//! and `tombstone` notes when a deleted tenant's data was purged.
//!
//! It may be behind, or know nothing yet: no request may assume that it is current.

pub mod access_change;
mod billing;
pub mod ended_session;
pub mod invitation;
pub mod managing;
pub mod membership;
pub mod organization;
pub mod payment_attempt;
pub mod subscription;
pub mod subscription_item;
pub mod sync;
pub mod tombstone;
pub mod user;
pub mod version;
