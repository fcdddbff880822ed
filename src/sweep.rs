//! Deletes what is past its keep, of every kind, once an hour.

use std::time::Duration;

use sea_orm::DbErr;

use crate::db::Db;
use crate::directory::ended_session;
use crate::{idempotency, webhooks};

/// Sweeps now and then every hour, until the process ends. Any number of instances may.
pub async fn sweep_hourly(db: Db) {
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hours.tick().await;
        sweep(&db).await;
    }
}

/// Sweeps once; what cannot be swept now is logged, and waits for the next time.
pub async fn sweep(db: &Db) {
    report("idempotency records", idempotency::sweep(db).await);
    report("webhook deliveries", webhooks::sweep(db).await);
    report("ended sessions", ended_session::sweep(db).await);
}

fn report(what: &'static str, swept: Result<u64, DbErr>) {
    match swept {
        Ok(0) => {}
        Ok(rows) => tracing::info!(what, rows, "swept"),
        Err(error) => tracing::warn!(what, %error, "could not be swept"),
    }
}
