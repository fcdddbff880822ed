//! `tenantry jobs list|show|retry|drop`: what waits, what is dead, and what to do about it.

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use uuid::Uuid;

use crate::config::Config;
use crate::db::Db;
use crate::jobs::entity::{Model, State};
use crate::jobs::letters::{self, Retried, Which};

/// What to do with jobs.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// List jobs that are not done, those that are due first at the top.
    List {
        /// Only those that failed for good.
        #[arg(long)]
        dead: bool,
        /// Only those of an organization, or of a person's own workspace.
        #[arg(long)]
        tenant: Option<String>,
        /// How many at the most.
        #[arg(long, default_value_t = 100)]
        most: u64,
    },
    /// Show one job, with its payload's fields and not what is in them.
    Show {
        /// Its id.
        id: Uuid,
        /// The whole payload, which may tell of people.
        #[arg(long)]
        full: bool,
    },
    /// Have a dead job tried again, as if it were new.
    Retry {
        /// Its id.
        id: Uuid,
    },
    /// Remove a job that is dead or waits; it will never be done.
    Drop {
        /// Its id.
        id: Uuid,
    },
}

/// Carries it out.
pub async fn run(order: Order, config: &Config) -> Result<()> {
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    let done = obey(&db, order).await;
    db.close().await.context("closing the database")?;
    done
}

async fn obey(db: &Db, order: Order) -> Result<()> {
    match order {
        Order::List { dead, tenant, most } => {
            letters::list(db, &Which { dead, tenant, most }).await?.iter().for_each(|job| println!("{}", line(job)));
        }
        Order::Show { id, full } => {
            let job = letters::find(db, id).await?.with_context(|| absent(id))?;
            println!("{}\n{}", line(&job), payload(&job, full));
        }
        Order::Retry { id } => match letters::retry(db, id).await? {
            Retried::Waits => println!("{id} waits, and is due"),
            Retried::Superseded => println!("{id} is dropped: a newer one of the same key waits already"),
            Retried::Absent => bail!("no dead job has the id {id}; one that waits is tried again by itself"),
        },
        Order::Drop { id } => match letters::discard(db, id).await? {
            true => println!("{id} is dropped"),
            false => bail!("no job that is dead or waits has the id {id}"),
        },
    }
    Ok(())
}

fn absent(id: Uuid) -> String {
    format!("no job has the id {id}; what is done is gone")
}

fn line(job: &Model) -> String {
    let state = match job.state {
        State::Waiting => "waiting",
        State::Running => "running",
        State::Dead => "dead",
    };
    let (id, due_at) = (job.id, job.due_at.format("%Y-%m-%dT%H:%M:%SZ"));
    let reason = job.reason.as_deref().map_or_else(String::new, |reason| format!("  {reason}"));
    format!("{id}  {state:<7}  {due_at}  tried {:>2}  {}  {}{reason}", job.attempts, job.tenant_id, job.kind)
}

/// As it is, or each text and number in it replaced by what it is: enough to tell one job from another.
fn payload(job: &Model, full: bool) -> String {
    let Ok(mut payload) = serde_json::from_str(&job.payload) else { return "(not JSON)".to_owned() };
    if !full {
        redact(&mut payload);
    }
    format!("{payload:#}")
}

fn redact(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => fields.values_mut().for_each(redact),
        serde_json::Value::Array(items) => items.iter_mut().for_each(redact),
        // Clerk's ids and ours tell nothing of anybody; an address or a name never looks like one.
        serde_json::Value::String(text) if is_id(text) => {}
        serde_json::Value::String(text) => *text = format!("({} characters)", text.chars().count()),
        _ => {}
    }
}

/// `user_…`, `org_…` and the like, or a UUID.
fn is_id(text: &str) -> bool {
    let clerks = text.split_once('_').is_some_and(|(kind, rest)| {
        ["user", "org", "orgmem", "orginv", "csub", "csubi", "sess"].contains(&kind)
            && rest.len() >= 20
            && rest.chars().all(|character| character.is_ascii_alphanumeric())
    });
    clerks || Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_people_is_not_shown() {
        let mut payload = serde_json::json!({
            "user_id": "user_2abcdefghijklmnopqrstuvwxyz", "to": "kim@example.com", "limit": 5,
            "names": ["Kim", "user_kim@example.com"], "task_id": "0199f0a4-7b7e-7000-8000-000000000000"
        });
        redact(&mut payload);
        assert_eq!(
            payload,
            serde_json::json!({
                "user_id": "user_2abcdefghijklmnopqrstuvwxyz", "to": "(15 characters)", "limit": 5,
                "names": ["(3 characters)", "(20 characters)"], "task_id": "0199f0a4-7b7e-7000-8000-000000000000"
            })
        );
    }
}
