//! The view without the tenant's condition.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::identity::{Access, Identity, turn};
use super::journal::{self, Record};
use super::pool::Pool;
use super::scoped::{Reader, Scoped, SystemConnection};
use super::transaction::Transaction;

/// Waits for the turn of [`SystemDb::begin_in_turn`] in a transaction that is under way. Take several in the order of their ids,
/// and before anything is locked.
///
/// # Errors
/// The database's.
pub async fn take_turn<C: ConnectionTrait>(tx: &C, tenant: &str) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&turn(tenant)).await?;
    }
    Ok(())
}

/// The database without the tenant's condition, for code that serves no single tenant.
///
/// On PostgreSQL it runs under the role `tenantry_system`, which no connection holds but inside such a transaction.
#[derive(Debug)]
pub struct SystemDb<C = Scoped> {
    connection: C,
}

impl SystemDb {
    pub(super) fn new(pool: Pool) -> Self {
        Self { connection: Scoped { pool, identity: Identity::System } }
    }

    /// Begins a transaction; dropping it rolls back.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<SystemDb<Transaction>, DbErr> {
        let Scoped { pool, identity } = &self.connection;
        Ok(SystemDb { connection: Transaction::begin(pool, identity, Access::Write).await? })
    }

    /// Begins a transaction when no other one has the tenant's turn, and has it until the end: who keeps what Clerk told of a
    /// tenant does so one after the other, and sees what the one before left. Costs no message more. On SQLite one transaction
    /// writes at a time anyway.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_in_turn(&self, tenant: &str) -> Result<SystemDb<Transaction>, DbErr> {
        let identity = Identity::InTurn(tenant.to_owned());
        Ok(SystemDb { connection: Transaction::begin(&self.connection.pool, &identity, Access::Write).await? })
    }

    /// Begins to read one state of the database; what others commit meanwhile is not seen. It keeps a connection until it is
    /// dropped, and should not be kept for long: nothing that others delete meanwhile can be cleared away.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshot(&self) -> Result<SystemDb<Transaction>, DbErr> {
        let Scoped { pool, identity } = &self.connection;
        Ok(SystemDb { connection: Transaction::begin(pool, identity, Access::Snapshot).await? })
    }
}

impl SystemDb<Transaction> {
    /// Appends an entry to a tenant's audit log. Let it come last, and of several tenants in the order of their ids: others
    /// who write to the tenant's log wait for the end of the transaction.
    ///
    /// # Errors
    /// The database's.
    pub async fn record(&self, tenant: &str, record: impl Into<Record>) -> Result<(), DbErr> {
        journal::append(&self.connection, tenant, record.into()).await
    }

    /// Makes what was done lasting.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.connection.commit().await
    }
}

impl<C: SystemConnection> SystemDb<C> {
    /// For selections alone: on PostgreSQL they are answered a round trip sooner.
    pub fn reader(&self) -> Reader<'_> {
        self.connection.reader()
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for SystemDb<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.connection.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.connection.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.connection.query_all_raw(statement).await
    }
}
