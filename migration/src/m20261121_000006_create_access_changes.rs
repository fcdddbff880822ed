//! What the mirror took away lately, for every instance to read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::roles;
use crate::tables::{source_columns, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kinds = Expr::col(AccessChanges::Kind).is_in(["user", "ban", "session", "organization", "membership"]);
        let id = |name: AccessChanges| ColumnDef::new(name).string_len(255).take();
        let mut recorded_at = time(AccessChanges::RecordedAt);
        if manager.get_database_backend() == DbBackend::Postgres {
            // Readers ask for what is newer than they know, and the clocks of instances differ.
            recorded_at.default(Expr::cust("clock_timestamp()"));
        }
        let mut table = Table::create().table(AccessChanges::Table).to_owned();
        table
            .col(ColumnDef::new(AccessChanges::Id).uuid().not_null())
            .col(recorded_at)
            .col(ColumnDef::new(AccessChanges::Kind).string_len(16).not_null().check(("ck_access_changes_kind", kinds)))
            .col(id(AccessChanges::UserId))
            .col(id(AccessChanges::OrganizationId))
            .col(id(AccessChanges::SessionId))
            .col(id(AccessChanges::MembershipId))
            .col(ColumnDef::new(AccessChanges::BeganAt).big_integer().not_null())
            .col(ColumnDef::new(AccessChanges::Gone).boolean().not_null())
            .col(ColumnDef::new(AccessChanges::Role).text())
            .col(ColumnDef::new(AccessChanges::Permissions).json_binary());
        for column in source_columns() {
            table.col(column);
        }
        table.primary_key(Index::create().name("pk_access_changes").col(AccessChanges::Id));
        manager.create_table(table).await?;
        let recorded = Index::create()
            .name("ix_access_changes_recorded")
            .table(AccessChanges::Table)
            .col(AccessChanges::RecordedAt)
            .col(AccessChanges::Id)
            .to_owned();
        manager.create_index(recorded).await?;
        let user = Index::create()
            .name("ix_access_changes_user")
            .table(AccessChanges::Table)
            .col(AccessChanges::UserId)
            .col(AccessChanges::Kind)
            .to_owned();
        manager.create_index(user).await?;
        roles::system_only(manager, "access_changes").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(AccessChanges::Table).to_owned()).await
    }
}

#[derive(DeriveIden)]
enum AccessChanges {
    Table,
    Id,
    RecordedAt,
    Kind,
    UserId,
    OrganizationId,
    SessionId,
    MembershipId,
    BeganAt,
    Gone,
    Role,
    Permissions,
}
