//! Whether the database answers, which version it is, and how far away.

use std::time::Instant;

use sea_orm::FromQueryResult;

use super::unanswered;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

/// The best of so many answers is how far it is.
const TRIES: usize = 3;

/// From here on every statement is felt, in milliseconds.
const FAR: f64 = 20.0;

#[derive(FromQueryResult)]
struct About {
    version: String,
}

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.try_db().await?;
    let (name, ask) = if case.is_postgres() {
        ("PostgreSQL", "SELECT current_setting('server_version') AS version")
    } else {
        // With a row of the schema, so that the file was really read.
        ("SQLite", "SELECT sqlite_version() AS version, (SELECT count(*) FROM sqlite_schema) AS objects")
    };
    let (mut version, mut best) = (String::new(), f64::INFINITY);
    for _ in 0..TRIES {
        let began = Instant::now();
        let about = db.ask::<About>(ask).await.map_err(|error| unanswered(&error))?;
        best = best.min(began.elapsed().as_secs_f64() * 1000.0);
        version = about.map(|about| about.version).unwrap_or_default();
    }
    let found = format!("{name} {version} answers in {best:.1} ms");
    if best > FAR {
        return Err(Verdict::warning(found, "run the server in the region of its database"));
    }
    Ok(Verdict::ok(found))
}
