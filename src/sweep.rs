//! Deletes what is past its keep, of every kind, once an hour.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sea_orm::DbErr;

use crate::auth::Revocations;
use crate::db::Db;
use crate::directory::{access_change, ended_session};
use crate::tenants::purge::{Purge, Purged};
use crate::{idempotency, tasks, webhooks};

/// Sweeps now and then every hour, until the process ends. Any number of instances may.
pub async fn sweep_hourly(db: Db, revocations: Revocations, hold: TimeDelta) {
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hours.tick().await;
        sweep(&db).await;
        revocations.forget_old();
        purge(&db, hold).await;
        // Last: after an upgrade there may be millions.
        report("tasks without a search filter", tasks::make_filters(&db).await);
    }
}

/// Purges the tenants that were deleted longer ago than the hold.
async fn purge(db: &Db, hold: TimeDelta) {
    match Purge::new(db, Utc::now()).overdue(hold).await {
        Ok(Purged { tenants: 0, .. }) => {}
        Ok(purged) => tracing::info!(tenants = purged.tenants, rows = purged.removed.rows(), "deleted tenants purged"),
        Err(error) => tracing::warn!(%error, "not every deleted tenant could be purged"),
    }
}

/// Sweeps once; what cannot be swept now is logged, and waits for the next time.
pub async fn sweep(db: &Db) {
    report("idempotency records", idempotency::sweep(db).await);
    report("webhook deliveries", webhooks::sweep(db).await);
    report("ended sessions", ended_session::sweep(db).await);
    report("changes of access", access_change::sweep(db).await);
    report("tasks in the trash", tasks::purge_overdue(db, Utc::now()).await);
}

fn report(what: &'static str, swept: Result<u64, DbErr>) {
    match swept {
        Ok(0) => {}
        Ok(rows) => tracing::info!(what, rows, "swept"),
        Err(error) => tracing::warn!(what, %error, "could not be swept"),
    }
}
