//! A copy put in the place of a database that nobody has open.

use std::fs::{File, hard_link, remove_file, rename};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use sea_orm::SqlxError;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{ConnectOptions, Connection, query_scalar};
use tempfile::TempPath;

use super::check::{Checked, check};
use super::copy::part;
use super::{folder, sync};
use crate::db::file::{alone, beside};

/// What SQLite calls the files beside a database. One that belongs to another database would be taken for this one's.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];

const IN_USE: &str = "a server or a command has the database open; stop it, and try again";

/// A database that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the database is that was there before; none when there was none.
    pub kept: Option<PathBuf>,
    /// What was found in the copy.
    pub checked: Checked,
}

/// Puts a copy in the place of a database. At every moment there is a whole one at its path, the old or the new.
///
/// # Errors
/// When the copy is not whole or is of a later version, when somebody has the database open, and whatever goes wrong; then the
/// database is as it was.
pub async fn restore(backup: &Path, database: &Path, now: DateTime<Utc>) -> Result<Restored> {
    demand_single(backup)?;
    // Until the end, so that no server starts on the one just before it is replaced.
    let held = alone(database).with_context(|| format!("locking {}", database.display()))?.context(IN_USE)?;
    let incoming = part(database)?;
    std::fs::copy(backup, &incoming).with_context(|| format!("copying {}", backup.display()))?;
    let checked = check(&incoming).await.with_context(|| format!("{} cannot be restored", backup.display()))?;
    if let Some(unknown) = checked.unknown.first() {
        bail!(
            "{} is of a later version than this program, which does not know {unknown}; use the version that wrote it",
            backup.display()
        );
    }
    resemble(database, &incoming).context("giving the copy the owner of the database")?;
    File::open(&incoming)?.sync_all().context("writing the copy to the disk")?;
    let kept = replace(database, incoming, now).await?;
    drop(held);
    Ok(Restored { kept, checked })
}

fn demand_single(backup: &Path) -> Result<()> {
    ensure!(backup.is_file(), "there is no backup at {}", backup.display());
    for ending in SIDE_FILES {
        let side = beside(backup, ending);
        ensure!(
            !side.exists(),
            "{} is beside it, so {} is a database in use and no backup; make one with `tenantry backup`",
            side.display(),
            backup.display()
        );
    }
    Ok(())
}

/// The server must be able to open it, whoever restores: it gets owner and rights of what it replaces, else, where that is possible,
/// the folder's owner.
#[cfg(unix)]
fn resemble(database: &Path, incoming: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let (own, before) = (incoming.metadata()?, database.metadata());
    let there = before.is_ok();
    let model = before.or_else(|_| folder(database).metadata())?;
    if (model.uid(), model.gid()) != (own.uid(), own.gid()) {
        match chown(incoming, Some(model.uid()), Some(model.gid())) {
            // Nobody had a database here: then it is ours.
            Err(_) if !there => {}
            changed => changed?,
        }
    }
    let mode = if there { model.mode() & 0o777 } else { 0o600 };
    std::fs::set_permissions(incoming, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn resemble(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

async fn replace(database: &Path, incoming: TempPath, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
    let there = database.exists();
    if there {
        settle(database).await?;
    }
    let kept = unused(database, now);
    if there {
        keep(database, &kept).with_context(|| format!("keeping the database as {}", kept.display()))?;
    }
    for ending in SIDE_FILES {
        // Without a database they are what somebody else's removal left behind; they must not be taken for the new one's.
        let side = beside(database, ending);
        if side.exists() {
            rename(&side, beside(&kept, ending)).with_context(|| format!("moving {} away", side.display()))?;
        }
    }
    if let Err(error) = incoming.persist(database) {
        if there {
            let _ = remove_file(&kept);
        }
        return Err(error).context("putting the copy in the database's place");
    }
    sync(folder(database)).context("writing the name to the disk")?;
    Ok(there.then_some(kept))
}

/// A name that says when, which nothing has yet: two restores may end in one second, and what the first kept is somebody's data. Nobody
/// else takes it in between, as we are alone with the database.
fn unused(database: &Path, now: DateTime<Utc>) -> PathBuf {
    let name = beside(database, &now.format(".replaced-%Y%m%dT%H%M%SZ").to_string());
    let taken = |name: &Path| name.exists() || SIDE_FILES.iter().any(|ending| beside(name, ending).exists());
    let mut unused = name.clone();
    for count in 2.. {
        if !taken(&unused) {
            break;
        }
        unused = beside(&name, &format!("-{count}"));
    }
    unused
}

/// Brings all that is in the WAL into the database itself, which is then one file. Only who is alone with it can leave WAL mode, so
/// that programs are found, too, that know nothing of our lock.
///
/// A damaged database is what backups are for. It is kept as it is, with what SQLite has beside it.
async fn settle(database: &Path) -> Result<()> {
    if !begins_as_a_database(database).context("reading the database that is to be replaced")? {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(Duration::ZERO);
    let settled = async {
        let mut connection: SqliteConnection = options.disable_statement_logging().connect().await?;
        let left = query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
        // To its end in either case: a connection that is dropped is closed a moment later, and would remove the WAL from beside what
        // is here then.
        connection.close().await?;
        left
    };
    match settled.await {
        Err(error) if is_busy(&error) => bail!(IN_USE),
        Err(SqlxError::Database(_)) | Ok(_) => Ok(()),
        Err(error) => Err(error).context("opening the database that is to be replaced"),
    }
}

/// Whether SQLite would take a file for a database (its file format, section 1.3). Where it does not, it removes the WAL as it closes.
fn begins_as_a_database(file: &Path) -> std::io::Result<bool> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut beginning = Vec::new();
    File::open(file)?.take(MAGIC.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == MAGIC)
}

/// SQLITE_BUSY and SQLITE_LOCKED, whose extended codes have them in the low byte.
fn is_busy(error: &SqlxError) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Under a second name, so that the first is never without a database. A file system without hard links gets a copy.
fn keep(database: &Path, kept: &Path) -> std::io::Result<()> {
    match hard_link(database, kept) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !kept.exists() => {
            std::fs::copy(database, kept)?;
            File::open(kept)?.sync_all()
        }
        linked => linked,
    }
}
