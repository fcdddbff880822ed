//! Answers that were given under an `Idempotency-Key`.

use sea_orm_migration::prelude::*;

use crate::tables::{clerk_id, tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = [IdempotencyRecords::UserId, IdempotencyRecords::Route, IdempotencyRecords::Key];
        let columns = vec![
            clerk_id(IdempotencyRecords::UserId),
            ColumnDef::new(IdempotencyRecords::Route).string_len(1024).not_null().take(),
            ColumnDef::new(IdempotencyRecords::Key).string_len(255).not_null().take(),
            ColumnDef::new(IdempotencyRecords::BodyDigest).binary().not_null().take(),
            ColumnDef::new(IdempotencyRecords::Status).small_integer().not_null().take(),
            ColumnDef::new(IdempotencyRecords::Location).text().take(),
            ColumnDef::new(IdempotencyRecords::Etag).text().take(),
            ColumnDef::new(IdempotencyRecords::Answer).binary().not_null().take(),
            time(IdempotencyRecords::CreatedAt),
        ];
        manager.create_table(tenant_owned_table(IdempotencyRecords::Table, keys, columns)).await?;
        let index = Index::create()
            .name("ix_idempotency_records_created")
            .table(IdempotencyRecords::Table)
            .col(IdempotencyRecords::CreatedAt)
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(IdempotencyRecords::Table).to_owned()).await
    }
}

#[derive(DeriveIden, Clone, Copy)]
enum IdempotencyRecords {
    Table,
    UserId,
    Route,
    Key,
    BodyDigest,
    Status,
    Location,
    Etag,
    Answer,
    CreatedAt,
}
