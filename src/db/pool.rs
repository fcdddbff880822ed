//! The connection pool.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::metric::Info;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{Connection as _, Sqlite, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr, SqlxError};
use sqlx_core::transaction::TransactionManager;
use tokio::sync::watch;

use super::file::{self, Hold};
use super::postgres::{self, Sessions};
use super::transaction::failed;
use super::watch::Watch;
use super::{SystemDb, TenantDb, TenantId};
use crate::config::{DatabaseConfig, DatabaseKind};
use crate::metrics::Metrics;

/// Is told of every statement.
pub(super) type Observer = Arc<dyn Fn(&Info<'_>) + Send + Sync>;

/// The pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pub(super) pool: Pool,
}

/// The pool, and how its transactions begin.
#[derive(Clone)]
pub(super) struct Pool {
    /// Everything on SQLite; on PostgreSQL what is no tenant's: webhooks, jobs, the migrator.
    pub(super) connection: DatabaseConnection,
    /// What is a tenant's on PostgreSQL.
    pub(super) sessions: Option<Sessions>,
    pub(super) statement_timeout: Duration,
    pub(super) observer: Option<Observer>,
    pub(super) watch: Watch,
    /// Whether statements are prepared under names that outlive their transaction.
    pub(super) prepares: bool,
    /// Told of every transaction that was committed.
    pub(super) commits: Arc<watch::Sender<()>>,
    #[expect(dead_code, reason = "keeps the file from being replaced, until the last clone is dropped")]
    hold: Option<Arc<Hold>>,
}

impl Pool {
    /// Whether this is PostgreSQL.
    pub(super) fn is_postgres(&self) -> bool {
        self.sessions.is_some()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pool")
    }
}

impl Db {
    /// Opens the pool; an SQLite file is made when it is absent.
    ///
    /// # Errors
    /// When the address is unusable or nothing answers there.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that connects")]
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, DbErr> {
        // First, so that no connection is to a file that is being replaced.
        let hold = match file::path(&config.url) {
            Some(path) => {
                file::share(&path).await.map_err(|error| DbErr::Conn(RuntimeErr::Internal(error.to_string())))?
            }
            None => None,
        };
        Self::over(Database::connect(options(config)).await?, config, hold)
    }

    pub(super) fn over(
        connection: DatabaseConnection,
        config: &DatabaseConfig,
        hold: Option<Hold>,
    ) -> Result<Self, DbErr> {
        let sessions = match config.url.kind() {
            DatabaseKind::Sqlite => None,
            DatabaseKind::Postgres => Some(Sessions::new(config).map_err(failed)?),
        };
        let (statement_timeout, prepares) = (config.statement_timeout, config.url.prepares_statements());
        let watch = Watch::new(match config.url.kind() {
            DatabaseKind::Sqlite => "sqlite",
            DatabaseKind::Postgres => "postgresql",
        });
        let (commits, hold) = (Arc::default(), hold.map(Arc::new));
        let pool = Pool { connection, sessions, statement_timeout, observer: None, watch, prepares, commits, hold };
        Ok(Self { pool })
    }

    /// The same pool, calling back after every statement with its text, its values and how long it took. What begins and
    /// ends a transaction is not told of.
    ///
    /// For measuring; the values are people's data and never go to a log.
    #[must_use]
    pub fn observed(mut self, observer: impl Fn(&Info<'_>) + Send + Sync + 'static) -> Self {
        let observer: Observer = Arc::new(observer);
        let also = Arc::clone(&observer);
        self.pool.connection.set_metric_callback(move |info| also(info));
        self.pool.observer = Some(observer);
        self
    }

    /// The same pool, its statements timed.
    #[must_use]
    pub fn measured(mut self, metrics: &Metrics) -> Self {
        self.pool.watch.metrics = metrics.clone();
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

    /// The bare connection, as the role that logged in: for the migrator.
    pub fn system_connection(&self) -> &DatabaseConnection {
        &self.pool.connection
    }

    /// Changes whenever a transaction of this process has been committed.
    pub(crate) fn commits(&self) -> watch::Receiver<()> {
        self.pool.commits.subscribe()
    }

    /// Whether a statement succeeded within this time.
    pub(crate) fn answered_within(&self, time: Duration) -> bool {
        self.pool.watch.answered_within(time)
    }

    /// Whether the database tells instances of each other's changes, or they must ask.
    pub(crate) fn tells_of_changes(&self) -> bool {
        self.pool.is_postgres()
    }

    /// Connections of the pool at work, and idle ones.
    pub fn connections(&self) -> (u32, u32) {
        if let Some(sessions) = &self.pool.sessions {
            let (pool, (busy, idle)) = (self.pool.connection.get_postgres_connection_pool(), sessions.counts());
            let (others, unused) = counts(pool.size(), pool.num_idle());
            return (busy + others, idle + unused);
        }
        let pool = self.pool.connection.get_sqlite_connection_pool();
        counts(pool.size(), pool.num_idle())
    }

    /// Asks the database for an answer.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<(), DbErr> {
        let watched = self.pool.watch.operation("PING");
        let Some(sessions) = &self.pool.sessions else { return watched.run(self.pool.connection.ping()).await };
        let ask = async {
            let session = self.pool.watch.waiting(sessions.get()).await?;
            session.settle().await.map_err(postgres::failed)
        };
        watched.run(ask).await.map_err(failed)
    }

    /// Closes every connection, waiting for those in use.
    ///
    /// # Errors
    /// When the driver reports one.
    pub async fn close(self) -> Result<(), DbErr> {
        if let Some(sessions) = &self.pool.sessions {
            sessions.close().await;
        }
        self.pool.connection.close().await
    }
}

fn counts(size: u32, idle: usize) -> (u32, u32) {
    let idle = u32::try_from(idle).unwrap_or(size).min(size);
    (size - idle, idle)
}

pub(super) fn options(config: &DatabaseConfig) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.expose());
    let (most, least) = match config.url.kind() {
        DatabaseKind::Sqlite => (config.max_connections, config.min_connections),
        DatabaseKind::Postgres => (system_connections(config), 0),
    };
    options
        .max_connections(most)
        .min_connections(least)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(Duration::from_secs(300))
        // The default pings on every acquire, which is a round trip a statement.
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|session, _| Box::pin(has_ended_all(session))))
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
        // Poolers refuse start-up parameters that they do not know, and no column here is a float. For the same reason the
        // statement timeout is no option: it comes with each transaction.
        .map_sqlx_postgres_opts(|postgres| postgres.application_name("tenantry").extra_float_digits(None));
    options
}

/// How many connections there are beside those of the tenants, so that neither waits for the other's.
pub fn system_connections(config: &DatabaseConfig) -> u32 {
    (config.max_connections / 4).max(4)
}

/// Whether a connection that comes back to the pool is outside any transaction; else it is closed.
///
/// When a disk is full, SQLite itself rolls back. The ROLLBACK that follows fails, the driver goes on to count a transaction, and
/// SeaORM would begin the next one as a savepoint inside it: acknowledged, and never committed.
async fn has_ended_all(session: &mut SqliteConnection) -> Result<bool, SqlxError> {
    type Driver = <Sqlite as sea_orm::sqlx::Database>::TransactionManager;
    if Driver::get_transaction_depth(session) == 0 {
        return Ok(true);
    }
    // The rollback of a dropped transaction may still be on its way, ahead of this.
    session.ping().await?;
    Ok(Driver::get_transaction_depth(session) == 0)
}
