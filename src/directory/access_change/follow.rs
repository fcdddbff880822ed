//! Keeps this process's memory of what was taken away up to date with what other instances record.

use std::pin::pin;
use std::time::Duration;

use sea_orm::DbErr;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::listener::Listener;
use super::reader::Reader;
use crate::auth::Revocations;
use crate::config::{DatabaseConfig, DatabaseKind, DatabaseUrl};
use crate::db::Db;

/// How often the table is read while nothing can be heard.
const POLL: Duration = Duration::from_millis(500);

/// How long to wait before trying to listen again, at first and at most.
const PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// Follows until dropped.
#[derive(Debug)]
pub struct Following(JoinHandle<()>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Reads all that matters, and goes on following what other processes record: instances, and an operator's commands.
///
/// SQLite tells nobody of anything, so there the table is read twice a second. When the table cannot be read (the code of a release may come before its schema),
/// no token issued until now is accepted, since nobody can say what was taken away.
pub async fn follow(db: &Db, config: &DatabaseConfig, revocations: &Revocations) -> Following {
    let mut reader = Reader::new(db.clone(), revocations.clone());
    if let Err(error) = reader.reload().await {
        tracing::warn!(%error, "changes of access cannot be read; tokens issued until now are not accepted");
        revocations.forget_until(chrono::Utc::now().timestamp());
    }
    revocations.set_hearing(false);
    let (kind, direct) = (config.url.kind(), config.direct_url.clone());
    Following(tokio::spawn(async move {
        match kind {
            DatabaseKind::Postgres => keep_up(reader, direct).await,
            DatabaseKind::Sqlite => poll_until(&mut reader, std::future::pending()).await,
        }
    }))
}

/// Listens, and polls whenever that is not possible.
async fn keep_up(mut reader: Reader, direct: DatabaseUrl) {
    loop {
        let db = reader.db.clone();
        let mut listener = poll_until(&mut reader, listen(&direct, &db)).await;
        tracing::info!("listening for changes of access");
        let revocations = reader.revocations.clone();
        let why = match reader.reload().await {
            Ok(()) => {
                // Whatever was remembered until now may have changed unheard.
                revocations.forget_plans();
                revocations.set_hearing(true);
                obey(&mut reader, &mut listener).await
            }
            Err(error) => Some(error),
        };
        revocations.set_hearing(false);
        let why = why.map_or_else(|| "the connection is gone".to_owned(), |error| error.to_string());
        tracing::warn!(why, "no longer listening for changes of access; reading them every {POLL:?} meanwhile");
    }
}

/// Reads what is told of, until nothing is told any more, or it cannot be read.
async fn obey(reader: &mut Reader, listener: &mut Listener) -> Option<DbErr> {
    while let Some(heard) = listener.hear().await {
        reader.forget_plans(heard.plans);
        if let Err(error) = reader.fetch(heard.ids).await {
            return Some(error);
        }
    }
    None
}

/// Tries until it can listen, with growing patience.
async fn listen(direct: &DatabaseUrl, db: &Db) -> Listener {
    let [mut patience, most] = PATIENCE;
    let mut told = false;
    loop {
        match Listener::open(direct, db).await {
            Ok(listener) => return listener,
            Err(why) if told => tracing::debug!(%why, "still not listening for changes of access"),
            Err(why) => tracing::warn!(%why, "cannot listen for changes of access; reading them every {POLL:?}"),
        }
        told = true;
        sleep(patience).await;
        patience = (patience * 2).min(most);
    }
}

/// Reads what is new every half second until something has come true.
async fn poll_until<T>(reader: &mut Reader, done: impl Future<Output = T>) -> T {
    let mut done = pin!(done);
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            biased;
            done = &mut done => return done,
            _ = ticks.tick() => {}
        }
        match reader.catch_up().await {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                tracing::warn!(%error, "changes of access cannot be read");
                failing = true;
            }
            Err(_) => {}
        }
    }
}
