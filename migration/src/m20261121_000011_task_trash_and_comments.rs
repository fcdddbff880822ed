//! The trash of tasks, and comments on tasks.
//!
//! Every index that answers lists holds living tasks alone from here on, so that what is in the trash costs them nothing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::roles::{self, TenantMay};
use crate::tables::{TenantId, clerk_id, tenant_index, tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in trash_columns() {
            manager.alter_table(Table::alter().table(Tasks::Table).add_column(column).to_owned()).await?;
        }
        for (name, columns) in INDEXES {
            drop_index(manager, name).await?;
            let mut index = tenant_index(Tasks::Table, name, columns.iter().copied());
            manager.create_index(index.and_where(Expr::col(Tasks::DeletedAt).is_null()).to_owned()).await?;
        }
        for index in trash_indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(comments()).await?;
        let columns = [TaskComments::TaskId, TaskComments::CreatedAt, TaskComments::Id];
        manager.create_index(tenant_index(TaskComments::Table, "ix_task_comments_tenant_task", columns)).await?;
        roles::wall(manager, "task_comments", "tenant_id", TenantMay::Write).await
    }

    /// What is in the trash is deleted: the program from before would show it as if it had never been there.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        roles::open(manager, "task_comments").await?;
        manager.drop_table(Table::drop().table(TaskComments::Table).to_owned()).await?;
        empty_trash(manager).await?;
        for name in ["ix_tasks_tenant_trash", "ix_tasks_purge"] {
            drop_index(manager, name).await?;
        }
        for (name, columns) in INDEXES {
            drop_index(manager, name).await?;
            manager.create_index(tenant_index(Tasks::Table, name, columns.iter().copied())).await?;
        }
        // The last first: its check names the others.
        for column in [Tasks::PurgeAt, Tasks::DeletedBy, Tasks::DeletedAt] {
            manager.alter_table(Table::alter().table(Tasks::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// The lists' indexes of migration 2. That of assignees stays whole: who leaves gives back what is in the trash too.
const INDEXES: &[(&str, &[Tasks])] = &[
    ("ix_tasks_tenant_created", &[Tasks::CreatedAt, Tasks::Id]),
    ("ix_tasks_tenant_updated", &[Tasks::UpdatedAt, Tasks::Id]),
    ("ix_tasks_tenant_due_ascending", &[Tasks::DueAscending, Tasks::Id]),
    ("ix_tasks_tenant_due_descending", &[Tasks::DueDescending, Tasks::Id]),
    ("ix_tasks_tenant_priority", &[Tasks::PriorityRank, Tasks::Id]),
    ("ix_tasks_tenant_title", &[Tasks::TitleFolded, Tasks::Id]),
    ("ix_tasks_tenant_status", &[Tasks::Status, Tasks::CreatedAt, Tasks::Id]),
    ("ix_tasks_tenant_category", &[Tasks::Category, Tasks::CreatedAt, Tasks::Id]),
    ("ix_tasks_tenant_creator", &[Tasks::CreatedBy, Tasks::CreatedAt, Tasks::Id]),
];

fn trash_columns() -> [ColumnDef; 3] {
    let lives = || Expr::col(Tasks::DeletedAt).is_null();
    let whole = Expr::col(Tasks::DeletedBy).is_null().eq(lives()).and(Expr::col(Tasks::PurgeAt).is_null().eq(lives()));
    [
        ColumnDef::new(Tasks::DeletedAt).timestamp_with_time_zone().take(),
        ColumnDef::new(Tasks::DeletedBy).string_len(255).take(),
        ColumnDef::new(Tasks::PurgeAt).timestamp_with_time_zone().check(("ck_tasks_trash", whole)).take(),
    ]
}

fn trash_indexes() -> [IndexCreateStatement; 2] {
    let in_trash = || Expr::col(Tasks::DeletedAt).is_not_null();
    let mut listed = tenant_index(Tasks::Table, "ix_tasks_tenant_trash", [Tasks::DeletedAt, Tasks::Id]);
    let mut overdue = Index::create().name("ix_tasks_purge").table(Tasks::Table).col(Tasks::PurgeAt).to_owned();
    [listed.and_where(in_trash()).to_owned(), overdue.and_where(in_trash()).to_owned()]
}

fn comments() -> TableCreateStatement {
    let columns = vec![
        ColumnDef::new(TaskComments::Id).uuid().not_null().take(),
        ColumnDef::new(TaskComments::TaskId).uuid().not_null().take(),
        ColumnDef::new(TaskComments::Body).text().not_null().take(),
        clerk_id(TaskComments::AuthorId),
        time(TaskComments::CreatedAt),
        time(TaskComments::UpdatedAt),
        ColumnDef::new(TaskComments::Version).big_integer().not_null().take(),
    ];
    tenant_owned_table(TaskComments::Table, [TaskComments::Id], columns)
        .foreign_key(
            ForeignKey::create()
                .name("fk_task_comments_task")
                .from(TaskComments::Table, (TenantId, TaskComments::TaskId))
                .to(Tasks::Table, (TenantId, Tasks::Id))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

/// The owner sees no row while the policies are forced upon it. Nobody else comes between: the table is locked by then.
async fn empty_trash(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let forced = async |force: &str| match manager.get_database_backend() {
        DbBackend::Postgres => {
            let statement = format!("ALTER TABLE tasks {force} ROW LEVEL SECURITY");
            manager.get_connection().execute_unprepared(&statement).await.map(drop)
        }
        _ => Ok(()),
    };
    forced("NO FORCE").await?;
    let trash = Query::delete().from_table(Tasks::Table).and_where(Expr::col(Tasks::DeletedAt).is_not_null()).take();
    manager.execute(trash).await?;
    forced("FORCE").await
}

async fn drop_index(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).table(Tasks::Table).to_owned()).await
}

#[derive(DeriveIden, Clone, Copy)]
enum Tasks {
    Table,
    Id,
    TitleFolded,
    Status,
    Category,
    CreatedBy,
    CreatedAt,
    UpdatedAt,
    DueAscending,
    DueDescending,
    PriorityRank,
    DeletedAt,
    DeletedBy,
    PurgeAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum TaskComments {
    Table,
    Id,
    TaskId,
    Body,
    AuthorId,
    CreatedAt,
    UpdatedAt,
    Version,
}
