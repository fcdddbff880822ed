//! A transaction, begun as somebody.

use std::any::Any;
use std::sync::Arc;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{AssertSqlSafe, PgPool, Postgres};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, SqliteTransactionMode,
    SqlxError, Statement, TransactionOptions, TransactionTrait,
};
use sea_query_sqlx::SqlxValues;
use sqlx_core::transaction::TransactionManager;
use tokio::sync::{Mutex, watch};
use tracing::Instrument;

use super::identity::{Access, Identity};
use super::pool::{Observer, Pool};
use super::session::{self, part_if_read_only};
use super::watch::Watch;

tokio::task_local! {
    static HELD: Held;
}

/// What is to be kept until the database has done with a request, such as a turn at it.
pub type Held = Arc<dyn Any + Send + Sync>;

/// Runs work whose statements keep something until the database has done with them, even if the work is dropped before: a
/// statement under way keeps its connection, whether or not somebody still waits for it.
pub async fn holding<F: Future>(held: Held, work: F) -> F::Output {
    HELD.scope(held, work).await
}

/// What is kept here, for work that goes on after the request: the stream of a body, say.
pub fn held() -> Option<Held> {
    HELD.try_with(Arc::clone).ok()
}

/// A transaction. Dropping it rolls back.
pub struct Transaction {
    kind: Kind,
    commits: Arc<watch::Sender<()>>,
    watch: Watch,
}

enum Kind {
    Sqlite(DatabaseTransaction),
    Postgres(OnPostgres),
}

/// The driver's own transaction: SeaORM's begins with a bare BEGIN, which would make role and tenant a message more.
struct OnPostgres {
    // A connection takes one statement at a time; the interface of SeaORM does not say so.
    session: Option<Session>,
    sessions: PgPool,
    observer: Option<Observer>,
    watch: Watch,
    prepares: bool,
    held: Option<Held>,
}

type Session = Mutex<PoolConnection<Postgres>>;

/// What the driver's own transactions are made of.
pub(super) type Driver = <Postgres as sea_orm::sqlx::Database>::TransactionManager;

impl Transaction {
    /// Begins one, in a task of its own: when a caller hangs up while BEGIN is on its way, the future is dropped, and
    /// sqlx 0.9 would give the connection back with the transaction open.
    pub(super) async fn begin(pool: &Pool, identity: &Identity, access: Access) -> Result<Self, DbErr> {
        let (pool, identity, held) = (pool.clone(), identity.clone(), held());
        in_a_task(async move {
            let mut begun = Self::begin_here(&pool, &identity, access).await?;
            if let Kind::Postgres(transaction) = &mut begun.kind {
                transaction.held = held;
            }
            Ok(begun)
        })
        .await
    }

    /// Begins one; must not be cancelled.
    ///
    /// On SQLite one that may write is IMMEDIATE, because a transaction that reads first and writes later fails with "busy" at
    /// once, whatever the busy timeout. One that only reads keeps no writer waiting.
    pub(super) async fn begin_here(pool: &Pool, identity: &Identity, access: Access) -> Result<Self, DbErr> {
        if pool.is_postgres() {
            let beginning = identity.beginning(access, pool.statement_timeout);
            let sessions = pool.connection.get_postgres_connection_pool().clone();
            let session = session::begin(&sessions, &beginning, &pool.watch).await.map_err(failed)?;
            let session = Some(Mutex::new(session));
            let (observer, watch, prepares) = (pool.observer.clone(), pool.watch.clone(), pool.prepares);
            let kind = OnPostgres { session, sessions, observer, watch: watch.clone(), prepares, held: None };
            return Ok(Self { kind: Kind::Postgres(kind), commits: Arc::clone(&pool.commits), watch });
        }
        let writes = access == Access::Write;
        let mode = if writes { SqliteTransactionMode::Immediate } else { SqliteTransactionMode::Deferred };
        let options = TransactionOptions { sqlite_transaction_mode: Some(mode), ..TransactionOptions::default() };
        let begin = pool.connection.begin_with_options(options);
        let kind = Kind::Sqlite(pool.watch.operation("BEGIN").run(begin).await?);
        Ok(Self { kind, commits: Arc::clone(&pool.commits), watch: pool.watch.clone() })
    }

