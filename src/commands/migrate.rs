//! `tenantry migrate up|down|status`.

use anyhow::{Context, Result};
use clap::Subcommand;
use migration::{IntoSchemaManagerConnection, Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::config::{Config, DatabaseConfig};
use crate::db::Db;

/// What to do with the schema.
#[derive(Debug, Subcommand)]
pub enum Change {
    /// Apply what is pending.
    Up,
    /// Take back the last change, or the last N.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        steps: u32,
    },
    /// Say what is applied and what is pending.
    Status,
}

/// Any number will do, as long as every instance uses the same.
const LOCK: i64 = 7_216_401_953;

/// Changes the schema under the owner's role.
pub async fn run(change: Change, config: &Config) -> Result<()> {
    match change {
        Change::Up => up(&config.database).await?,
        Change::Down { steps } => alone(&config.database, Step::Down(steps)).await?,
        Change::Status => {}
    }
    status(&config.database).await
}

/// Applies what is pending.
pub async fn up(config: &DatabaseConfig) -> Result<()> {
    alone(config, Step::Up).await
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Up,
    Down(u32),
}

impl Step {
    async fn take<'c>(self, schema: impl IntoSchemaManagerConnection<'c>) -> Result<(), DbErr> {
        match self {
            Self::Up => Migrator::up(schema, None).await,
            Self::Down(steps) => Migrator::down(schema, Some(steps)).await,
        }
    }
}

/// One process at a time: the migrator takes no lock of its own, and two instances may start at once.
#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
async fn alone(config: &DatabaseConfig, step: Step) -> Result<()> {
    let db = owner(config).await?;
    let pool = db.system_connection();
    if pool.get_database_backend() == DbBackend::Postgres {
        let lock = lock(pool).await.context("waiting for the lock on the schema")?;
        step.take(pool).await.context("changing the schema")?;
        drop(lock);
    } else {
        // All of it in one transaction: IMMEDIATE keeps every other writer out from the first look at what is pending.
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let whole = pool.begin_with_options(options).await.context("waiting for the lock on the schema")?;
        step.take(&whole).await.context("changing the schema")?;
        whole.commit().await.context("changing the schema")?;
    }
    db.close().await.context("closing the database")
}

/// Held until dropped. An index may be built without a transaction meanwhile, so the lock has a connection of its own.
async fn lock(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let held = pool.begin().await?;
    held.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    held.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    Ok(held)
}

async fn owner(config: &DatabaseConfig) -> Result<Db> {
    let mut config = config.clone();
    config.url = config.migration_url.clone();
    // One for the lock, one for the work.
    config.max_connections = config.max_connections.max(2);
    Db::connect(&config).await.context("connecting to the database (MIGRATION_DATABASE_URL or DATABASE_URL)")
}

#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
async fn status(config: &DatabaseConfig) -> Result<()> {
    let db = owner(config).await?;
    for migration in Migrator::get_migration_with_status(db.system_connection()).await? {
        println!("{:<8} {}", migration.status().to_string().to_lowercase(), migration.name());
    }
    db.close().await.context("closing the database")
}
