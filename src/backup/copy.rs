//! A copy of a database that others go on reading and writing.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection, query};
use tempfile::TempPath;

use super::check::{Checked, check};
use super::{folder, sync};

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its size.
    pub bytes: u64,
    /// What was found in it.
    pub checked: Checked,
}

/// Copies a database as of one moment, which is not before the call: what was committed by then is in it. Nobody is kept from
/// writing meanwhile.
///
/// The copy is one file that only its owner may read. It is packed, has no file beside it, and every page of it was read again.
///
/// # Errors
/// When there is something at the target, and whatever goes wrong; then nothing is left there.
pub async fn copy(database: &Path, target: &Path) -> Result<Copied> {
    ensure!(database.is_file(), "there is no database at {}", database.display());
    ensure!(
        target.symlink_metadata().is_err(),
        "{} is there already, and a backup overwrites nothing",
        target.display()
    );
    let part = part(target)?;
    pack(database, &part).await.context("copying the database")?;
    let checked = check(&part).await.context("the copy is not good; the database itself may be damaged")?;
    let file = File::open(&part)?;
    file.sync_all().context("writing the copy to the disk")?;
    let bytes = file.metadata()?.len();
    part.persist_noclobber(target).with_context(|| format!("giving the copy the name {}", target.display()))?;
    sync(folder(target)).context("writing the copy's name to the disk")?;
    Ok(Copied { bytes, checked })
}

/// An empty file beside the target that only its owner may read; gone when dropped.
pub(super) fn part(target: &Path) -> Result<TempPath> {
    let mut name = target.file_name().with_context(|| format!("{} names no file", target.display()))?.to_owned();
    name.push(".");
    let folder = folder(target);
    let made = tempfile::Builder::new().prefix(&name).suffix(".part").tempfile_in(folder);
    Ok(made.with_context(|| format!("making a file in {}", folder.display()))?.into_temp_path())
}

/// `VACUUM INTO` reads one state of the database, and in WAL mode that keeps no writer waiting.
async fn pack(database: &Path, into: &Path) -> Result<()> {
    let into = into.to_str().context("the path is not UTF-8")?;
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = options.disable_statement_logging().connect().await?;
    query("VACUUM INTO ?1").bind(into).execute(&mut connection).await?;
    Ok(connection.close().await?)
}
