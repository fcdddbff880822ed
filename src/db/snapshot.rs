//! One state of the whole database, for as long as somebody reads it.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::Db;
use super::identity::{Access, Identity};
use super::transaction::Transaction;

/// Reads of one state of the database, past the tenant's condition; what others commit meanwhile is not seen.
#[derive(Debug)]
pub struct Snapshot {
    transaction: Transaction,
}

impl Db {
    /// Begins to read one state of the database. It keeps a connection until it is dropped, and should not be kept for long:
    /// nothing that others delete meanwhile can be cleared away.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshot(&self) -> Result<Snapshot, DbErr> {
        Ok(Snapshot { transaction: Transaction::begin(&self.pool, &Identity::System, Access::Snapshot).await? })
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement).await
    }
}
