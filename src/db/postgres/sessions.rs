//! The connections to PostgreSQL, and how many of them are kept.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics as Used, Object, Pool, PoolError, RecycleError, RecycleResult, Timeouts};
use sea_orm::SqlxError;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address;
use super::failed;
use super::session::Session;
use crate::config::DatabaseConfig;

/// After this long without use a connection is closed.
const IDLE: Duration = Duration::from_secs(300);

/// After this long a connection is closed, so that a new address or password is used in the end.
const LIFETIME: Duration = Duration::from_secs(1800);

/// A connection that was idle for this long is asked whether it lives: nobody else would tell where a firewall forgot it.
const ASKED_AFTER: Duration = Duration::from_secs(30);

/// How often idle connections are looked over.
const LOOK_OVER: Duration = Duration::from_secs(30);

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Sessions(Pool<Connector>);

/// A connection of the pool, to which it returns when dropped.
pub(in crate::db) type Pooled = Object<Connector>;

pub(in crate::db) struct Connector {
    settings: Config,
    tls: MakeRustlsConnect,
    prepares: bool,
}

impl Manager for Connector {
    type Type = Session;
    type Error = SqlxError;

    /// In a task of its own: a handshake needs more of a stack than the depths of a request have left, and whoever hangs up meanwhile
    /// does not leave half a connection.
    async fn create(&self) -> Result<Session, SqlxError> {
        let (settings, tls, prepares) = (self.settings.clone(), self.tls.clone(), self.prepares);
        let connecting = tokio::spawn(async move {
            let (client, connection) = settings.connect(tls).await?;
            let driving = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to PostgreSQL ended");
                }
            });
            Ok(Session::new(client, driving, prepares))
        });
        connecting.await.map_err(|error| SqlxError::Io(error.into()))?.map_err(failed)
    }

    async fn recycle(&self, session: &mut Session, used: &Used) -> RecycleResult<SqlxError> {
        if session.is_closed() {
            return Err(RecycleError::message("closed"));
        }
        if used.last_used() > ASKED_AFTER {
            session.settle().await.map_err(failed)?;
        }
        Ok(())
    }
}

impl Sessions {
    /// A pool that connects when asked to.
    pub(in crate::db) fn new(config: &DatabaseConfig) -> Result<Self, SqlxError> {
        let (settings, tls) = address::settings(&config.url)?;
        let connector = Connector { settings, tls, prepares: config.url.prepares_statements() };
        let patience = Some(config.acquire_timeout);
        let pool = Pool::builder(connector)
            .max_size(usize::try_from(config.max_connections).unwrap_or(usize::MAX))
            .timeouts(Timeouts { wait: patience, create: patience, recycle: patience })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| SqlxError::Configuration(error.into()))?;
        let sessions = Self(pool);
        tokio::spawn(sessions.clone().look_after(usize::try_from(config.min_connections).unwrap_or_default()));
        Ok(sessions)
    }

    /// A connection.
    ///
    /// # Errors
    /// When there is none in time, or none can be made.
    pub(in crate::db) async fn get(&self) -> Result<Pooled, SqlxError> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(cause) => cause,
            PoolError::Timeout(_) => SqlxError::PoolTimedOut,
            _ => SqlxError::PoolClosed,
        })
    }

    /// Closes the idle connections, without a farewell, since nobody may be there to hear it.
    pub(in crate::db) fn drop_idle(&self) {
        self.0.retain(|_, _| false);
    }

    /// Connections at work, and idle ones.
    pub(in crate::db) fn counts(&self) -> (u32, u32) {
        let status = self.0.status();
        let of = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (of(status.size.saturating_sub(status.available)), of(status.available))
    }

    /// Closes every connection, waiting for those in use.
    pub(in crate::db) async fn close(&self) {
        self.0.close();
        while self.0.status().size > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Keeps the least number of connections open, and closes those that were idle or open for too long.
    async fn look_after(self, least: usize) {
        let pool = self.0.weak();
        drop(self);
        while let Some(pool) = pool.upgrade().filter(|pool| !pool.is_closed()) {
            let mut kept = pool.status().size;
            pool.retain(|_, used| {
                let stays = used.age() < LIFETIME && (used.last_used() < IDLE || kept <= least);
                kept -= usize::from(!stays);
                stays
            });
            if kept < least {
                let missing = std::iter::repeat_with(|| pool.get()).take(least - kept);
                // All at once, since the next would else be given the first. Whoever asks for one learns what is wrong.
                drop(futures_util::future::join_all(missing).await);
            }
            drop(pool);
            tokio::time::sleep(LOOK_OVER).await;
        }
    }
}
