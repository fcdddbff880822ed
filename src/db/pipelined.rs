//! A tenant's transaction on PostgreSQL: on one connection, from its first statement to its end.

use std::sync::Arc;

use deadpool::managed::Object;
use sea_orm::{DbBackend, DbErr, SqlxError, Statement};
use tokio::sync::{Mutex, watch};

use super::identity::{Access, Identity};
use super::pool::{Observer, Pool};
use super::postgres::{self, Answer, Phase, Pooled, Sessions};
use super::transaction::{Held, failed, held};
use super::trouble;
use super::watch::{Watch, Watched};

/// Dropping it rolls back.
pub(super) struct Pipelined {
    // A connection is asked one thing at a time; the interface of SeaORM does not say so.
    line: Mutex<Line>,
    begins: String,
    /// Whether its one statement is all of it.
    alone: bool,
    sessions: Sessions,
    observer: Option<Observer>,
    watch: Watch,
    commits: Arc<watch::Sender<()>>,
    held: Option<Held>,
}

impl std::fmt::Debug for Pipelined {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pipelined")
    }
}

/// The connection, and where the transaction stands on it.
struct Line {
    session: Option<Pooled>,
    phase: Phase,
    /// Whether something was sent whose answer has not come.
    busy: bool,
}

impl Pipelined {
    /// Takes a connection; the beginning travels with the first statement.
    pub(super) async fn begin(pool: &Pool, sessions: &Sessions, identity: &Identity) -> Result<Self, DbErr> {
        Self::prepare(pool, sessions, identity.beginning(Access::Write, pool.statement_timeout), false).await
    }

    /// Takes a connection for one statement that only reads; beginning and end travel with it.
    pub(super) async fn alone(pool: &Pool, sessions: &Sessions, identity: &Identity) -> Result<Self, DbErr> {
        Self::prepare(pool, sessions, identity.beginning(Access::Read, pool.statement_timeout), true).await
    }

    async fn prepare(pool: &Pool, sessions: &Sessions, begins: String, alone: bool) -> Result<Self, DbErr> {
        let session = Some(pool.watch.waiting(sessions.get()).await.map_err(failed)?);
        Ok(Self {
            line: Mutex::new(Line { session, phase: Phase::Pending, busy: false }),
            begins,
            alone,
            sessions: sessions.clone(),
            observer: pool.observer.clone(),
            watch: pool.watch.clone(),
            commits: Arc::clone(&pool.commits),
            held: held(),
        })
    }

    /// Runs a statement.
    pub(super) async fn ask(&self, statement: &Statement) -> Result<Answer, DbErr> {
        let mut line = self.line.lock().await;
        let asking = async {
            let before = line.phase;
            let answer = line.ask(statement, &self.begins, self.alone).await;
            if line.renew_if_broken(&answer, before, &self.sessions, &self.watch).await? {
                return line.ask(statement, &self.begins, self.alone).await;
            }
            answer
        };
        let answer = self.watch.statement(&statement.sql).noted(self.observer.as_ref(), statement, asking).await;
        line.part_if_read_only(&answer, &self.sessions);
        answer.map_err(failed)
    }

    /// Runs a text that may be several statements; says how many rows the last changed.
    pub(super) async fn send(&self, text: &str) -> Result<u64, DbErr> {
        self.sent(text, self.watch.operation("OTHER"), false).await
    }

    /// Commits with a last statement in the same message. It is text, since a parameter would make two messages more.
    pub(super) async fn commit_after(&self, last: &str) -> Result<(), DbErr> {
        self.sent(&format!("{last}; COMMIT"), self.watch.operation("COMMIT"), true).await?;
        self.commits.send_replace(());
        Ok(())
    }

    async fn sent(&self, text: &str, watched: Watched<'_>, ends: bool) -> Result<u64, DbErr> {
        let statement = Statement::from_string(DbBackend::Postgres, text);
        let mut line = self.line.lock().await;
        let sent = watched.noted(self.observer.as_ref(), &statement, line.send(text, &self.begins)).await;
        if ends && sent.is_ok() {
            line.phase = Phase::Sent;
        }
        line.part_if_read_only(&sent, &self.sessions);
        sent.map_err(failed)
    }
}

impl Line {
    async fn ask(&mut self, statement: &Statement, begins: &str, alone: bool) -> Result<Answer, SqlxError> {
        self.busy = true;
        let session = self.session.as_mut().ok_or(SqlxError::PoolClosed)?;
        let answer = match alone {
            true => session.ask_alone(statement, begins, &mut self.phase).await,
            false => session.ask(statement, begins, &mut self.phase).await,
        };
        self.busy = false;
        answer.map_err(postgres::failed)
    }

    async fn send(&mut self, text: &str, begins: &str) -> Result<u64, SqlxError> {
        self.busy = true;
        let session = self.session.as_ref().ok_or(SqlxError::PoolClosed)?;
        let sent = session.send(text, begins, &mut self.phase).await;
        self.busy = false;
        sent.map_err(postgres::failed)
    }

    /// Takes another connection, if this one turned out to be broken when the transaction was begun on it: that a server or a pooler
    /// was restarted may show only then. Nothing was committed, so that nothing outlives the connection. The idle ones are
    /// likely as dead, and are dropped first.
    async fn renew_if_broken<T>(
        &mut self,
        outcome: &Result<T, SqlxError>,
        before: Phase,
        sessions: &Sessions,
        watch: &Watch,
    ) -> Result<bool, SqlxError> {
        let Some(error) = outcome.as_ref().err().filter(|error| before == Phase::Pending && trouble::is_broken(error))
        else {
            return Ok(false);
        };
        tracing::debug!(%error, "a connection broke while it was idle; another one is made");
        self.close();
        sessions.drop_idle();
        self.session = Some(watch.waiting(sessions.get()).await?);
        self.phase = Phase::Pending;
        Ok(true)
    }

    /// Parts with the connection, and with the idle ones, when a statement shows that they lead to a server that only reads: a standby
    /// that was asked too early, or a primary that was demoted. The address may lead elsewhere by now, and a pool that is in use
    /// never lets them go by itself.
    fn part_if_read_only<T>(&mut self, outcome: &Result<T, SqlxError>, sessions: &Sessions) {
        if outcome.as_ref().is_err_and(trouble::only_reads) {
            self.close();
            sessions.drop_idle();
        }
    }

    fn close(&mut self) {
        self.session.take().map(Object::take);
    }
}

impl Drop for Pipelined {
    /// Rolls back. Where something is held until that is done, or a statement still runs whose answer nobody waits for any more, the
    /// connection goes back to the pool after it; else at once, and the ROLLBACK travels ahead of whatever is asked next.
    fn drop(&mut self) {
        let line = self.line.get_mut();
        let Some(session) = line.session.take() else { return };
        if line.phase == Phase::Open {
            session.end();
        }
        let keeps = self.held.is_some() && line.phase == Phase::Open;
        if (line.busy || keeps)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let held = self.held.take();
            runtime.spawn(async move {
                let _ = session.settle().await;
                drop((session, held));
            });
        }
    }
}
