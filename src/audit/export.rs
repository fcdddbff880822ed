//! The audit log as a file: every entry that is meant, newest first, a batch of rows in memory at a time.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use sea_orm::Select;
use serde_json::{Value, json};

use super::log::{AuditEntry, Format, newest};
use super::{Action, Entry, Origin, Target};
use crate::db::journal::Entity;
use crate::db::{TenantDb, held, holding};
use crate::error::Result;

/// How many entries are in memory at once.
const BATCH: u64 = 1_000;

/// The columns of the CSV file.
const COLUMNS: [&str; 12] = [
    "seq",
    "at",
    "actor_type",
    "actor_id",
    "impersonator",
    "action",
    "target_type",
    "target_id",
    "before",
    "after",
    "request_id",
    "address",
];

/// Records the export, then answers the file.
///
/// # Errors
/// The database's. What fails later ends the answer in the middle, which a client sees.
pub(super) async fn answer(
    db: TenantDb,
    origin: &Origin,
    entries: Select<Entity>,
    format: Format,
    query: Option<&str>,
) -> Result<Response> {
    let entry = Entry::new(origin, Action::AuditLogExported, Target::new("audit_log", db.tenant()));
    db.begin().await?.commit(entry.after(&json!({ "query": query }))).await?;
    Ok((headers(format), Body::from_stream(file(db, entries, format))).into_response())
}

/// What is said of a file before it comes.
pub(super) fn headers(format: Format) -> [(HeaderName, HeaderValue); 2] {
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit-log.csv\""),
        Format::Json | Format::Ndjson => ("application/x-ndjson", "attachment; filename=\"audit-log.ndjson\""),
    };
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ]
}

/// Where a file is.
enum Place {
    Beginning,
    After(i64),
    End,
}

fn file(
    db: TenantDb,
    entries: Select<Entity>,
    format: Format,
) -> impl futures_util::Stream<Item = anyhow::Result<Bytes>> + Send {
    // The tenant's turn lasts until the file does: whoever asks for many files holds up their own tenant alone.
    let turn = held();
    try_unfold(Place::Beginning, move |place| {
        let turn = turn.clone();
        let (entries, begins) = (entries.clone(), matches!(place, Place::Beginning));
        let before = match place {
            Place::Beginning => Some(None),
            Place::After(seq) => Some(Some(seq)),
            Place::End => None,
        };
        let db = db.clone();
        async move {
            let Some(before) = before else { return Ok(None) };
            let batch = newest(&db, entries, before, BATCH);
            let (rows, next) = match turn {
                Some(turn) => holding(turn, batch).await?,
                None => batch.await?,
            };
            let entries = rows.into_iter().map(AuditEntry::from);
            let lines = if format == Format::Csv { csv(entries, begins)? } else { ndjson(entries)? };
            Ok(Some((Bytes::from(lines), next.map_or(Place::End, Place::After))))
        }
    })
}

fn ndjson(entries: impl Iterator<Item = AuditEntry>) -> anyhow::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, &entry)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn csv(entries: impl Iterator<Item = AuditEntry>, begins: bool) -> anyhow::Result<Vec<u8>> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if begins {
        table.write_record(COLUMNS)?;
    }
    for entry in entries {
        table.write_record(cells(entry).map(harmless))?;
    }
    Ok(table.into_inner().map_err(|error| error.into_error())?)
}

fn cells(entry: AuditEntry) -> [String; 12] {
    let word = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    [
        entry.seq.to_string(),
        entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        word(&entry.actor, "type"),
        word(&entry.actor, "id"),
        entry.impersonator.unwrap_or_default(),
        entry.action,
        word(&entry.target, "type"),
        word(&entry.target, "id"),
        entry.before.to_string(),
        entry.after.to_string(),
        entry.request_id.unwrap_or_default(),
        entry.address.unwrap_or_default(),
    ]
}

/// Spreadsheets take a cell that begins like this for a formula (OWASP, "CSV Injection").
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
