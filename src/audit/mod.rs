//! The audit log: who did what in an organization, written in the transaction of the change and never changed after.
//!
//! A handler that changes something takes an [`Origin`] and ends its transaction with an [`Entry`]; there is no other way to
//! commit. The chain of digests is `db::journal`'s.

mod action;
mod entry;
mod export;
mod log;
mod origin;
pub mod verify;

pub use action::Action;
pub use entry::{Entry, Target};
pub use log::{AuditEntry, router};
pub use origin::{Actor, Origin};
