//! What people want to be told by mail, and when administrators were told of what.

use sea_orm_migration::prelude::*;

use crate::roles::{self, TenantMay};
use crate::tables::{tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![
            ColumnDef::new(Column::Kind).string_len(32).not_null().take(),
            ColumnDef::new(Column::Wanted).boolean().not_null().take(),
            ColumnDef::new(Column::Token).string_len(64).not_null().take(),
            time(Column::UpdatedAt),
        ];
        manager.create_table(tenant_owned_table(MailPreferences, [Column::Kind], columns)).await?;
        let token = Index::create()
            .name("uq_mail_preferences_token")
            .table(MailPreferences)
            .col(Column::Token)
            .unique()
            .to_owned();
        manager.create_index(token).await?;
        let columns = vec![ColumnDef::new(Column::Topic).string_len(64).not_null().take(), time(Column::ToldAt)];
        manager.create_table(tenant_owned_table(MailNotices, [Column::Topic], columns)).await?;
        roles::wall(manager, "mail_preferences", "tenant_id", TenantMay::Write).await?;
        roles::wall(manager, "mail_notices", "tenant_id", TenantMay::Read).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(MailNotices).to_owned()).await?;
        manager.drop_table(Table::drop().table(MailPreferences).to_owned()).await
    }
}

#[derive(DeriveIden, Clone, Copy)]
struct MailPreferences;

#[derive(DeriveIden, Clone, Copy)]
struct MailNotices;

#[derive(DeriveIden, Clone, Copy)]
enum Column {
    Kind,
    Wanted,
    Token,
    UpdatedAt,
    Topic,
    ToldAt,
}
