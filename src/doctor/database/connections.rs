//! Whether PostgreSQL has as many connections as the instances may open.

use sea_orm::FromQueryResult;

use super::unanswered;
use crate::db::system_connections;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

/// An instance listens on one beside its pools.
const BESIDE: i64 = 1;

#[derive(FromQueryResult)]
struct Room {
    most: i64,
    reserved: i64,
    of_the_role: i64,
}

const ASK: &str = "SELECT current_setting('max_connections')::bigint AS most,
    current_setting('superuser_reserved_connections')::bigint AS reserved,
    (SELECT rolconnlimit::bigint FROM pg_roles WHERE rolname = session_user) AS of_the_role";

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    let database = &case.config.database;
    if !case.is_postgres() {
        return Ok(Verdict::ok("SQLite counts no connections"));
    }
    let room = db.ask::<Room>(ASK).await.map_err(|error| unanswered(&error))?;
    let Some(room) = room else { return Ok(Verdict::ok("the database does not tell")) };
    let free = room.most - room.reserved;
    let free = if room.of_the_role < 0 { free } else { free.min(room.of_the_role) };
    if database.direct_url.expose() != database.url.expose() {
        let found = format!(
            "the database takes {free}; DATABASE_URL leads elsewhere than DATABASE_DIRECT_URL, so a pooler shares them out"
        );
        return Ok(Verdict::ok(found));
    }
    let each = i64::from(database.max_connections + system_connections(database)) + BESIDE;
    let found =
        format!("the database takes {free}, an instance opens up to {each}: room for {} instances", free / each);
    let mend = "lower DATABASE_MAX_CONNECTIONS, raise max_connections, or put PgBouncer in between";
    match free / each {
        0 => Err(Verdict::failed(found, mend)),
        1 => Err(Verdict::warning(format!("{found}, and a rolling release runs two"), mend)),
        _ => Ok(Verdict::ok(found)),
    }
}
