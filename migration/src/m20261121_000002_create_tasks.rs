//! Tasks and their labels, with an index that begins with the tenant for every order and filter of the list.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::tables::{TenantId, clerk_id, tenant_index, tenant_owned_table, time};

/// Sorts after every due date that is accepted (those end with the year 9998).
pub const DUE_AFTER_ALL: &str = "9999-01-01T00:00:00+00:00";
/// Sorts before every due date that is accepted (those begin with the year 1000).
pub const DUE_BEFORE_ALL: &str = "0999-01-01T00:00:00+00:00";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tasks(manager.get_database_backend())).await?;
        manager.create_table(task_labels()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TaskLabels::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Tasks::Table).to_owned()).await
    }
}

fn tasks(backend: DbBackend) -> TableCreateStatement {
    let mut columns = vec![
        ColumnDef::new(Tasks::Id).uuid().not_null().take(),
        ColumnDef::new(Tasks::Title).string_len(255).not_null().take(),
        folded(ColumnDef::new(Tasks::TitleFolded).text().not_null().take(), backend),
        ColumnDef::new(Tasks::Description).text().take(),
        folded(ColumnDef::new(Tasks::DescriptionFolded).text().take(), backend),
        one_of(Tasks::Status, "ck_tasks_status", &["pending", "started", "completed"]),
        one_of(Tasks::Priority, "ck_tasks_priority", &["low", "medium", "high"]),
        ColumnDef::new(Tasks::Category).string_len(50).take(),
        ColumnDef::new(Tasks::Labels).json_binary().not_null().take(),
        ColumnDef::new(Tasks::AssigneeId).string_len(255).take(),
        ColumnDef::new(Tasks::DueDate).timestamp_with_time_zone().take(),
        ColumnDef::new(Tasks::CompletedAt).timestamp_with_time_zone().take(),
        clerk_id(Tasks::CreatedBy),
        clerk_id(Tasks::UpdatedBy),
        time(Tasks::CreatedAt),
        time(Tasks::UpdatedAt),
        ColumnDef::new(Tasks::Version).big_integer().not_null().take(),
    ];
    columns.extend(derived(backend));
    tenant_owned_table(Tasks::Table, [Tasks::Id], columns)
        .check((
            "ck_tasks_completed_at",
            Expr::col(Tasks::Status).eq("completed").eq(Expr::col(Tasks::CompletedAt).is_not_null()),
        ))
        .to_owned()
}

/// Text plus a check: one shape on both databases.
fn one_of(column: Tasks, check: &'static str, values: &[&'static str]) -> ColumnDef {
    let values = Expr::col(column).is_in(values.iter().copied());
    ColumnDef::new(column).string_len(16).not_null().check((check, values)).take()
}

/// Compared by code point on both databases, whatever the locale of the cluster.
fn folded(mut column: ColumnDef, backend: DbBackend) -> ColumnDef {
    if backend == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// Keys that are never null, kept by the database so that nothing can leave them stale.
fn derived(backend: DbBackend) -> Vec<ColumnDef> {
    let literal = |time: &str| match backend {
        DbBackend::Postgres => format!("TIMESTAMPTZ '{time}'"),
        _ => format!("'{time}'"),
    };
    let due = |name: Tasks, none: &str| {
        let key = format!("coalesce(due_date, {})", literal(none));
        ColumnDef::new(name).timestamp_with_time_zone().not_null().generated(Expr::cust(key), true).take()
    };
    let rank = "CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END";
    vec![
        due(Tasks::DueAscending, DUE_AFTER_ALL),
        due(Tasks::DueDescending, DUE_BEFORE_ALL),
        ColumnDef::new(Tasks::PriorityRank).small_integer().not_null().generated(Expr::cust(rank), true).take(),
    ]
}

fn task_labels() -> TableCreateStatement {
    let columns = vec![
        ColumnDef::new(TaskLabels::TaskId).uuid().not_null().take(),
        ColumnDef::new(TaskLabels::Label).string_len(50).not_null().take(),
    ];
    tenant_owned_table(TaskLabels::Table, [TaskLabels::TaskId, TaskLabels::Label], columns)
        .foreign_key(
            ForeignKey::create()
                .name("fk_task_labels_task")
                .from(TaskLabels::Table, (TenantId, TaskLabels::TaskId))
                .to(Tasks::Table, (TenantId, Tasks::Id))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let by = |name: &str, column: Tasks| tenant_index(Tasks::Table, name, [column, Tasks::Id]);
    let by_age = |name: &str, column: Tasks| tenant_index(Tasks::Table, name, [column, Tasks::CreatedAt, Tasks::Id]);
    vec![
        by("ix_tasks_tenant_created", Tasks::CreatedAt),
        by("ix_tasks_tenant_updated", Tasks::UpdatedAt),
        by("ix_tasks_tenant_due_ascending", Tasks::DueAscending),
        by("ix_tasks_tenant_due_descending", Tasks::DueDescending),
        by("ix_tasks_tenant_priority", Tasks::PriorityRank),
        by("ix_tasks_tenant_title", Tasks::TitleFolded),
        by_age("ix_tasks_tenant_status", Tasks::Status),
        by_age("ix_tasks_tenant_category", Tasks::Category),
        by_age("ix_tasks_tenant_assignee", Tasks::AssigneeId),
        by_age("ix_tasks_tenant_creator", Tasks::CreatedBy),
        tenant_index(TaskLabels::Table, "ix_task_labels_tenant_label", [TaskLabels::Label, TaskLabels::TaskId]),
    ]
}

#[derive(DeriveIden, Clone, Copy)]
enum Tasks {
    Table,
    Id,
    Title,
    TitleFolded,
    Description,
    DescriptionFolded,
    Status,
    Priority,
    Category,
    Labels,
    AssigneeId,
    DueDate,
    CompletedAt,
    CreatedBy,
    UpdatedBy,
    CreatedAt,
    UpdatedAt,
    Version,
    DueAscending,
    DueDescending,
    PriorityRank,
}

#[derive(DeriveIden, Clone, Copy)]
enum TaskLabels {
    Table,
    TaskId,
    Label,
}
