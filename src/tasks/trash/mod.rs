//! The trash: where a deleted task lies until it is restored, or purged at a date that is stated when it is deleted.
//!
//! A task in the trash is a row like any other with `deleted_at` set. Nothing outside of this folder sees it but
//! [`unassign`](super::unassign), the export, and the purge of its tenant.

mod list;
mod moves;
mod purge;
pub mod routes;

use chrono::TimeDelta;

pub use moves::put;
pub use purge::purge_overdue;

/// How long a deleted task can be restored: `TRASH_HOLD_DAYS`. Zero: there is no trash, and a deleted task is gone at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrashHold(pub TimeDelta);
