//! Copies of an SQLite database: made while it is written, put back while it is not, refused when they are not whole.

mod commands;
mod copies;
mod refusals;
mod restored;

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::db::file;

use crate::support::{Scratch, TestApp};

/// Where a database is.
fn path(scratch: &Scratch) -> PathBuf {
    file::path(&scratch.config.url).unwrap()
}

/// The same settings for another file.
fn settings(like: &TestApp, file: &Path) -> DatabaseConfig {
    let url = DatabaseUrl::parse(&format!("sqlite://{}", file.display())).unwrap();
    DatabaseConfig { url: url.clone(), direct_url: url.clone(), migration_url: url, ..like.scratch.config.clone() }
}

async fn open(file: &Path) -> DatabaseConnection {
    sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.unwrap()
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Every row of every table.
pub async fn everything(file: &Path) -> Vec<String> {
    let db = open(file).await;
    let mut all = Vec::new();
    for table in
        texts(&db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            .await
    {
        let columns =
            texts(&db, &format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}') ORDER BY cid"))
                .await;
        let row = columns.join(" || '|' || ");
        all.extend(texts(&db, &format!("SELECT '{table}|' || {row} FROM \"{table}\" ORDER BY 1")).await);
    }
    db.close().await.unwrap();
    all
}
