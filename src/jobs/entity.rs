//! The table of jobs that are not done. Those that are, are gone.

use sea_orm::entity::prelude::*;

use crate::db::TenantOwned;

/// What is to become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum State {
    /// It is done once it is due.
    Waiting,
    /// Somebody has begun it, and is to be done with it when it is due again.
    Running,
    /// It failed for good, and is kept.
    Dead,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub key: Option<String>,
    /// JSON.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    pub state: State,
    /// How often it was begun.
    pub attempts: i16,
    /// When it may be begun; of one that runs, when its lease is over and it may be begun again; of a dead one, when it died.
    pub due_at: DateTimeUtc,
    /// Another for each time it is begun: by it whoever began it is known.
    pub claim: Option<Uuid>,
    /// Why it failed the last time; holds nothing of anybody's data.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}
