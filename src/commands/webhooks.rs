//! `tenantry webhooks list|show|replay`: what Clerk delivered, and applying it again.

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::migrate;
use crate::auth::Revocations;
use crate::config::Config;
use crate::db::Db;
use crate::telemetry;
use crate::webhooks::KEPT;
use crate::webhooks::delivery::{self, State};
use crate::webhooks::redact::redacted;
use crate::webhooks::replay::{self, Replayed};
use crate::webhooks::stored::{self, Wanted};

/// What to do with stored deliveries.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// List them, the newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: u64,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Show one, without names, addresses, tokens and metadata.
    Show {
        /// The delivery's id (`msg_…`).
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Apply one again, or all that a filter names, the oldest first. Safe beside running servers; may be repeated.
    Replay {
        /// The delivery's id (`msg_…`); without it --state is needed.
        #[arg(conflicts_with_all = ["state", "kind", "org", "since"])]
        id: Option<String>,
        #[command(flatten)]
        filter: Filter,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// Which deliveries.
#[derive(Debug, Args)]
pub struct Filter {
    /// What became of them.
    #[arg(long)]
    state: Option<Wish>,
    /// Their type, such as `role.updated`, or `role.*`.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// The organization they tell of.
    #[arg(long, value_name = "ID")]
    org: Option<String>,
    /// Received since a time (RFC 3339), or so long ago: `30m`, `24h`, `7d`.
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wish {
    Applied,
    Ignored,
    Failed,
    Unreadable,
}

impl From<Filter> for Wanted {
    fn from(filter: Filter) -> Self {
        let state = filter.state.map(|wish| match wish {
            Wish::Applied => State::Applied,
            Wish::Ignored => State::Ignored,
            Wish::Failed => State::Failed,
            Wish::Unreadable => State::Unreadable,
        });
        Self { state, kind: filter.kind, organization: filter.org, since: filter.since }
    }
}

fn since(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    let ago = text.char_indices().next_back().and_then(|(at, unit)| {
        let number: i64 = text[..at].parse().ok().filter(|number| (0..=100_000).contains(number))?;
        match unit {
            'm' => Some(TimeDelta::minutes(number)),
            'h' => Some(TimeDelta::hours(number)),
            'd' => Some(TimeDelta::days(number)),
            _ => None,
        }
    });
    ago.map(|ago| Utc::now() - ago).ok_or_else(|| "neither a time like 2026-03-02T09:00:00Z nor like 24h".into())
}

/// Carries it out.
pub async fn run(order: Order, config: &Config) -> Result<()> {
    telemetry::start_log(&config.log);
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    migrate::demand_current(&db).await?;
    match order {
        Order::List { filter, limit, json } => list(&db, &filter.into(), limit, json).await?,
        Order::Show { id, json } => show(&db, &id, json).await?,
        Order::Replay { id, filter, json } => replay(&db, id.as_deref(), &filter.into(), json).await?,
    }
    db.close().await.context("closing the database")
}

async fn list(db: &Db, wanted: &Wanted, limit: u64, json: bool) -> Result<()> {
    for row in stored::newest(db, wanted, limit).await.context("reading the deliveries")? {
        let object = summary(&row);
        if json {
            println!("{object}");
            continue;
        }
        let text = |name: &str| object[name].as_str().unwrap_or("-").to_owned();
        println!(
            "{}  {:<10} {:>2}  {:<32} {:<32} {}  {}",
            text("received_at"),
            text("state"),
            row.attempts,
            row.event_type,
            text("organization_id"),
            row.id,
            text("reason")
        );
    }
    Ok(())
}

async fn show(db: &Db, id: &str, json: bool) -> Result<()> {
    let Some(row) = stored::find(db, id).await.context("reading the delivery")? else { bail!(absent(id)) };
    let mut object = summary(&row);
    object["headers"] = json!({ "svix-id": row.id });
    object["payload"] = redacted(&row.payload).unwrap_or(Value::Null);
    if json {
        println!("{object}");
        return Ok(());
    }
    for (name, value) in object.as_object().into_iter().flatten().filter(|(name, _)| *name != "payload") {
        println!("{name:<16} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    match &object["payload"] {
        Value::Null => println!("payload          {FORGOTTEN}"),
        payload => println!("payload\n{payload:#}"),
    }
    Ok(())
}

async fn replay(db: &Db, id: Option<&str>, wanted: &Wanted, json: bool) -> Result<()> {
    ensure!(id.is_some() || wanted.state.is_some(), "name a delivery, or all that --state names");
    // This process serves nobody; those that do hear of every change.
    let revocations = Revocations::default();
    let (mut done, mut undone) = (0_u64, 0_u64);
    let mut told = |id: &str, replayed: &Replayed| {
        let (state, reason) = outcome(replayed);
        let fine = matches!(replayed, Replayed::Applied | Replayed::Ignored);
        if fine {
            done += 1
        } else {
            undone += 1
        }
        match (json, reason) {
            (true, reason) => println!("{}", json!({ "id": id, "state": state, "reason": reason })),
            (false, Some(reason)) => println!("{state:<10} {id}  {reason}"),
            (false, None) => println!("{state:<10} {id}"),
        }
    };
    match id {
        Some(id) => match replay::one(db, &revocations, id).await.context("replaying")? {
            Replayed::Absent => bail!(absent(id)),
            replayed => told(id, &replayed),
        },
        None => replay::all(db, &revocations, wanted, &mut told).await.context("replaying; run it again to go on")?,
    }
    eprintln!("{done} replayed, {undone} could not be");
    if undone > 0 {
        bail!("some deliveries could not be replayed");
    }
    Ok(())
}

const FORGOTTEN: &str = "not kept: it held a code, or told of an organization whose data was removed";

fn outcome(replayed: &Replayed) -> (&'static str, Option<&str>) {
    match replayed {
        Replayed::Applied => ("applied", None),
        Replayed::Ignored => ("ignored", None),
        Replayed::Unreadable(reason) => ("unreadable", Some(reason)),
        Replayed::Failed(reason) => ("failed", Some(reason)),
        Replayed::Forgotten => ("forgotten", Some(FORGOTTEN)),
        Replayed::Absent => ("absent", None),
    }
}

fn absent(id: &str) -> String {
    format!("no delivery {id} is stored; they are kept for {} days", KEPT.num_days())
}

/// A row without its payload.
fn summary(row: &delivery::Model) -> Value {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let state = match row.state {
        State::Applied => "applied",
        State::Ignored => "ignored",
        State::Failed => "failed",
        State::Unreadable => "unreadable",
    };
    json!({
        "id": row.id,
        "type": row.event_type,
        "state": state,
        "attempts": row.attempts,
        "reason": row.reason,
        "organization_id": row.organization_id,
        "received_at": time(row.received_at),
        "updated_at": time(row.updated_at),
    })
}
