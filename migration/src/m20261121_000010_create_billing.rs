//! Our copy of subscriptions, what they consist of, and the attempts to collect the money.

use sea_orm_migration::prelude::*;

use crate::roles::{self, TenantMay};
use crate::tables::{clerk_id, source_columns, tenant_index, tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(subscriptions()).await?;
        manager.create_table(items()).await?;
        manager.create_table(payment_attempts()).await?;
        let last = tenant_index(PaymentAttempts, "ix_payment_attempts_tenant_created", ["created_at", "id"]);
        manager.create_index(last).await?;
        // Only the writer of the mirror writes them, and it is no tenant.
        for table in ["subscriptions", "subscription_items", "payment_attempts"] {
            roles::wall(manager, table, "tenant_id", TenantMay::Read).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(PaymentAttempts).to_owned()).await?;
        manager.drop_table(Table::drop().table(SubscriptionItems).to_owned()).await?;
        manager.drop_table(Table::drop().table(Subscriptions).to_owned()).await
    }
}

fn subscriptions() -> TableCreateStatement {
    let mut columns = vec![
        clerk_id("id"),
        text("status").not_null().take(),
        optional_time("past_due_at"),
        // The ids of the items it listed; null when it listed none, which says nothing of them.
        ColumnDef::new("listed").json_binary().take(),
        time("created_at"),
    ];
    columns.extend(source_columns());
    tenant_owned_table(Subscriptions, ["id"], columns)
}

fn items() -> TableCreateStatement {
    let mut columns = vec![
        clerk_id("id"),
        // An id, and no foreign key: an item may be announced before its subscription, and without it.
        ColumnDef::new("subscription").string_len(255).take(),
        text("status").not_null().take(),
        ColumnDef::new("plan_id").string_len(255).take(),
        text("plan_slug"),
        text("plan_name"),
        flag("is_recurring"),
        flag("is_free_trial"),
        flag("is_seat_based"),
        ColumnDef::new("seats").big_integer().take(),
        text("period"),
        time("period_start"),
        optional_time("period_end"),
        optional_time("past_due_at"),
        optional_time("canceled_at"),
        time("created_at"),
    ];
    columns.extend(source_columns());
    tenant_owned_table(SubscriptionItems, ["id"], columns)
}

fn payment_attempts() -> TableCreateStatement {
    let mut columns = vec![
        clerk_id("id"),
        text("status").not_null().take(),
        text("charge_type"),
        text("failed_code"),
        // In the smallest unit of the currency.
        ColumnDef::new("amount").big_integer().take(),
        text("currency"),
        optional_time("paid_at"),
        optional_time("failed_at"),
        time("created_at"),
    ];
    columns.extend(source_columns());
    tenant_owned_table(PaymentAttempts, ["id"], columns)
}

fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().take()
}

fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

fn optional_time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().take()
}

#[derive(DeriveIden, Clone, Copy)]
struct Subscriptions;

#[derive(DeriveIden, Clone, Copy)]
struct SubscriptionItems;

#[derive(DeriveIden, Clone, Copy)]
struct PaymentAttempts;
