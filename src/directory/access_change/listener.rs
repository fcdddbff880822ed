//! A connection of its own on which PostgreSQL tells of new rows, as long as no pooler stands in between.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::SqlxError;
use sea_orm::sqlx::Executor;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::time::timeout;
use uuid::Uuid;

use super::record::notify;
use super::{CHANNEL, PLAN};
use crate::config::DatabaseUrl;
use crate::db::Db;

/// How long a notification to ourselves may take.
const ECHO_WITHIN: Duration = Duration::from_secs(2);

/// After this much silence the connection is asked whether it lives: nobody else would tell.
const SILENCE: Duration = Duration::from_secs(15);

/// How long it may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub(super) enum Deaf {
    #[error("no connection for listening: {0}")]
    NoConnection(#[from] SqlxError),
    #[error("no connection for listening in time")]
    TooSlow,
    #[error("a notification to ourselves could not be sent: {0}")]
    Mute(#[from] sea_orm::DbErr),
    #[error("a notification to ourselves does not arrive; is DATABASE_DIRECT_URL the same database, past any pooler?")]
    NoEcho,
}

/// Whether what is sent through the pool is heard on a connection of its own.
///
/// # Errors
/// Why not, in words.
pub async fn try_to_hear(direct: &DatabaseUrl, db: &Db) -> Result<(), String> {
    Listener::open(direct, db).await.map(|_| ()).map_err(|deaf| deaf.to_string())
}

/// Hears of new rows.
pub(super) struct Listener(PgListener);

/// What was heard.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// The ids of new rows.
    pub(super) ids: Vec<Uuid>,
    /// The tenants whose plan changed.
    pub(super) plans: Vec<String>,
}

impl Heard {
    /// An echo tells nothing.
    fn take(&mut self, payload: &str) {
        match payload.strip_prefix(PLAN) {
            Some(tenant) => self.plans.push(tenant.to_owned()),
            None => self.ids.extend(payload.split(',').filter_map(|id| id.parse::<Uuid>().ok())),
        }
    }
}

impl Listener {
    /// Connects, and makes sure that what is sent through the pool arrives.
    pub(super) async fn open(direct: &DatabaseUrl, db: &Db) -> Result<Self, Deaf> {
        let connected = timeout(ANSWER_WITHIN, connect(direct));
        let mut listener = Self(connected.await.map_err(|_| Deaf::TooSlow)??);
        listener.demand_echo(db).await?;
        Ok(listener)
    }

    #[expect(clippy::disallowed_methods, reason = "a notification belongs to no tenant")]
    async fn demand_echo(&mut self, db: &Db) -> Result<(), Deaf> {
        let word = format!("echo {}", Uuid::now_v7());
        notify(&db.system(), &word).await?;
        let echo = async {
            while let Some(heard) = self.0.try_recv().await? {
                if heard.payload() == word {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match timeout(ECHO_WITHIN, echo).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) => Err(Deaf::NoConnection(error)),
            Ok(Ok(false)) | Err(_) => Err(Deaf::NoEcho),
        }
    }

    /// Waits for news; none when the connection is gone.
    pub(super) async fn hear(&mut self) -> Option<Heard> {
        loop {
            match timeout(SILENCE, self.0.try_recv()).await {
                Ok(Ok(Some(heard))) => {
                    let mut news = Heard::default();
                    news.take(heard.payload());
                    // Whatever else has come already; waiting for nothing loses nothing.
                    while let Ok(more) = timeout(Duration::ZERO, self.0.try_recv()).await {
                        match more {
                            Ok(Some(heard)) => news.take(heard.payload()),
                            // The next call would connect anew by itself, and what came in between would be lost. The reload
                            // that follows reads these ids as well.
                            Ok(None) | Err(_) => return None,
                        }
                    }
                    return Some(news);
                }
                Ok(Ok(None) | Err(_)) => return None,
                Err(_) => match timeout(ANSWER_WITHIN, self.0.execute("SELECT 1")).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(_)) | Err(_) => return None,
                },
            }
        }
    }
}

async fn connect(direct: &DatabaseUrl) -> Result<PgListener, SqlxError> {
    let options = PgConnectOptions::from_str(direct.expose())?.application_name("tenantry listener");
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let mut listener = PgListener::connect_with(&pool.connect_with(options).await?).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
