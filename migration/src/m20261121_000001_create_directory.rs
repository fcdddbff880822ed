//! The mirror of Clerk: organizations, users, memberships, invitations, and sessions that have ended.

use sea_orm_migration::prelude::*;

use crate::tables::{clerk_id, source_columns, tenant_index, tenant_owned_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [organizations(), users(), memberships(), invitations(), ended_sessions()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            Table::drop().table(EndedSessions::Table).to_owned(),
            Table::drop().table(Invitations::Table).to_owned(),
            Table::drop().table(Memberships::Table).to_owned(),
            Table::drop().table(Users::Table).to_owned(),
            Table::drop().table(Organizations::Table).to_owned(),
        ] {
            manager.drop_table(table).await?;
        }
        Ok(())
    }
}

/// One row an organization, whose id is the tenant itself.
fn organizations() -> TableCreateStatement {
    let mut create = Table::create().table(Organizations::Table).to_owned();
    create
        .col(clerk_id(Organizations::Id))
        .col(ColumnDef::new(Organizations::Name).text().not_null())
        .col(ColumnDef::new(Organizations::Slug).text())
        .col(ColumnDef::new(Organizations::ImageUrl).text())
        .col(ColumnDef::new(Organizations::MaxAllowedMemberships).big_integer())
        .col(ColumnDef::new(Organizations::CreatedAt).timestamp_with_time_zone())
        .col(ColumnDef::new(Organizations::DeletedAt).timestamp_with_time_zone());
    primary(create, "pk_organizations", Organizations::Id)
}

fn users() -> TableCreateStatement {
    let mut create = Table::create().table(Users::Table).to_owned();
    create
        .col(clerk_id(Users::Id))
        .col(ColumnDef::new(Users::FirstName).text())
        .col(ColumnDef::new(Users::LastName).text())
        .col(ColumnDef::new(Users::Email).text())
        .col(ColumnDef::new(Users::ImageUrl).text())
        .col(ColumnDef::new(Users::Folded).text().not_null())
        .col(ColumnDef::new(Users::Banned).boolean().not_null())
        .col(ColumnDef::new(Users::CreatedAt).timestamp_with_time_zone())
        .col(ColumnDef::new(Users::DeletedAt).timestamp_with_time_zone());
    primary(create, "pk_users", Users::Id)
}

fn memberships() -> TableCreateStatement {
    let mut columns = vec![
        clerk_id(Memberships::Id),
        clerk_id(Memberships::UserId),
        ColumnDef::new(Memberships::Role).text().not_null().take(),
        ColumnDef::new(Memberships::Permissions).json_binary().not_null().take(),
        ColumnDef::new(Memberships::CreatedAt).timestamp_with_time_zone().not_null().take(),
        ColumnDef::new(Memberships::DeletedAt).timestamp_with_time_zone().take(),
    ];
    columns.extend(source_columns());
    tenant_owned_table(Memberships::Table, [Memberships::Id], columns)
}

fn invitations() -> TableCreateStatement {
    let mut columns = vec![
        clerk_id(Invitations::Id),
        ColumnDef::new(Invitations::EmailAddress).text().not_null().take(),
        ColumnDef::new(Invitations::Role).text().not_null().take(),
        ColumnDef::new(Invitations::Status).string_len(16).not_null().take(),
        ColumnDef::new(Invitations::InviterId).string_len(255).take(),
        ColumnDef::new(Invitations::ExpiresAt).timestamp_with_time_zone().take(),
        ColumnDef::new(Invitations::CreatedAt).timestamp_with_time_zone().not_null().take(),
    ];
    columns.extend(source_columns());
    tenant_owned_table(Invitations::Table, [Invitations::Id], columns)
}

fn ended_sessions() -> TableCreateStatement {
    let mut create = Table::create().table(EndedSessions::Table).to_owned();
    create
        .col(clerk_id(EndedSessions::Id))
        .col(clerk_id(EndedSessions::UserId))
        .col(ColumnDef::new(EndedSessions::Status).string_len(16).not_null())
        .col(ColumnDef::new(EndedSessions::EndedAt).timestamp_with_time_zone().not_null());
    primary(create, "pk_ended_sessions", EndedSessions::Id)
}

fn primary(mut create: TableCreateStatement, name: &str, id: impl IntoIden) -> TableCreateStatement {
    for column in source_columns() {
        create.col(column);
    }
    create.primary_key(Index::create().name(name).col(id.into_iden())).to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        tenant_index(Memberships::Table, "ix_memberships_tenant_user", [Memberships::UserId]),
        tenant_index(Memberships::Table, "ix_memberships_tenant_created", [Memberships::CreatedAt, Memberships::Id]),
        tenant_index(Invitations::Table, "ix_invitations_tenant_created", [Invitations::CreatedAt, Invitations::Id]),
        Index::create().name("ix_memberships_user").table(Memberships::Table).col(Memberships::UserId).to_owned(),
        Index::create()
            .name("ix_ended_sessions_ended")
            .table(EndedSessions::Table)
            .col(EndedSessions::EndedAt)
            .to_owned(),
    ]
}

#[derive(DeriveIden, Clone, Copy)]
enum Organizations {
    Table,
    Id,
    Name,
    Slug,
    ImageUrl,
    MaxAllowedMemberships,
    CreatedAt,
    DeletedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum Users {
    Table,
    Id,
    FirstName,
    LastName,
    Email,
    ImageUrl,
    Folded,
    Banned,
    CreatedAt,
    DeletedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum Memberships {
    Table,
    Id,
    UserId,
    Role,
    Permissions,
    CreatedAt,
    DeletedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum Invitations {
    Table,
    Id,
    EmailAddress,
    Role,
    Status,
    InviterId,
    ExpiresAt,
    CreatedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum EndedSessions {
    Table,
    Id,
    UserId,
    Status,
    EndedAt,
}
