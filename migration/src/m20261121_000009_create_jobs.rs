//! Work to be done soon, or later, of which the change that asks for it is the first half.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::roles::{self, TenantMay};
use crate::tables::{tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A tenant's transaction adds its own jobs, or renews one that waits; only the product takes one away or says how it went.
const LESS_FOR_TENANTS: &str = "REVOKE UPDATE, DELETE ON jobs FROM tenantry_app;
    GRANT UPDATE (payload, attempts, due_at, reason) ON jobs TO tenantry_app;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let states = Expr::col(Jobs::State).is_in(["waiting", "running", "dead"]);
        let columns = vec![
            ColumnDef::new(Jobs::Id).uuid().not_null().take(),
            ColumnDef::new(Jobs::Kind).string_len(64).not_null().take(),
            ColumnDef::new(Jobs::Key).string_len(255).take(),
            ColumnDef::new(Jobs::Payload).text().not_null().take(),
            ColumnDef::new(Jobs::State).string_len(16).not_null().check(("ck_jobs_state", states)).take(),
            ColumnDef::new(Jobs::Attempts).small_integer().not_null().take(),
            time(Jobs::DueAt),
            ColumnDef::new(Jobs::Claim).uuid().take(),
            ColumnDef::new(Jobs::Reason).text().take(),
            time(Jobs::CreatedAt),
        ];
        manager.create_table(tenant_owned_table(Jobs::Table, [Jobs::Id], columns)).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        roles::wall(manager, "jobs", "tenant_id", TenantMay::Write).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(LESS_FOR_TENANTS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Jobs::Table).to_owned()).await
    }
}

fn indexes() -> [IndexCreateStatement; 2] {
    let living = || Expr::col(Jobs::State).ne("dead");
    let due = Index::create().name("ix_jobs_due").table(Jobs::Table).col(Jobs::DueAt).and_where(living()).take();
    // One waiting and one running at the most of each key.
    let key = Index::create()
        .name("uq_jobs_key")
        .table(Jobs::Table)
        .col(crate::tables::TenantId)
        .col(Jobs::Kind)
        .col(Jobs::Key)
        .col(Jobs::State)
        .unique()
        .and_where(Expr::col(Jobs::Key).is_not_null())
        .and_where(living())
        .take();
    [due, key]
}

#[derive(DeriveIden, Clone, Copy)]
enum Jobs {
    Table,
    Id,
    Kind,
    Key,
    Payload,
    State,
    Attempts,
    DueAt,
    Claim,
    Reason,
    CreatedAt,
}
