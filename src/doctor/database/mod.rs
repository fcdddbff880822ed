//! What is the database's: that it is there, as it should be, and that we may do there what we must and no more.

pub(super) mod clock;
pub(super) mod connections;
pub(super) mod mirror;
pub(super) mod notifications;
pub(super) mod owner;
pub(super) mod reached;
pub(super) mod role;
pub(super) mod room;
pub(super) mod schema;
pub(super) mod walls;

use sea_orm::DbErr;

use super::finding::Verdict;

/// What is said of a question that the database did not answer.
fn unanswered(error: &DbErr) -> Verdict {
    Verdict::failed(format!("the database does not answer this: {error}"), "see the database's own log")
}
