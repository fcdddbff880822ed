//! The file of an SQLite database, and who may replace it.
//!
//! Whoever has the database open keeps a shared lock (`flock`) on a file beside it, and whoever replaces it an exclusive one. It is
//! a file of its own: closing a second handle of the database itself would end SQLite's locks of the whole process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use tokio::time::{Instant, sleep};

use crate::config::{DatabaseKind, DatabaseUrl};

/// How long whoever opens the database waits for the end of a replacement.
const PATIENCE: Duration = Duration::from_secs(5);

/// A lock, until dropped; the system ends it with the process.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "held until dropped")] File);

/// Where the database is; none on PostgreSQL, nor where it is in memory alone.
pub fn path(url: &DatabaseUrl) -> Option<PathBuf> {
    if url.kind() != DatabaseKind::Sqlite || url.is_in_memory() {
        return None;
    }
    let options = SqliteConnectOptions::from_str(url.expose()).ok()?;
    Some(options.get_filename().to_owned())
}

/// Keeps the database from being replaced. None where no lock can be made: in such a folder nothing can be replaced either, but by
/// somebody with more rights, who asks SQLite as well.
///
/// # Errors
/// When it is being replaced.
pub async fn share(database: &Path) -> Result<Option<Hold>> {
    share_within(PATIENCE, database).await
}

async fn share_within(patience: Duration, database: &Path) -> Result<Option<Hold>> {
    let Some(lock) = open(database)? else { return Ok(None) };
    let until = Instant::now() + patience;
    loop {
        match lock.try_lock_shared() {
            Ok(()) => return Ok(Some(Hold(lock))),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(Duration::from_millis(20)).await,
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(
                    ErrorKind::ResourceBusy,
                    "a backup is being restored; wait until that has ended",
                ));
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Keeps everybody else from opening the database; none when somebody has it open.
///
/// # Errors
/// When no lock can be made.
pub fn alone(database: &Path) -> Result<Option<Hold>> {
    let lock = open(database)?.ok_or(ErrorKind::PermissionDenied)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(Hold(lock))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Reading is enough for a lock, so that a file which an administrator made serves the server too.
fn open(database: &Path) -> Result<Option<File>> {
    let path = beside(database, ".lock");
    let opened = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            OpenOptions::new().create(true).truncate(false).write(true).open(&path)
        }
        opened => opened,
    };
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The database's path with more at its end: what SQLite calls its own files, and we ours.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_database_in_a_file_has_a_place() {
        let place = |url: &str| path(&DatabaseUrl::parse(url).unwrap());
        assert_eq!(place("sqlite://a.db?mode=rwc"), Some(PathBuf::from("a.db")));
        for nowhere in ["sqlite::memory:", "sqlite://a?mode=memory", "postgres://tenantry@127.0.0.1/tenantry"] {
            assert_eq!(place(nowhere), None, "{nowhere}");
        }
    }

    #[tokio::test]
    async fn nobody_is_alone_while_somebody_shares() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let (one, another) = (share(&database).await.unwrap(), share(&database).await.unwrap());
        assert!(one.is_some() && another.is_some() && alone(&database).unwrap().is_none());
        drop(one);
        assert!(alone(&database).unwrap().is_none());
        drop(another);
        let alone = alone(&database).unwrap();
        assert!(alone.is_some());
        drop(alone);
    }

    #[tokio::test]
    async fn who_opens_waits_for_the_end_of_a_replacement_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let replacing = alone(&database).unwrap();
        let refused = share_within(Duration::ZERO, &database).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ResourceBusy);
        let opening = tokio::spawn(async move { share_within(Duration::from_secs(60), &database).await });
        drop(replacing);
        assert!(opening.await.unwrap().unwrap().is_some());
    }
}
