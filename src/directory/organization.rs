//! The table of organizations, in which a tenant sees its own row alone.

use sea_orm::DbErr;
use sea_orm::entity::prelude::*;

use crate::db::{Connection, TenantDb, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub slug: Option<String>,
    pub image_url: Option<String>,
    /// 0 means no limit.
    pub max_allowed_memberships: Option<i64>,
    pub created_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::Id;
}

/// The tenant's organization, as far as it is known and not deleted.
///
/// # Errors
/// The database's.
pub async fn own<C: Connection>(db: &TenantDb<C>) -> Result<Option<Model>, DbErr> {
    db.one(Entity::find().filter(Column::DeletedAt.is_null())).await
}
