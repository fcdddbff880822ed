//! Whether row-level security is forced on every table.

use sea_orm::FromQueryResult;

use super::unanswered;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

#[derive(FromQueryResult)]
struct Walls {
    tables: i64,
    open: Option<String>,
}

/// A table without a policy shows nobody anything: that, too, is not as it was made.
const ASK: &str = "SELECT count(*) AS tables, string_agg(relname, ', ' ORDER BY relname) FILTER (WHERE NOT (relrowsecurity
        AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))) AS open
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname <> 'seaql_migrations'";

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    if !case.is_postgres() {
        return Ok(Verdict::ok("SQLite has no row-level security; types and keys keep tenants apart"));
    }
    let walls = db.ask::<Walls>(ASK).await.map_err(|error| unanswered(&error))?;
    match walls {
        Some(Walls { tables: 1.., open: Some(open) }) => Err(Verdict::failed(
            format!("row-level security is not forced, or has no policy, on {open}"),
            "see who changed it; as the owner: ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; a table that is not \
             Tenantry's belongs in another schema",
        )),
        Some(Walls { tables: tables @ 1.., open: None }) => {
            Ok(Verdict::ok(format!("row-level security is forced on all {tables} tables")))
        }
        _ => Err(Verdict::failed("there are no tables", "mend `schema` first")),
    }
}
