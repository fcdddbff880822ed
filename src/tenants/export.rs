//! Every row of a tenant as lines of JSON, of one state of the database, and a manifest to check them by.
//!
//! A line is `{"table":…,"row":{…}}`; the last is `{"manifest":{…}}`. A digest covers the bytes of the lines in their order, the
//! line ends included: of all lines before the manifest, and of those of each table.

use std::io::{self, Write};

use anyhow::{Context as _, Result};
use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::registry::{OWNED, SELVES};
use super::table::Table;
use crate::db::{Db, SystemDb, TenantId, Transaction};

/// How many rows are in memory at once.
const BATCH: u64 = 1_000;

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The tenant's id.
    pub tenant: String,
    /// When it was exported.
    pub exported_at: DateTime<Utc>,
    /// The program that did.
    pub program: String,
    /// Every table, in the order of the lines.
    pub tables: Vec<Content>,
    /// The lines of all tables.
    pub rows: u64,
    /// SHA-256 of them.
    pub sha256: String,
}

/// What an export holds of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Its name.
    pub table: String,
    /// Its lines.
    pub rows: u64,
    /// SHA-256 of them.
    pub sha256: String,
}

#[derive(Serialize)]
struct Line<'a> {
    table: &'a str,
    row: &'a Map<String, Json>,
}

#[derive(Serialize)]
struct LastLine<'a> {
    manifest: &'a Manifest,
}

/// Writes everything of a tenant. Where there is no row at all, nothing is written and there is no manifest.
///
/// # Errors
/// The database's, and the writer's.
#[expect(clippy::disallowed_methods, reason = "the operator asks for everything a tenant has")]
pub async fn export<W: Write>(
    db: &Db,
    tenant: &TenantId,
    now: DateTime<Utc>,
    to: &mut W,
    mut told: impl FnMut(&Content),
) -> Result<Option<Manifest>> {
    let snapshot = db.system().snapshot().await.context("beginning to read")?;
    let mut out = Summed { to, rows: 0, part: Context::new(&SHA256), whole: Context::new(&SHA256) };
    let (mut tables, mut rows) = (Vec::new(), 0);
    // Parents before their children, so that the lines can be read in again as they come.
    for table in SELVES.iter().chain(OWNED.iter().rev()) {
        write_table(&snapshot, *table, tenant, &mut out).await.with_context(|| format!("reading {}", table.name()))?;
        let content = out.content(table.name());
        told(&content);
        rows += content.rows;
        tables.push(content);
    }
    if rows == 0 {
        return Ok(None);
    }
    let manifest = Manifest {
        tenant: tenant.to_string(),
        exported_at: now,
        program: concat!("tenantry ", env!("CARGO_PKG_VERSION")).to_owned(),
        tables,
        rows,
        sha256: hex(out.whole),
    };
    writeln!(out.to, "{}", serde_json::to_string(&LastLine { manifest: &manifest })?)?;
    out.to.flush()?;
    Ok(Some(manifest))
}

async fn write_table<W: Write>(
    snapshot: &SystemDb<Transaction>,
    table: &dyn Table,
    tenant: &TenantId,
    out: &mut Summed<'_, W>,
) -> Result<()> {
    let backend = snapshot.get_database_backend();
    let mut after = None;
    loop {
        let page = table.page(backend, tenant.as_str(), after.as_deref(), BATCH);
        let rows = snapshot.query_all_raw(page).await?;
        let more = u64::try_from(rows.len())? == BATCH;
        for row in &rows {
            let row = table.read(row)?;
            out.line(&Line { table: table.name(), row: &row.columns })?;
            after = Some(row.position);
        }
        if !more {
            return Ok(());
        }
    }
}

/// Counts and sums up what it writes.
struct Summed<'a, W> {
    to: &'a mut W,
    rows: u64,
    part: Context,
    whole: Context,
}

impl<W: Write> Summed<'_, W> {
    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.part.update(&bytes);
        self.whole.update(&bytes);
        self.rows += 1;
        self.to.write_all(&bytes)
    }

    /// What was written since the last time.
    fn content(&mut self, table: &str) -> Content {
        let part = std::mem::replace(&mut self.part, Context::new(&SHA256));
        Content { table: table.to_owned(), rows: std::mem::take(&mut self.rows), sha256: hex(part) }
    }
}

fn hex(sum: Context) -> String {
    sum.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
