//! Our clock against the database's, by which instances compare times.

use chrono::Utc;
use sea_orm::FromQueryResult;

use super::unanswered;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

/// Farther apart than this, jobs and revocations go wrong; in milliseconds.
const TOO_FAR: i64 = 60_000;

/// Farther apart than this is no clock set by NTP; in milliseconds.
const ODD: i64 = 2_000;

#[derive(FromQueryResult)]
struct Told {
    millis: i64,
}

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    if !case.is_postgres() {
        return Ok(Verdict::ok("SQLite has our clock"));
    }
    let began = Utc::now().timestamp_millis();
    let ask = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";
    let told = db.ask::<Told>(ask).await.map_err(|error| unanswered(&error))?;
    let Some(told) = told else { return Ok(Verdict::ok("the database tells no time")) };
    let ended = Utc::now().timestamp_millis();
    // Between the two it was read; how the time was shared out between the ways is not known.
    let apart = if (began..=ended).contains(&told.millis) {
        0
    } else {
        (told.millis - began).abs().min((told.millis - ended).abs())
    };
    let found = format!("ours is {} s from the database's", apart / 1000);
    match apart {
        TOO_FAR.. => Err(Verdict::failed(found, "set both machines' clocks by NTP")),
        ODD.. => Err(Verdict::warning(found, "set both machines' clocks by NTP")),
        _ => Ok(Verdict::ok("ours and the database's agree")),
    }
}
