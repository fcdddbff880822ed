//! The table of subscriptions. Clerk keeps one for each payer: an organization, or a person for their own workspace.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::TenantOwned;

/// The ids of the items that a subscription listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Listed(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// As Clerk writes it; informational, as the items decide.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub past_due_at: Option<DateTimeUtc>,
    /// None when it listed no item, which says nothing of them.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub listed: Option<Listed>,
    pub created_at: DateTimeUtc,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}
