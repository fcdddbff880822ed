//! Which of the database's errors mean that it is in trouble itself, and the codes it gives them.

use std::borrow::Cow;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// What a standby, or a database set to only read, gives whoever writes.
const READ_ONLY: &str = "25006";

/// Whether the database is away, overloaded or being restarted, so that the same request may succeed later.
pub fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) | DbErr::Conn(_) => true,
        other => driver_error(other).is_some_and(is_transient),
    }
}

/// The code that the database gave an error: SQLSTATE on PostgreSQL, the extended result code on SQLite.
pub fn sql_state(error: &DbErr) -> Option<Cow<'_, str>> {
    driver_error(error)?.as_database_error()?.code()
}

/// Whether a server refused to write because it only reads.
pub(super) fn is_read_only(error: &DbErr) -> bool {
    sql_state(error).as_deref() == Some(READ_ONLY)
}

/// The same of the driver's error.
pub(super) fn only_reads(error: &SqlxError) -> bool {
    error.as_database_error().and_then(|said| said.code()).as_deref() == Some(READ_ONLY)
}

/// Whether a connection is gone, by what its first use says: the server (57P01, 57P02) or a pooler (class 08) may have said so
/// before it closed.
pub(super) fn is_broken(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::Protocol(_) => true,
        SqlxError::Database(database) => {
            let code = database.code();
            code.is_some_and(|code| code.starts_with("08") || matches!(&*code, "57P01" | "57P02"))
        }
        _ => false,
    }
}

fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// PostgreSQL: classes 08 (connection), 28 and 3D (the login or the database is gone, which only a new connection meets), 53 (resources), 57 (operator intervention, which includes the statement
/// timeout), 40001/40P01 (serialization, deadlock), 55P03 (lock timeout), 25006 (read-only: a standby). SQLite: busy, locked, full, I/O.
fn is_transient(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(database) => database.code().is_some_and(|code| is_transient_code(&code)),
        _ => false,
    }
}

fn is_transient_code(code: &str) -> bool {
    // SQLite reports extended result codes in decimal; the low byte is the primary one.
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        return matches!(number & 0xff, 5 | 6 | 10 | 13 | 14);
    }
    matches!(code, "40001" | "40P01" | "55P03" | READ_ONLY)
        || matches!(code.get(..2), Some("08" | "28" | "3D" | "53" | "57"))
}

#[cfg(test)]
mod tests {
    use super::is_transient_code;

    #[test]
    fn trouble_of_the_database_is_told_from_trouble_of_the_statement() {
        for transient in
            ["08006", "28000", "3D000", "53300", "57014", "57P01", "40001", "40P01", "55P03", "5", "517", "13", "10"]
        {
            assert!(is_transient_code(transient), "{transient} should be transient");
        }
        for lasting in ["23505", "42P01", "22P02", "1", "19", "2067", "1555"] {
            assert!(!is_transient_code(lasting), "{lasting} should not be transient");
        }
    }
}
