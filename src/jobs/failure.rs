//! Why a handler did not do its job, and whether it should be tried again.

use std::time::Duration;

use sea_orm::DbErr;

use crate::db::trouble::sql_state;
use crate::error::Error;

/// A job that was not done.
#[derive(Debug)]
pub struct Failure {
    pub(super) reason: String,
    pub(super) next: Next,
    pub(super) cause: Option<anyhow::Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Again, with growing patience.
    Again,
    /// Again, with growing patience, and not before.
    After(Duration),
    /// Never.
    Never,
}

impl Failure {
    /// It may go well another time. The reason is stored and shown to operators: it must hold nothing of anybody's data.
    pub fn again(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), next: Next::Again, cause: None }
    }

    /// It may go well after a time, which somebody asked for; at most a day. Later where it has failed often already: what is
    /// away for a night says each time that it will be back in seconds.
    pub fn after(delay: Duration, reason: impl Into<String>) -> Self {
        Self { next: Next::After(delay), ..Self::again(reason) }
    }

    /// It will never go well: the job is dead at once.
    pub fn never(reason: impl Into<String>) -> Self {
        Self { next: Next::Never, ..Self::again(reason) }
    }
}

/// The database's code and not its words, which may quote what was being stored.
impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        match (sql_state(&error), &error) {
            (Some(code), _) => Self::again(format!("database error {code}")),
            (None, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => Self::again("no connection to the database"),
            (None, _) => Self::again("database error"),
        }
    }
}

/// What a request would be answered with. A time to wait is kept to.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::TooManyRequests { retry_after, .. } => Self::after(retry_after, "rate_limited"),
            Error::Unavailable { code, retry_after, cause, .. } => Self { cause, ..Self::after(retry_after, code) },
            Error::Internal(cause) => cause.into(),
            other => Self::again(other.code()),
        }
    }
}

/// The chain of causes is logged, and not stored.
impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        Self { cause: Some(cause), ..Self::again("internal error") }
    }
}
