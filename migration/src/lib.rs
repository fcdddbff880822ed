//! The schema, as a list of changes. `up` and `down` both work, on SQLite and on PostgreSQL.
//!
//! A merged migration is never edited. Old code serves while a migration runs: expand, move, contract, in separate changes.

mod m20261121_000001_create_directory;
mod m20261121_000002_create_tasks;
mod m20261121_000003_create_webhook_deliveries;
mod m20261121_000004_create_idempotency_records;
mod m20261121_000005_row_level_security;
mod m20261121_000006_create_access_changes;
mod m20261121_000007_purge_deleted_tenants;
mod m20261121_000008_create_audit_log;
mod m20261121_000009_create_jobs;
mod m20261121_000010_create_billing;
mod m20261121_000011_task_trash_and_comments;
mod m20261121_000012_create_mail;
mod m20261121_000013_follow_in_the_audit_log;
mod m20261122_000014_search_filters;
pub mod roles;
pub mod tables;

pub use m20261121_000002_create_tasks::{DUE_AFTER_ALL, DUE_BEFORE_ALL};
pub use sea_orm_migration::{
    IntoSchemaManagerConnection, MigrationTrait, MigratorTrait, SchemaManager, seaql_migrations,
};

/// Every change, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_directory::Migration),
            Box::new(m20261121_000002_create_tasks::Migration),
            Box::new(m20261121_000003_create_webhook_deliveries::Migration),
            Box::new(m20261121_000004_create_idempotency_records::Migration),
            Box::new(m20261121_000005_row_level_security::Migration),
            Box::new(m20261121_000006_create_access_changes::Migration),
            Box::new(m20261121_000007_purge_deleted_tenants::Migration),
            Box::new(m20261121_000008_create_audit_log::Migration),
            Box::new(m20261121_000009_create_jobs::Migration),
            Box::new(m20261121_000010_create_billing::Migration),
            Box::new(m20261121_000011_task_trash_and_comments::Migration),
            Box::new(m20261121_000012_create_mail::Migration),
            Box::new(m20261121_000013_follow_in_the_audit_log::Migration),
            Box::new(m20261122_000014_search_filters::Migration),
        ]
    }
}
