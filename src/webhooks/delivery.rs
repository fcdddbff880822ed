//! The table of deliveries: what Clerk sent, and what became of it.

use sea_orm::entity::prelude::*;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum State {
    /// In force; a repetition changes nothing.
    Applied,
    /// An event type we have no use for.
    Ignored,
    /// Our failure; the sender's retry applies it.
    Failed,
    /// A type we know with data we cannot read.
    Unreadable,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    /// The message id (`svix-id`), the same on every retry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub event_type: String,
    pub state: State,
    pub attempts: i64,
    /// Why it failed; holds no data of the payload.
    pub reason: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// The organization it tells of, whatever its type.
    pub organization_id: Option<String>,
    pub received_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
