//! Deletes deliveries that are past their keep.

use chrono::{SubsecRound, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::delivery::{Column, Entity};
use crate::db::Db;

/// How long a delivery is kept. The sender's last attempt comes within two days; the rest is for looking back.
pub const KEPT: TimeDelta = TimeDelta::days(90);

/// Deletes the deliveries that came longer ago, and says how many.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
pub async fn sweep(db: &Db) -> Result<u64, DbErr> {
    let limit = (Utc::now() - KEPT).trunc_subsecs(6);
    let old = Entity::delete_many().filter(Column::ReceivedAt.lt(limit)).exec(&db.system()).await?;
    Ok(old.rows_affected)
}
