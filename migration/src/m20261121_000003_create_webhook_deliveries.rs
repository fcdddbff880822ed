//! What Clerk delivered, and what became of it.

use sea_orm_migration::prelude::*;

use crate::tables::time;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let states = Expr::col(WebhookDeliveries::State).is_in(["applied", "ignored", "failed", "unreadable"]);
        let mut table = Table::create().table(WebhookDeliveries::Table).to_owned();
        table
            .col(ColumnDef::new(WebhookDeliveries::Id).string_len(255).not_null())
            .col(ColumnDef::new(WebhookDeliveries::EventType).string_len(255).not_null())
            .col(
                ColumnDef::new(WebhookDeliveries::State)
                    .string_len(16)
                    .not_null()
                    .check(("ck_webhook_deliveries_state", states)),
            )
            .col(ColumnDef::new(WebhookDeliveries::Attempts).big_integer().not_null())
            .col(ColumnDef::new(WebhookDeliveries::Reason).text())
            .col(ColumnDef::new(WebhookDeliveries::Payload).text().not_null())
            .col(time(WebhookDeliveries::ReceivedAt))
            .col(time(WebhookDeliveries::UpdatedAt))
            .primary_key(Index::create().name("pk_webhook_deliveries").col(WebhookDeliveries::Id));
        manager.create_table(table).await?;
        let received = [WebhookDeliveries::ReceivedAt, WebhookDeliveries::Id];
        let mut index =
            Index::create().name("ix_webhook_deliveries_received").table(WebhookDeliveries::Table).to_owned();
        for column in received {
            index.col(column);
        }
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(WebhookDeliveries::Table).to_owned()).await
    }
}

#[derive(DeriveIden)]
enum WebhookDeliveries {
    Table,
    Id,
    EventType,
    State,
    Attempts,
    Reason,
    Payload,
    ReceivedAt,
    UpdatedAt,
}
