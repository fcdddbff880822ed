//! Looking at a database of which nothing is known yet, without changing anything.

use std::str::FromStr;
use std::sync::Arc;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, raw_sql};
use sea_orm::{ConnectionTrait, Database, DbBackend, DbErr, FromQueryResult, RuntimeErr, SqlxError, Statement};
use tokio::time::timeout;

use super::file;
use super::pool::{Db, options};
use crate::config::{DatabaseConfig, DatabaseKind};

impl Db {
    /// Opens a pool that makes no file and changes none.
    ///
    /// # Errors
    /// When there is none, or nothing answers; on PostgreSQL the server's own reason, which the pool would keep to itself.
    #[expect(clippy::disallowed_methods, reason = "the other place that connects: to look alone")]
    pub async fn look(config: &DatabaseConfig) -> Result<Self, DbErr> {
        if config.url.kind() == DatabaseKind::Postgres {
            try_once(config).await.map_err(failed)?;
        }
        let mut options = options(config);
        options.min_connections(0);
        if let Some(path) = file::path(&config.url) {
            options.map_sqlx_sqlite_opts(move |_| SqliteConnectOptions::new().filename(&path).read_only(true));
        }
        Self::over(Database::connect(options).await?, config, None)
    }

    /// The one row of a statement, as the role that logs in.
    ///
    /// # Errors
    /// The database's.
    pub async fn ask<T: FromQueryResult>(&self, sql: &'static str) -> Result<Option<T>, DbErr> {
        let connection = &self.pool.connection;
        let row = if self.pool.is_postgres() {
            // Not prepared: behind a pooler another instance may have prepared it in the same session.
            let row = raw_sql(sql).fetch_optional(connection.get_postgres_connection_pool()).await.map_err(failed)?;
            row.map(Into::into)
        } else {
            connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?
        };
        row.map(|row| T::from_query_result(&row, "")).transpose()
    }
}

async fn try_once(config: &DatabaseConfig) -> Result<(), SqlxError> {
    let options = PgConnectOptions::from_str(config.url.expose())?.application_name("tenantry doctor");
    let options = options.extra_float_digits(None).disable_statement_logging();
    let connected = timeout(config.acquire_timeout, options.connect()).await;
    connected.map_err(|_| SqlxError::PoolTimedOut)??.close().await
}

fn failed(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}
