//! Connections of the pool that turn out to be of no use: broken while they were idle, or led to a server that only reads.

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{AssertSqlSafe, PgPool, Postgres, SqlSafeStr};
use sea_orm::{DbErr, SqlxError};
use sqlx_core::transaction::TransactionManager;

use super::transaction::Driver;
use super::trouble;
use super::watch::Watch;

/// Begins a transaction on a connection of the pool; must not be cancelled.
///
/// That a server or a pooler was restarted shows only when an idle connection is used again. A beginning has no effect that
/// outlives its connection, so it is tried once more on another. The idle ones are likely as dead, and are dropped first.
pub(super) async fn begin(
    sessions: &PgPool,
    beginning: &str,
    watch: &Watch,
) -> Result<PoolConnection<Postgres>, SqlxError> {
    let mut session = watch.waiting(sessions.acquire()).await?;
    match begin_on(&mut session, beginning, watch).await {
        Ok(()) => return Ok(session),
        Err(error) if !trouble::is_broken(&error) => return Err(error),
        Err(error) => tracing::debug!(%error, "a connection broke while it was idle; another one is made"),
    }
    drop(session);
    drop_idle(sessions);
    let mut session = watch.waiting(sessions.acquire()).await?;
    begin_on(&mut session, beginning, watch).await?;
    Ok(session)
}

async fn begin_on(session: &mut PoolConnection<Postgres>, beginning: &str, watch: &Watch) -> Result<(), SqlxError> {
    let begin = Driver::begin(session, Some(AssertSqlSafe(beginning).into_sql_str()));
    let begun = watch.operation("BEGIN").run(begin).await;
    if begun.is_err() {
        // The BEGIN may have passed and the rest have failed. The driver takes that for no transaction, and whoever had the
        // connection next would be inside an aborted one.
        session.close_on_drop();
    }
    begun
}

/// Parts with a connection, and with the idle ones, when a statement shows that they lead to a server that only reads: a standby
/// that was asked too early, or a primary that was demoted. The address may lead elsewhere by now, and a pool that is in use
/// never lets them go by itself.
pub(super) fn part_if_read_only<T>(
    outcome: &Result<T, DbErr>,
    session: &mut PoolConnection<Postgres>,
    sessions: &PgPool,
) {
    if outcome.as_ref().is_err_and(trouble::is_read_only) {
        session.close_on_drop();
        drop_idle(sessions);
    }
}

/// Without a farewell, since nobody may be there to hear it.
fn drop_idle(sessions: &PgPool) {
    while let Some(idle) = sessions.try_acquire() {
        drop(idle.detach());
    }
}
