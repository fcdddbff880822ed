//! The view without the tenant's condition.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use super::pool;

/// The database without the tenant's condition, for code that serves no single tenant.
#[derive(Debug)]
pub struct SystemDb<C = DatabaseConnection> {
    connection: C,
}

impl SystemDb {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self { connection }
    }

    /// Begins a transaction; dropping it rolls back.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<SystemDb<DatabaseTransaction>, DbErr> {
        Ok(SystemDb { connection: pool::begin(&self.connection).await? })
    }
}

impl SystemDb<DatabaseTransaction> {
    /// Makes what was done lasting.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn commit(self) -> Result<(), DbErr> {
        pool::commit(self.connection).await
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
