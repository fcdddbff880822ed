//! When a deleted tenant's data was purged, and which organization a delivery tells of.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let purged_at = || ColumnDef::new(Column::PurgedAt).timestamp_with_time_zone().take();
        add(manager, Organizations, purged_at()).await?;
        add(manager, Users, purged_at()).await?;
        // Null also in every row from before: which organization those tell of is read from their payload when it matters.
        add(manager, WebhookDeliveries, ColumnDef::new(Column::OrganizationId).string_len(255).take()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in [
            ("ix_organizations_to_purge", Organizations.into_iden()),
            ("ix_users_to_purge", Users.into_iden()),
            ("ix_webhook_deliveries_organization", WebhookDeliveries.into_iden()),
        ] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        remove(manager, WebhookDeliveries, Column::OrganizationId).await?;
        remove(manager, Users, Column::PurgedAt).await?;
        remove(manager, Organizations, Column::PurgedAt).await
    }
}

async fn add(manager: &SchemaManager<'_>, table: impl IntoTableRef, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

async fn remove(manager: &SchemaManager<'_>, table: impl IntoTableRef, column: Column) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await
}

/// Of few rows each: the deleted that are still to be purged, and the deliveries that name an organization.
fn indexes() -> [IndexCreateStatement; 3] {
    let to_purge = |name: &str, table: DynIden| {
        let mut index = Index::create().name(name).table(table).col(Column::DeletedAt).to_owned();
        index.and_where(Expr::col(Column::DeletedAt).is_not_null()).and_where(Expr::col(Column::PurgedAt).is_null());
        index
    };
    let named = Index::create()
        .name("ix_webhook_deliveries_organization")
        .table(WebhookDeliveries)
        .col(Column::OrganizationId)
        .and_where(Expr::col(Column::OrganizationId).is_not_null())
        .to_owned();
    [
        to_purge("ix_organizations_to_purge", Organizations.into_iden()),
        to_purge("ix_users_to_purge", Users.into_iden()),
        named,
    ]
}

#[derive(DeriveIden, Clone, Copy)]
struct Organizations;

#[derive(DeriveIden, Clone, Copy)]
struct Users;

#[derive(DeriveIden, Clone, Copy)]
struct WebhookDeliveries;

#[derive(DeriveIden, Clone, Copy)]
enum Column {
    DeletedAt,
    PurgedAt,
    OrganizationId,
}