    /// Commits, in a task of its own, so that a caller who hangs up cannot leave it half sent.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        in_a_task(async move {
            let commits = Arc::clone(&self.commits);
            self.commit_here().await?;
            commits.send_replace(());
            Ok(())
        })
        .await
    }

    /// Commits; must not be cancelled.
    pub(super) async fn commit_here(self) -> Result<(), DbErr> {
        match self.kind {
            Kind::Sqlite(transaction) => self.watch.operation("COMMIT").run(transaction.commit()).await,
            Kind::Postgres(mut transaction) => match transaction.session.take() {
                Some(session) => {
                    let mut session = session.into_inner();
                    let committed = self.watch.operation("COMMIT").run(Driver::commit(&mut session)).await;
                    if committed.is_err() {
                        Driver::start_rollback(&mut session);
                    }
                    committed.map_err(failed)
                }
                None => Ok(()),
            },
        }
    }
}

/// Runs to its end, whether or not the caller still waits.
pub(super) async fn in_a_task<T: Send + 'static>(
    work: impl Future<Output = Result<T, DbErr>> + Send + 'static,
) -> Result<T, DbErr> {
    let held = held();
    let task = async move {
        let outcome = work.await;
        drop(held);
        outcome
    };
    tokio::spawn(task.in_current_span()).await.map_err(|error| DbErr::Custom(error.to_string()))?
}

impl Drop for OnPostgres {
    /// Rolls back: at once where something is held until that is done, else as the connection goes back to the pool.
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        let mut session = session.into_inner();
        match (self.held.take(), tokio::runtime::Handle::try_current()) {
            (Some(held), Ok(runtime)) => {
                runtime.spawn(async move {
                    let _ = Driver::rollback(&mut session).await;
                    drop((session, held));
                });
            }
            _ => Driver::start_rollback(&mut session),
        }
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.kind {
            Kind::Sqlite(_) => DbBackend::Sqlite,
            Kind::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.kind {
            Kind::Sqlite(transaction) => {
                let watched = self.watch.statement(&statement.sql);
                watched.run(transaction.execute_raw(statement)).await
            }
            Kind::Postgres(transaction) => transaction.execute(&statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.kind {
            Kind::Sqlite(transaction) => self.watch.operation("OTHER").run(transaction.execute_unprepared(sql)).await,
            Kind::Postgres(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.kind {
            Kind::Sqlite(transaction) => {
                let watched = self.watch.statement(&statement.sql);
                watched.run(transaction.query_one_raw(statement)).await
            }
            Kind::Postgres(transaction) => transaction.query_one(&statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.kind {
            Kind::Sqlite(transaction) => {
                let watched = self.watch.statement(&statement.sql);
                watched.run(transaction.query_all_raw(statement)).await
            }
            Kind::Postgres(transaction) => transaction.query_all(&statement).await,
        }
    }
}

impl OnPostgres {
    fn session(&self) -> &Session {
        self.session.as_ref().expect("only the commit takes it, and the commit consumes the transaction")
    }

    async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let mut session = self.session().lock().await;
        let watched = self.watch.statement(&statement.sql);
        let done = watched
            .noted(self.observer.as_ref(), statement, self.bound(statement).execute(&mut **session))
            .await
            .map_err(failed);
        part_if_read_only(&done, &mut session, &self.sessions);
        done.map(Into::into)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let mut session = self.session().lock().await;
        let unprepared = sea_orm::sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **session);
        let done =
            self.watch.operation("OTHER").noted(self.observer.as_ref(), &statement, unprepared).await.map_err(failed);
        part_if_read_only(&done, &mut session, &self.sessions);
        done.map(Into::into)
    }

    async fn query_one(&self, statement: &Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut session = self.session().lock().await;
        let watched = self.watch.statement(&statement.sql);
        let row = watched
            .noted(self.observer.as_ref(), statement, self.bound(statement).fetch_optional(&mut **session))
            .await
            .map_err(failed);
        part_if_read_only(&row, &mut session, &self.sessions);
        Ok(row?.map(Into::into))
    }

    async fn query_all(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut session = self.session().lock().await;
        let watched = self.watch.statement(&statement.sql);
        let rows = watched
            .noted(self.observer.as_ref(), statement, self.bound(statement).fetch_all(&mut **session))
            .await
            .map_err(failed);
        part_if_read_only(&rows, &mut session, &self.sessions);
        Ok(rows?.into_iter().map(Into::into).collect())
    }

    fn bound<'s>(&self, statement: &'s Statement) -> sea_orm::sqlx::query::Query<'s, Postgres, SqlxValues> {
        let values = statement.values.clone().unwrap_or_else(|| sea_orm::Values(Vec::new()));
        let query = sea_orm::sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values));
        query.persistent(self.prepares)
    }
}

/// As SeaORM gives the driver's errors.
pub(super) fn failed(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Transaction")
    }
}
