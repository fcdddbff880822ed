//! What a tenant's statements run on: SQLite by the ORM, PostgreSQL by the pipelining driver.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::identity::{Access, Identity};
use super::journal::{self, Record};
use super::pipelined::Pipelined;
use super::pool::Pool;
use super::rows::Rows;
use super::transaction::{Transaction, in_a_task};

/// What a tenant's view runs its statements on: the pool, or a transaction.
#[sea_orm::prelude::async_trait::async_trait]
pub trait Connection: Sync {
    /// Which database it is.
    fn backend(&self) -> DbBackend;

    /// Runs a statement, on the pool one that only reads, and gives its rows.
    async fn rows(&self, statement: Statement) -> Result<Rows, DbErr>;
}

/// The pool: each statement only reads, and is a transaction of its own on PostgreSQL.
#[derive(Debug, Clone)]
pub struct TenantPool {
    pub(super) pool: Pool,
    pub(super) identity: Identity,
}

#[sea_orm::prelude::async_trait::async_trait]
impl Connection for TenantPool {
    fn backend(&self) -> DbBackend {
        self.pool.connection.get_database_backend()
    }

    async fn rows(&self, statement: Statement) -> Result<Rows, DbErr> {
        match &self.pool.sessions {
            Some(sessions) => {
                let alone = Pipelined::alone(&self.pool, sessions, &self.identity).await?;
                alone.ask(&statement).await.map(|answer| Rows::Postgres(answer.rows))
            }
            None => {
                let watched = self.pool.watch.statement(&statement.sql);
                watched.run(self.pool.connection.query_all_raw(statement)).await.map(Rows::Orm)
            }
        }
    }
}

/// A tenant's transaction. Dropping it rolls back.
#[derive(Debug)]
pub struct TenantTransaction(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(Transaction),
    Postgres(Box<Pipelined>),
}

#[sea_orm::prelude::async_trait::async_trait]
impl Connection for TenantTransaction {
    fn backend(&self) -> DbBackend {
        match &self.0 {
            Kind::Sqlite(_) => DbBackend::Sqlite,
            Kind::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn rows(&self, statement: Statement) -> Result<Rows, DbErr> {
        match &self.0 {
            Kind::Sqlite(transaction) => transaction.query_all_raw(statement).await.map(Rows::Orm),
            Kind::Postgres(transaction) => transaction.ask(&statement).await.map(|answer| Rows::Postgres(answer.rows)),
        }
    }
}

impl TenantTransaction {
    pub(super) async fn begin(pool: &Pool, identity: &Identity) -> Result<Self, DbErr> {
        Ok(Self(match &pool.sessions {
            Some(sessions) => Kind::Postgres(Box::new(Pipelined::begin(pool, sessions, identity).await?)),
            None => Kind::Sqlite(Transaction::begin(pool, identity, Access::Write).await?),
        }))
    }

    /// Runs a statement, and says how many rows it changed.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, DbErr> {
        match &self.0 {
            Kind::Sqlite(transaction) => transaction.execute_raw(statement).await.map(|done| done.rows_affected()),
            Kind::Postgres(transaction) => transaction.ask(&statement).await.map(|answer| answer.affected),
        }
    }

    /// Runs a text that is PostgreSQL's alone.
    pub(super) async fn on_postgres(&self, text: &str) -> Result<(), DbErr> {
        match &self.0 {
            Kind::Sqlite(_) => Ok(()),
            Kind::Postgres(transaction) => transaction.send(text).await.map(drop),
        }
    }

    /// Commits with an entry in the tenant's audit log, in a task of its own: a caller who hangs up cannot leave it half sent, nor leave
    /// others untold.
    pub(super) async fn commit(self, tenant: String, record: Record) -> Result<(), DbErr> {
        match self.0 {
            Kind::Sqlite(transaction) => {
                journal::append(&transaction, &tenant, record).await?;
                transaction.commit().await
            }
            Kind::Postgres(transaction) => {
                in_a_task(async move { transaction.commit_after(&journal::call(&tenant, &record)).await }).await
            }
        }
    }
}
