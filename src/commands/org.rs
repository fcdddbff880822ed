//! `tenantry org export|erase`: a tenant's data, handed out or removed.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use clap::Subcommand;
use sea_orm::DbErr;

use crate::audit::{Action, Entry, Origin, Target, verify};
use crate::config::Config;
use crate::db::{Db, TenantId};
use crate::directory::tombstone;
use crate::tenants::erase::erase;
use crate::tenants::export::{Content, Manifest, export};

/// What to do with it.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Write every row as lines of JSON, the last a manifest with counts and digests.
    Export {
        /// The organization's id, or a person's for their own workspace.
        id: String,
        /// The file to write; standard output without it.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Remove everything of a deleted organization but its tombstone.
    Erase {
        /// The organization's id, or a person's for their own workspace.
        id: String,
        /// Really do it.
        #[arg(long)]
        yes: bool,
        /// Mark it as deleted first when it is not.
        #[arg(long)]
        force: bool,
    },
}

/// Carries it out.
pub async fn run(order: Order, config: &Config) -> Result<()> {
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    match order {
        Order::Export { id, output } => write(&db, &id, output.as_deref()).await?,
        Order::Erase { id, yes, force } => remove(&db, &id, yes, force).await?,
    }
    db.close().await.context("closing the database")
}

async fn write(db: &Db, id: &str, output: Option<&Path>) -> Result<()> {
    let manifest = match output {
        None => written(db, id, &mut BufWriter::new(std::io::stdout())).await?,
        Some(path) => to_file(db, id, path).await.with_context(|| format!("writing {}", path.display()))?,
    };
    eprintln!("{} rows, sha256 {}", manifest.rows, manifest.sha256);
    Ok(())
}

/// Under another name until it is whole, so that half an export is never taken for one.
async fn to_file(db: &Db, id: &str, path: &Path) -> Result<Manifest> {
    let mut name = path.file_name().context("it names no file")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = BufWriter::new(private(&part)?);
    let written = match written(db, id, &mut file).await {
        Ok(manifest) => file.into_inner()?.sync_all().map(|()| manifest).map_err(Into::into),
        Err(error) => Err(error),
    };
    match written {
        Ok(manifest) => std::fs::rename(&part, path).map(|()| manifest).map_err(Into::into),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            Err(error)
        }
    }
}

/// For its owner's eyes alone: it holds people's data.
fn private(path: &Path) -> std::io::Result<File> {
    // One that is there may be readable by others, or lead elsewhere.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn written<W: Write>(db: &Db, id: &str, to: &mut W) -> Result<Manifest> {
    let progress = |content: &Content| eprintln!("{:<24} {}", content.table, content.rows);
    let tenant = TenantId::stored(id);
    record_export(db, &tenant).await.context("recording the export")?;
    let manifest = export(db, &tenant, Utc::now(), to, progress).await?;
    manifest.with_context(|| format!("no row of {id} is in this database"))
}

/// In the log of the tenant itself, before the first byte, and with the export; not where there is no such tenant, nor any more.
#[expect(clippy::disallowed_methods, reason = "the operator asks for everything a tenant has")]
async fn record_export(db: &Db, tenant: &TenantId) -> Result<(), DbErr> {
    let tx = db.system().begin_in_turn(tenant.as_str()).await?;
    let known = tombstone::find(&tx, tenant).await?.is_some_and(|tombstone| tombstone.purged_at.is_none());
    if !known && !verify::has_log(&tx, tenant.as_str()).await? {
        return Ok(());
    }
    let entry = Entry::new(&Origin::operator(), Action::DataExported, Target::new("data", tenant));
    tx.record(tenant.as_str(), entry).await?;
    tx.commit().await
}

async fn remove(db: &Db, id: &str, yes: bool, force: bool) -> Result<()> {
    ensure!(
        yes,
        "this removes everything of {id} for good; `tenantry org export {id} --output FILE` keeps a copy. Add --yes to \
         do it"
    );
    let removed = erase(db, &TenantId::stored(id), Utc::now(), force).await?;
    match removed.rows() {
        0 => println!("nothing is left of {id}"),
        _ => print!("{removed}"),
    }
    Ok(())
}
