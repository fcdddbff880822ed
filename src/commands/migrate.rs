//! `tenantry migrate up|down|status`.

use anyhow::{Context, Result};
use clap::Subcommand;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

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
        Change::Down { steps } => {
            locked(&config.database, async |db| Migrator::down(db.system_connection(), Some(steps)).await).await?;
        }
        Change::Status => return status(&config.database).await,
    }
    status(&config.database).await
}

/// Applies what is pending.
pub async fn up(config: &DatabaseConfig) -> Result<()> {
    locked(config, async |db| Migrator::up(db.system_connection(), None).await).await
}

/// The migrator takes no lock of its own, and two instances may start at once.
async fn locked(config: &DatabaseConfig, change: impl AsyncFnOnce(&Db) -> Result<(), DbErr>) -> Result<()> {
    let db = owner(config).await?;
    let held = lock(&db).await.context("waiting for the lock on the schema")?;
    change(&db).await.context("changing the schema")?;
    drop(held);
    db.close().await.context("closing the database")
}

#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
async fn lock(db: &Db) -> Result<Option<crate::db::SystemDb<sea_orm::DatabaseTransaction>>, DbErr> {
    // SQLite serializes writers by itself, and a transaction held here would keep the migrator out.
    if db.system().get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let held = db.system().begin().await?;
    held.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    held.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    Ok(Some(held))
}

async fn owner(config: &DatabaseConfig) -> Result<Db> {
    let mut config = config.clone();
    config.url = config.migration_url.clone();
    // One for the lock, one for the work.
    config.max_connections = config.max_connections.max(2);
    Db::connect(&config).await.context("connecting to the database (MIGRATION_DATABASE_URL or DATABASE_URL)")
}

async fn status(config: &DatabaseConfig) -> Result<()> {
    let db = owner(config).await?;
    for migration in Migrator::get_migration_with_status(db.system_connection()).await? {
        println!("{:<8} {}", migration.status().to_string().to_lowercase(), migration.name());
    }
    db.close().await.context("closing the database")
}
