//! Deletes records that are past their keep.

use std::time::Duration;

use chrono::{SubsecRound, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::KEPT;
use super::entity::{Column, Entity};
use crate::db::Db;

/// Sweeps now and then every hour, until the process ends. Any number of instances may.
pub async fn sweep_hourly(db: Db) {
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hours.tick().await;
        match sweep(&db).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(records, "old idempotency records deleted"),
            Err(error) => tracing::warn!(%error, "idempotency records could not be swept"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
async fn sweep(db: &Db) -> Result<u64, DbErr> {
    let limit = (Utc::now() - KEPT).trunc_subsecs(6);
    let old = Entity::delete_many().filter(Column::CreatedAt.lt(limit)).exec(&db.system()).await?;
    Ok(old.rows_affected)
}
