//! The connection pool and how a transaction begins.

use std::time::Duration;

use sea_orm::metric::Info;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tracing::Instrument;

use super::{SystemDb, TenantDb, TenantId};
use crate::config::DatabaseConfig;

/// The pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: DatabaseConnection,
}

impl Db {
    /// Opens the pool; an SQLite file is made when it is absent.
    ///
    /// # Errors
    /// When the address is unusable or nothing answers there.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that connects")]
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, DbErr> {
        Ok(Self { pool: Database::connect(options(config)).await? })
    }

    /// The same pool, calling back after every statement with its text, its values and how long it took.
    ///
    /// For measuring; the values are people's data and never go to a log.
    #[must_use]
    pub fn observed(mut self, observer: impl Fn(&Info<'_>) + Send + Sync + 'static) -> Self {
        self.pool.set_metric_callback(observer);
        self
    }

    /// The database as one tenant sees it. Only guards call this, and `dev` for its demo.
    pub(crate) fn tenant(&self, tenant: TenantId) -> TenantDb {
        TenantDb::new(self.pool.clone(), tenant)
    }

    /// The database without the tenant's condition: for the mirror, webhooks, jobs and tests.
    pub fn system(&self) -> SystemDb {
        SystemDb::new(self.pool.clone())
    }

    /// The bare connection, for the migrator.
    pub fn system_connection(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Asks the database for an answer.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.pool.ping().await
    }

    /// Closes every connection, waiting for those in use.
    ///
    /// # Errors
    /// When the driver reports one.
    pub async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
    }
}

fn options(config: &DatabaseConfig) -> ConnectOptions {
    let statement_timeout = config.statement_timeout;
    let mut options = ConnectOptions::new(config.url.expose());
    options
        .max_connections(config.max_connections)
        .min_connections(config.min_connections)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(Duration::from_secs(300))
        // The default pings on every acquire, which is a round trip a statement.
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged write must survive a power cut: NORMAL may lose the last commits in WAL mode.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("temp_store", "MEMORY")
                .optimize_on_close(true, None)
        })
        .map_sqlx_postgres_opts(|postgres| postgres.application_name("tenantry"))
        .map_sqlx_postgres_pool_opts(move |pool| {
            pool.after_connect(move |connection, _| {
                Box::pin(async move { set_statement_timeout(connection, statement_timeout).await })
            })
        });
    options
}

/// Not a start-up parameter: pooled endpoints refuse those.
async fn set_statement_timeout(
    connection: &mut sea_orm::sqlx::PgConnection,
    timeout: Duration,
) -> Result<(), sea_orm::SqlxError> {
    let milliseconds = timeout.as_millis().to_string();
    sea_orm::sqlx::query("SELECT set_config('statement_timeout', $1, false)")
        .bind(milliseconds)
        .execute(connection)
        .await
        .map(|_| ())
}

/// Begins a transaction.
///
/// In a task of its own: when a caller hangs up while BEGIN is on its way, the future is dropped, and sqlx 0.9 would give the
/// connection back with the transaction open. On SQLite it is IMMEDIATE, because a transaction that reads
/// first and writes later fails with "busy" at once, whatever the busy timeout.
pub(super) async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let pool = pool.clone();
    let begin = async move {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        pool.begin_with_options(options).await
    };
    tokio::spawn(begin.in_current_span()).await.map_err(|error| DbErr::Custom(error.to_string()))?
}

/// Commits in a task of its own, so that a caller who hangs up cannot leave it half sent.
pub(super) async fn commit(transaction: DatabaseTransaction) -> Result<(), DbErr> {
    let commit = async move { transaction.commit().await };
    tokio::spawn(commit.in_current_span()).await.map_err(|error| DbErr::Custom(error.to_string()))?
}

/// Whether this is PostgreSQL.
pub(super) fn is_postgres(backend: DbBackend) -> bool {
    backend == DbBackend::Postgres
}
