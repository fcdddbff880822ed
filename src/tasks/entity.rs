//! The tables of tasks, of the labels they can be found by, and of the comments on them.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveIden, FromJsonQueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Cells, TenantOwned};

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = TaskStatus)]
pub enum Status {
    /// Not begun.
    Pending,
    /// Begun.
    Started,
    /// Done.
    Completed,
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = TaskPriority)]
pub enum Priority {
    /// Can wait.
    Low,
    /// As usual.
    #[default]
    Medium,
    /// Before others.
    High,
}

impl Priority {
    /// As the generated column `priority_rank` has it.
    pub fn rank(self) -> i16 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
        }
    }
}

/// A task's labels, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Labels(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub title: String,
    /// The title in lower case, for searching and sorting alike on both databases.
    pub title_folded: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub description_folded: Option<String>,
    pub status: Status,
    pub priority: Priority,
    pub category: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub labels: Labels,
    pub assignee_id: Option<String>,
    pub due_date: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    pub created_by: String,
    pub updated_by: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the changes; the entity tag is made of it.
    pub version: i64,
    /// When it was moved to the trash; null while it lives.
    pub deleted_at: Option<DateTimeUtc>,
    /// Who moved it there.
    pub deleted_by: Option<String>,
    /// Until when it can be brought back.
    pub purge_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;

    fn by_place(cells: &mut Cells<'_>) -> Option<Result<Model, DbErr>> {
        Some(Model::by_place(cells))
    }
}

impl Model {
    /// In the order of the columns, which is that of the fields.
    fn by_place(cells: &mut Cells<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            tenant_id: cells.take()?,
            id: cells.take()?,
            title: cells.take()?,
            title_folded: cells.take()?,
            description: cells.take()?,
            description_folded: cells.take()?,
            status: cells.take_of()?,
            priority: cells.take_of()?,
            category: cells.take()?,
            labels: cells.take_json()?,
            assignee_id: cells.take()?,
            due_date: cells.take()?,
            completed_at: cells.take()?,
            created_by: cells.take()?,
            updated_by: cells.take()?,
            created_at: cells.take()?,
            updated_at: cells.take()?,
            version: cells.take()?,
            deleted_at: cells.take()?,
            deleted_by: cells.take()?,
            purge_at: cells.take()?,
        })
    }
}

/// Columns that the database derives, so that every order of the list has an indexed key that is never null.
#[derive(Debug, Clone, Copy, DeriveIden)]
pub enum Derived {
    /// The due date; none sorts after all others.
    DueAscending,
    /// The due date; none sorts before all others, which is last when descending.
    DueDescending,
    /// 1 low, 2 medium, 3 high.
    PriorityRank,
}

/// The labels as rows, an index of [`Model::labels`].
pub mod label {
    use sea_orm::entity::prelude::*;

    use crate::db::TenantOwned;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_labels")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub label: String,
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// What people say about a task.
pub mod comment {
    use sea_orm::entity::prelude::*;

    use crate::db::TenantOwned;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_comments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub task_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub body: String,
        pub author_id: String,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        /// Counts the edits; the entity tag is made of it.
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
    }
}
