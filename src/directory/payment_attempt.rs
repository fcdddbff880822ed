//! The table of attempts to collect what a plan costs. Shown to administrators; what a plan allows never depends on it.

use sea_orm::entity::prelude::*;
use sea_orm::{DbErr, QueryOrder};

use crate::db::{Connection, TenantDb, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// `pending`, `paid` or `failed`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// `checkout` or `recurring`.
    #[sea_orm(column_type = "Text", nullable)]
    pub charge_type: Option<String>,
    /// Why it failed, in a word of the payment service.
    #[sea_orm(column_type = "Text", nullable)]
    pub failed_code: Option<String>,
    /// In the smallest unit of the currency.
    pub amount: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub currency: Option<String>,
    pub paid_at: Option<DateTimeUtc>,
    pub failed_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The tenant's last attempt.
///
/// # Errors
/// The database's.
pub async fn last<C: Connection>(db: &TenantDb<C>) -> Result<Option<Model>, DbErr> {
    db.one(Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)).await
}
