//! Every column of every table, as text to search and compare.

use std::collections::BTreeSet;

use crate::schema::{Catalogue, strings};
use crate::support::{Database, TestApp};

/// Each row of the database as a line: its table, and what every column holds.
pub async fn rows(app: &TestApp) -> BTreeSet<String> {
    let db = app.scratch.connect().await;
    let mut lines = BTreeSet::new();
    for (name, table) in Catalogue::read(&db).await.tables {
        let columns = table.columns.iter().map(|(column, what)| {
            let plain = format!("CAST(\"{column}\" AS text)");
            let text = match app.on {
                Database::Postgres if what.kind == "bytea" => format!("encode(\"{column}\", 'hex')"),
                Database::Postgres => plain,
                Database::Sqlite => {
                    format!("CASE typeof(\"{column}\") WHEN 'blob' THEN lower(hex(\"{column}\")) ELSE {plain} END")
                }
            };
            format!("'|{column}=' || coalesce({text}, '∅')")
        });
        let columns: Vec<String> = columns.collect();
        lines.extend(strings(&db, &format!("SELECT '{name}: ' || {} FROM {name}", columns.join(" || "))).await);
    }
    db.close().await.unwrap();
    lines
}

/// The lines that hold one of these texts, in whatever case; or as bytes, as it is.
pub fn with(lines: &BTreeSet<String>, markers: &[String]) -> BTreeSet<String> {
    let hex = |marker: &String| marker.bytes().map(|byte| format!("{byte:02x}")).collect();
    let sought: Vec<String> = markers.iter().flat_map(|marker| [marker.to_lowercase(), hex(marker)]).collect();
    let holds = |line: &String| sought.iter().any(|marker| line.to_lowercase().contains(marker));
    lines.iter().filter(|line| holds(line)).cloned().collect()
}

/// The tables of some lines.
pub fn tables(lines: &BTreeSet<String>) -> BTreeSet<&str> {
    lines.iter().filter_map(|line| line.split(':').next()).collect()
}
