//! Row-level security on every table, and the two roles it knows.
//!
//! The roles stay when this is taken back: they belong to the cluster, where another database may use them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::roles::{self, TenantMay};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Whose a row is, and what the tenant may do with its own.
const TENANTS: [(&str, &str, TenantMay); 6] = [
    ("tasks", "tenant_id", TenantMay::Write),
    ("task_labels", "tenant_id", TenantMay::Write),
    ("idempotency_records", "tenant_id", TenantMay::Write),
    ("memberships", "tenant_id", TenantMay::Read),
    ("invitations", "tenant_id", TenantMay::Read),
    ("organizations", "id", TenantMay::Read),
];

/// A person is seen by the tenants they are, or were, a member of.
const OF_A_MEMBER: &str = "EXISTS (SELECT FROM memberships WHERE memberships.user_id = users.id
    AND memberships.tenant_id = nullif(current_setting('app.tenant_id', true), ''))";

const NO_TENANTS: [&str; 2] = ["ended_sessions", "webhook_deliveries"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        roles::make(manager).await?;
        for (table, tenant, may) in TENANTS {
            roles::wall(manager, table, tenant, may).await?;
        }
        roles::wall_by(manager, "users", OF_A_MEMBER, TenantMay::Read).await?;
        for table in NO_TENANTS {
            roles::system_only(manager, table).await?;
        }
        history(manager, "GRANT SELECT ON seaql_migrations TO tenantry_system").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        history(manager, "REVOKE SELECT ON seaql_migrations FROM tenantry_system").await?;
        let tenants = TENANTS.map(|(table, ..)| table);
        for table in tenants.into_iter().chain(["users"]).chain(NO_TENANTS) {
            roles::open(manager, table).await?;
        }
        Ok(())
    }
}

/// A server looks whether its schema is behind.
async fn history(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
