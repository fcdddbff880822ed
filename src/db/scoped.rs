//! The pool as somebody sees it: on PostgreSQL each statement runs in a transaction of its own, begun as them.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::identity::{Access, Identity};
use super::pool::Pool;
use super::transaction::{Transaction, in_a_task};

/// The pool as somebody sees it.
#[derive(Debug, Clone)]
pub struct Scoped {
    pub(super) pool: Pool,
    pub(super) identity: Identity,
}

/// What the view without a tenant runs its statements on: the pool, or a transaction.
pub trait SystemConnection: ConnectionTrait {
    /// What it runs selections on, which may cost less.
    fn reader(&self) -> Reader<'_>;
}

/// Runs selections.
#[derive(Debug)]
pub enum Reader<'a> {
    /// Each in a read-only transaction of its own.
    Pool(&'a Scoped),
    /// All in one transaction.
    Transaction(&'a Transaction),
}

impl SystemConnection for Scoped {
    fn reader(&self) -> Reader<'_> {
        Reader::Pool(self)
    }
}

impl SystemConnection for Transaction {
    fn reader(&self) -> Reader<'_> {
        Reader::Transaction(self)
    }
}

/// A kind of statement, as the interface of SeaORM distinguishes them.
trait Asked: Send + 'static {
    type Answer: Send + 'static;

    fn sql(&self) -> &str;

    fn ask<C: ConnectionTrait + Sync>(self, of: &C) -> impl Future<Output = Result<Self::Answer, DbErr>> + Send;
}

struct Execute(Statement);
struct ExecuteUnprepared(String);
struct QueryOne(Statement);
struct QueryAll(Statement);

macro_rules! asked {
    ($($kind:ident, $answer:ty, $sql:ident, |$of:ident, $it:ident| $ask:expr;)*) => {$(
        impl Asked for $kind {
            type Answer = $answer;

            fn sql(&self) -> &str {
                $sql(&self.0)
            }

            async fn ask<C: ConnectionTrait + Sync>(self, $of: &C) -> Result<$answer, DbErr> {
                let Self($it) = self;
                $ask.await
            }
        }
    )*};
}

asked! {
    Execute, ExecResult, text, |of, it| of.execute_raw(it);
    ExecuteUnprepared, ExecResult, unprepared, |of, it| of.execute_unprepared(&it);
    QueryOne, Option<QueryResult>, text, |of, it| of.query_one_raw(it);
    QueryAll, Vec<QueryResult>, text, |of, it| of.query_all_raw(it);
}

/// Its values travel beside it.
fn text(statement: &Statement) -> &str {
    &statement.sql
}

/// Its values are in it, so that it is named by its first word alone.
fn unprepared(sql: &str) -> &str {
    sql.split_ascii_whitespace().next().unwrap_or_default()
}

impl Scoped {
    /// Runs one statement.
    ///
    /// All of it in one task, which a caller who hangs up does not end; the statement timeout does. What only read is not
    /// committed but dropped: its ROLLBACK travels while the caller has the answer already.
    async fn alone<A: Asked>(&self, statement: A, access: Access) -> Result<A::Answer, DbErr> {
        if !self.pool.is_postgres() {
            let watched = self.pool.watch.statement(statement.sql());
            return watched.run(statement.ask(&self.pool.connection)).await;
        }
        let Self { pool, identity } = self.clone();
        in_a_task(async move {
            let transaction = Transaction::begin_here(&pool, &identity, access).await?;
            let answer = statement.ask(&transaction).await?;
            if access == Access::Write {
                transaction.commit_here().await?;
            }
            Ok(answer)
        })
        .await
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Scoped {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.alone(Execute(statement), Access::Write).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.alone(ExecuteUnprepared(sql.to_owned()), Access::Write).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.alone(QueryOne(statement), Access::Write).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.alone(QueryAll(statement), Access::Write).await
    }
}

impl Reader<'_> {
    async fn ask<A: Asked>(&self, statement: A) -> Result<A::Answer, DbErr> {
        match self {
            Self::Pool(pool) => pool.alone(statement, Access::Read).await,
            Self::Transaction(transaction) => statement.ask(*transaction).await,
        }
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Reader<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Pool(pool) => pool.get_database_backend(),
            Self::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.ask(Execute(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.ask(ExecuteUnprepared(sql.to_owned())).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.ask(QueryOne(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(QueryAll(statement)).await
    }
}
