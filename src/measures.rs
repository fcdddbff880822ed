//! What the program measures of its parts when somebody reads the metrics, on one screen, as `router` mounts routes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use opentelemetry::KeyValue;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::db::Db;
use crate::jobs::entity::State;
use crate::jobs::letters::{Backlog, backlog};
use crate::metrics::{Metrics, Reading};
use crate::state::AppState;

/// How often the queue of jobs is counted, which is a statement.
const COUNTED_EVERY: Duration = Duration::from_secs(15);

/// Measures the parts, and counts jobs beside them for as long as `beside` lives.
pub fn observe(state: &AppState, connections: impl Fn() -> u64 + Send + Sync + 'static, beside: &mut JoinSet<()>) {
    let metrics = &state.metrics;
    if !metrics.is_on() {
        return;
    }
    metrics.gauge("tenantry.connections", "{connection}", "Open connections of callers", move || one(connections()));
    pool(metrics, &state.db);
    tokens(metrics, state);
    let revocations = state.revocations.clone();
    metrics.gauge("tenantry.revocations", "{change}", "Changes of access held against tokens", move || {
        one(revocations.len() as u64)
    });
    let hearing = (state.db.clone(), state.revocations.clone());
    metrics.gauge(
        "tenantry.revocations.hearing",
        "{boolean}",
        "Whether other instances' changes are told, and not polled",
        move || one(u64::from(!hearing.0.tells_of_changes() || hearing.1.is_hearing())),
    );
    let events = state.events.clone();
    metrics.gauge("tenantry.events.streams", "{stream}", "Open event streams", move || one(events.streams() as u64));
    let clerk = state.clerk.clone();
    metrics.gauge(
        "tenantry.clerk.away",
        "{boolean}",
        "Whether Clerk's Backend API is not asked, because it did not answer",
        move || one(u64::from(clerk.is_away())),
    );
    beside.spawn(jobs(metrics.clone(), state.db.clone()));
}

fn pool(metrics: &Metrics, db: &Db) {
    let db = db.clone();
    metrics.gauge("db.client.connection.count", "{connection}", "Connections of the pool, by state", move || {
        let (used, idle) = db.connections();
        [
            (Some(KeyValue::new("state", "used")), f64::from(used)),
            (Some(KeyValue::new("state", "idle")), f64::from(idle)),
        ]
    });
}

fn tokens(metrics: &Metrics, state: &AppState) {
    let verifier = state.verifier.clone();
    metrics.gauge("tenantry.keys.age", "s", "Since Clerk last confirmed the signing keys", move || {
        verifier.key_age().map(|age| (None, age.as_secs_f64()))
    });
    let verifier = state.verifier.clone();
    metrics.total("tenantry.keys.fetches", "Times the signing keys were asked for, by outcome", move || {
        let (fetched, failed) = verifier.key_fetches();
        [(Some(KeyValue::new("outcome", "ok")), fetched), (Some(KeyValue::new("outcome", "failed")), failed)]
    });
    let verifier = state.verifier.clone();
    metrics.total("tenantry.tokens.looks", "Tokens presented: verified before (hit) or not (miss)", move || {
        let (found, missed) = verifier.memory_use();
        [(Some(KeyValue::new("result", "hit")), found), (Some(KeyValue::new("result", "miss")), missed)]
    });
    let verifier = state.verifier.clone();
    metrics.gauge("tenantry.tokens.remembered", "{token}", "Verified tokens in memory", move || {
        one(verifier.remembered_tokens())
    });
}

/// Counts the queue from time to time: what reads the metrics cannot wait for a database.
async fn jobs(metrics: Metrics, db: Db) {
    let counted: Arc<Mutex<Vec<Backlog>>> = Arc::default();
    let seen = |counted: &Arc<Mutex<Vec<Backlog>>>| counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for (name, state, description) in [
        ("tenantry.jobs.waiting", State::Waiting, "Jobs that wait, by kind"),
        ("tenantry.jobs.dead", State::Dead, "Jobs that failed for good and wait for somebody, by kind"),
    ] {
        let counted = Arc::clone(&counted);
        metrics.gauge(name, "{job}", description, move || {
            let of_state = seen(&counted).into_iter().filter(move |of| of.state == state);
            of_state.map(|of| (Some(kind(&of)), of.jobs as f64)).collect::<Vec<Reading<f64>>>()
        });
    }
    let late = Arc::clone(&counted);
    metrics.gauge("tenantry.jobs.lateness", "s", "How long the oldest waiting job has been due, by kind", move || {
        let waiting = seen(&late).into_iter().filter(|of| of.state == State::Waiting);
        waiting.map(|of| (Some(kind(&of)), lateness(&of))).collect::<Vec<Reading<f64>>>()
    });
    let mut ticks = interval(COUNTED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Ok(backlog) = backlog(&db).await {
            *counted.lock().unwrap_or_else(PoisonError::into_inner) = backlog;
        }
    }
}

fn kind(of: &Backlog) -> KeyValue {
    KeyValue::new("kind", of.kind.clone())
}

/// Not due yet is not late.
fn lateness(of: &Backlog) -> f64 {
    (Utc::now() - of.oldest).as_seconds_f64().max(0.0)
}

fn one(value: u64) -> [Reading<f64>; 1] {
    [(None, value as f64)]
}
