//! `tenantry migrate up|down|status`.

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use migration::{IntoSchemaManagerConnection, Migrator, MigratorTrait, SchemaManager, seaql_migrations};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, SqliteTransactionMode,
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

/// Says in the log when changes are pending, for a server that was told not to apply them. It may start all the same: while a
/// release is rolled out, its code may come before its schema.
#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
pub async fn warn_of_pending(db: &Db) {
    match seaql_migrations::Entity::find().all(&db.system().reader()).await {
        Ok(applied) if ours().iter().all(|own| applied.iter().any(|change| change.version == *own)) => {}
        Ok(_) => tracing::warn!("the schema is behind; run `tenantry migrate up`"),
        Err(error) => {
            tracing::warn!(%error, "whether the schema is up to date cannot be told; run `tenantry migrate up`")
        }
    }
}

/// Passes when no change is pending.
///
/// # Errors
/// In words for the person at the terminal.
#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
pub async fn demand_current(db: &Db) -> Result<()> {
    let applied = seaql_migrations::Entity::find().all(&db.system().reader()).await;
    let applied = applied.context("this database has no schema, or not ours; run `tenantry migrate up`")?;
    let missing = ours().into_iter().find(|own| applied.iter().all(|change| change.version != *own));
    match missing {
        None => Ok(()),
        Some(missing) => bail!("the schema lacks {missing}; run `tenantry migrate up`"),
    }
}

/// The changes that this program knows, oldest first.
fn ours() -> Vec<String> {
    Migrator::migrations().iter().map(|change| change.name().to_owned()).collect()
}

/// The changes that the database has had, those of a later version of this program included. Writes nothing.
async fn applied<'c, C>(schema: &'c C) -> Result<Vec<String>, DbErr>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    if !SchemaManager::new(schema).has_table(Migrator::migration_table_name().to_string()).await? {
        return Ok(Vec::new());
    }
    // Not `Migrator::get_migration_models`, which first makes the table.
    Ok(seaql_migrations::Entity::find().all(schema).await?.into_iter().map(|change| change.version).collect())
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Up,
    Down(u32),
}

impl Step {
    async fn take<'c, C>(self, schema: &'c C) -> Result<(), DbErr>
    where
        C: ConnectionTrait,
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        let applied = applied(schema).await?;
        match self {
            // The migrator refuses a schema that is ahead of it, and with it the way back to the version before.
            Self::Up if ours().iter().all(|own| applied.contains(own)) => Ok(()),
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
    // Behind a pooler the timeout of the session may be somebody else's.
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
    let (ours, applied) = (ours(), applied(db.system_connection()).await?);
    for name in &ours {
        println!("{:<8} {name}", if applied.contains(name) { "applied" } else { "pending" });
    }
    for name in applied.iter().filter(|name| !ours.contains(name)) {
        println!("{:<8} {name}", "unknown");
    }
    db.close().await.context("closing the database")
}
