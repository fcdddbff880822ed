//! Whether the database can be reached at all, asked by one connection outside any pool: a pool only says that time is up.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::SqlxError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use crate::config::{DatabaseKind, DatabaseUrl};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// Nothing answered in time.
    #[error("nothing answered within {} s", .0.as_secs())]
    Silent(Duration),
    /// An error of the driver or the server.
    #[error("{0}")]
    Refused(#[from] SqlxError),
}

impl Unreachable {
    /// Whether waiting may help: nobody listens yet, or the server is starting. A wrong password stays wrong.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Silent(_) | Self::Refused(SqlxError::Io(_)) => true,
            // 57P03: it is starting up or shutting down. 53300: too many connections. 08…: a proxy in between.
            Self::Refused(SqlxError::Database(error)) => {
                error.code().is_some_and(|code| matches!(code.as_ref(), "57P03" | "53300") || code.starts_with("08"))
            }
            Self::Refused(_) => false,
        }
    }
}

/// Connects once. SQLite is a file: there is nothing to reach.
///
/// # Errors
/// What the driver or the server says, or that nothing answered within `patience`.
pub async fn reach(url: &DatabaseUrl, patience: Duration) -> Result<(), Unreachable> {
    if url.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    let connect = async {
        // As the pool does: poolers refuse start-up parameters that they do not know.
        let options = PgConnectOptions::from_str(url.expose())?.application_name("tenantry").extra_float_digits(None);
        options.connect().await?.close().await
    };
    timeout(patience, connect).await.map_err(|_| Unreachable::Silent(patience))?.map_err(Into::into)
}
