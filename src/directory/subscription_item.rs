//! The table of subscription items: a payer, a plan and a period each. Items are history; none is ever deleted.

use sea_orm::entity::prelude::*;
use sea_orm::{DbErr, JoinType, QuerySelect, RelationDef};

use super::subscription;
use crate::db::{Connection, TenantDb, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The subscription's id, which may not have been announced yet.
    pub subscription: Option<String>,
    /// As Clerk writes it, or `unknown`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub plan_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub plan_slug: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub plan_name: Option<String>,
    pub is_recurring: bool,
    pub is_free_trial: bool,
    pub is_seat_based: bool,
    /// Of a plan that is based on seats: how many were bought; none means any number.
    pub seats: Option<i64>,
    /// `month` or `annual`.
    #[sea_orm(column_type = "Text", nullable)]
    pub period: Option<String>,
    pub period_start: DateTimeUtc,
    pub period_end: Option<DateTimeUtc>,
    pub past_due_at: Option<DateTimeUtc>,
    pub canceled_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}

/// Queued or half-bought items, which never were in force.
const NEVER_IN_FORCE: [&str; 2] = ["incomplete", "abandoned"];

/// Whatever may say something of a tenant's plan, each item with its subscription as far as that is known. Both are of one
/// moment, as one statement reads them.
///
/// # Errors
/// The database's.
pub async fn own<C: Connection>(db: &TenantDb<C>) -> Result<Vec<(Model, Option<subscription::Model>)>, DbErr> {
    let theirs: RelationDef = Entity::belongs_to(subscription::Entity)
        .from((Column::TenantId, Column::Subscription))
        .to((subscription::Column::TenantId, subscription::Column::Id))
        .into();
    let rows = Entity::find()
        .filter(Column::Status.is_not_in(NEVER_IN_FORCE))
        .join(JoinType::LeftJoin, theirs)
        .select_also(subscription::Entity);
    db.all_with(rows).await
}
