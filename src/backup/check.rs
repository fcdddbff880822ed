//! Whether a file is a whole database of ours, which nobody writes.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{ConnectOptions, Connection, query, query_scalar};

/// How every SQLite database begins (its file format, 1.3).
const BEGINNING: &[u8; 16] = b"SQLite format 3\0";

/// What was found in a whole database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Changes of the schema that it has had and this program does not know: it is of a later version.
    pub unknown: Vec<String>,
    /// How many changes of the schema it lacks.
    pub pending: usize,
}

/// Reads all of a file: its pages, its indexes, its references, and which schema it has.
///
/// # Errors
/// When anything of that is not as it should be.
pub(super) async fn check(file: &Path) -> Result<Checked> {
    demand_beginning(file)?;
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut database = options.disable_statement_logging().connect().await.context("it cannot be opened")?;
    demand_integrity(&mut database).await?;
    let applied: Vec<String> = query_scalar("SELECT version FROM seaql_migrations")
        .fetch_all(&mut database)
        .await
        .context("it is no database of Tenantry: it has no schema of ours")?;
    database.close().await.context("it cannot be closed")?;
    let ours: Vec<String> = Migrator::migrations().iter().map(|change| change.name().to_owned()).collect();
    ensure!(
        applied.iter().any(|change| ours.contains(change)),
        "it is no database of Tenantry: its schema is not ours"
    );
    let pending = ours.iter().filter(|own| !applied.contains(own)).count();
    let unknown = applied.into_iter().filter(|change| !ours.contains(change)).collect();
    Ok(Checked { unknown, pending })
}

fn demand_beginning(file: &Path) -> Result<()> {
    let mut beginning = [0; 16];
    match File::open(file)?.read_exact(&mut beginning) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(error).context("it cannot be read"),
        Ok(()) if &beginning == BEGINNING => return Ok(()),
        Ok(()) => {}
    }
    bail!("it is no SQLite database")
}

async fn demand_integrity(database: &mut SqliteConnection) -> Result<()> {
    let found: Vec<String> =
        query_scalar("PRAGMA integrity_check(1)").fetch_all(&mut *database).await.context("it is damaged")?;
    // What SQLite says of a damage may quote a row.
    ensure!(found == ["ok"], "it is damaged: SQLite's integrity_check does not answer ok");
    let dangling = query("PRAGMA foreign_key_check").fetch_optional(database).await.context("it is damaged")?;
    ensure!(dangling.is_none(), "it is damaged: a row refers to one that is not there");
    Ok(())
}
