//! Does one job that was claimed.

use std::time::Instant;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::Instrument;

use super::claim::Claimed;
use super::failure::Failure;
use super::registry::{Handler, Registry};
use super::{ATTEMPTS, Context, TIME_LIMIT};
use crate::db::{Db, TenantId};
use crate::metrics::Metrics;

/// Does a job and notes how it went. What cannot be noted is logged: the job is done again when its lease is over.
pub(super) async fn run(
    db: &Db,
    registry: &Registry,
    metrics: &Metrics,
    claimed: &Claimed,
    now: impl Fn() -> DateTime<Utc>,
) {
    let job = &claimed.job;
    let span =
        tracing::info_span!("job", kind = job.kind, tenant = job.tenant_id, id = %job.id, attempt = job.attempts);
    async {
        if let Err(error) = settle(db, registry, metrics, claimed, now).await {
            let reason = Failure::from(error).reason;
            tracing::warn!(reason, "how a job went could not be noted; it is done again when its lease is over");
        }
    }
    .instrument(span)
    .await;
}

async fn settle(
    db: &Db,
    registry: &Registry,
    metrics: &Metrics,
    claimed: &Claimed,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<(), DbErr> {
    let Some(handler) = registry.of(&claimed.job.kind) else { return claimed.release(db, now()).await };
    if claimed.tenant_gone && !handler.outlives_tenant {
        tracing::debug!("a job is dropped: its tenant was deleted");
        return claimed.remove(db).await;
    }
    // It ended process after process, and none could note it.
    if claimed.job.attempts > ATTEMPTS {
        return claimed.bury(db, "cut off each time it was tried", now()).await;
    }
    let begun = Instant::now();
    let outcome = attempt(db, handler, claimed).await;
    metrics.job(&claimed.job.kind, if outcome.is_ok() { "ok" } else { "failed" }, begun.elapsed());
    match outcome {
        Ok(()) => claimed.remove(db).await,
        Err(failure) => {
            if let Some(cause) = &failure.cause {
                tracing::warn!(cause = format!("{cause:#}"), "a job failed");
            }
            claimed.fail(db, &failure, now()).await
        }
    }
}

/// In a task of its own, which a panic ends alone; it is aborted when the time is up, or this future is dropped.
async fn attempt(db: &Db, handler: &Handler, claimed: &Claimed) -> Result<(), Failure> {
    let job = &claimed.job;
    let tenant = TenantId::stored(job.tenant_id.as_str());
    let context = Context { db: db.clone(), tenant, id: job.id, attempt: job.attempts };
    let mut alone = JoinSet::new();
    alone.spawn(handler.run(&job.payload, context).in_current_span());
    match timeout(TIME_LIMIT, alone.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(Some(Err(error))) if error.is_panic() => Err(Failure::again("the handler panicked")),
        Ok(_) => Err(Failure::again("the handler was stopped")),
        Err(_) => Err(Failure::again(format!("the handler took longer than {} s", TIME_LIMIT.as_secs()))),
    }
}
