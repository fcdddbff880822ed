//! The table of sessions that have ended while their last token may still be good.

use chrono::{SubsecRound, TimeDelta, Utc};
use sea_orm::entity::prelude::*;

use crate::db::Db;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ended_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    /// `ended`, `removed`, `revoked`, …
    pub status: String,
    pub ended_at: DateTimeUtc,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How long the end of a session is remembered. Its last token outlives it by about a minute.
pub const KEPT: TimeDelta = TimeDelta::days(1);

/// Deletes the sessions that ended longer ago, and says how many.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
pub async fn sweep(db: &Db) -> Result<u64, DbErr> {
    let limit = (Utc::now() - KEPT).trunc_subsecs(6);
    let old = Entity::delete_many().filter(Column::EndedAt.lt(limit)).exec(&db.system()).await?;
    Ok(old.rows_affected)
}
