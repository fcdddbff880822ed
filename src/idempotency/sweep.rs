//! Deletes records that are past their keep.

use chrono::{SubsecRound, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::KEPT;
use super::entity::{Column, Entity};
use crate::db::Db;

/// Deletes the records that are older, and says how many.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
pub async fn sweep(db: &Db) -> Result<u64, DbErr> {
    let limit = (Utc::now() - KEPT).trunc_subsecs(6);
    let old = Entity::delete_many().filter(Column::CreatedAt.lt(limit)).exec(&db.system()).await?;
    Ok(old.rows_affected)
}
