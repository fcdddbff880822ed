//! The driver's errors, as the rest of the code knows errors of databases.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;

use sea_orm::SqlxError;
use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// What the server said.
#[derive(Debug)]
struct Refusal(DbError);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.message())
    }
}

impl StdError for Refusal {}

impl DatabaseError for Refusal {
    fn message(&self) -> &str {
        self.0.message()
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0.code().code()))
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn constraint(&self) -> Option<&str> {
        self.0.constraint()
    }

    fn table(&self) -> Option<&str> {
        self.0.table()
    }

    fn kind(&self) -> ErrorKind {
        match *self.0.code() {
            SqlState::UNIQUE_VIOLATION => ErrorKind::UniqueViolation,
            SqlState::FOREIGN_KEY_VIOLATION => ErrorKind::ForeignKeyViolation,
            SqlState::NOT_NULL_VIOLATION => ErrorKind::NotNullViolation,
            SqlState::CHECK_VIOLATION => ErrorKind::CheckViolation,
            SqlState::EXCLUSION_VIOLATION => ErrorKind::ExclusionViolation,
            _ => ErrorKind::Other,
        }
    }
}

/// An error of the server, of the connection, or of the driver itself.
pub(in crate::db) fn failed(error: Error) -> SqlxError {
    if let Some(said) = error.as_db_error() {
        return SqlxError::Database(Box::new(Refusal(said.clone())));
    }
    if error.is_closed() {
        return SqlxError::Io(io::Error::new(io::ErrorKind::BrokenPipe, "the connection is closed"));
    }
    match error.source().and_then(<dyn StdError>::downcast_ref::<io::Error>) {
        Some(cause) => SqlxError::Io(io::Error::new(cause.kind(), cause.to_string())),
        None => SqlxError::AnyDriverError(error.into()),
    }
}
