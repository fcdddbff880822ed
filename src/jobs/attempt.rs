//! How an attempt ends: each is one statement, and has no effect once the claim is somebody else's.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, SqlErr};

use super::claim::Claimed;
use super::entity::{Column, Entity, State};
use super::failure::{Failure, Next};
use super::{ATTEMPTS, backoff};
use crate::db::Db;

impl Claimed {
    fn own(&self) -> Condition {
        Condition::all()
            .add(Column::TenantId.eq(&self.job.tenant_id))
            .add(Column::Id.eq(self.job.id))
            .add(Column::Claim.eq(self.claim))
    }

    /// It is done, or not to be done any more.
    ///
    /// # Errors
    /// The database's.
    #[expect(clippy::disallowed_methods, reason = "the queue is of all tenants")]
    pub(super) async fn remove(&self, db: &Db) -> Result<(), DbErr> {
        let removed = Entity::delete_many().filter(self.own()).exec(&db.system()).await?;
        if removed.rows_affected == 0 {
            tracing::warn!("a job took longer than its lease, or its tenant was purged meanwhile");
        }
        Ok(())
    }

    /// It failed: it waits to be tried again, or is dead.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn fail(&self, db: &Db, failure: &Failure, now: DateTime<Utc>) -> Result<(), DbErr> {
        let delay = match failure.next {
            Next::Never => return self.bury(db, &failure.reason, now).await,
            _ if self.job.attempts >= ATTEMPTS => return self.bury(db, &failure.reason, now).await,
            Next::Again => backoff::after(self.job.attempts),
            Next::After(delay) => backoff::asked(delay).max(backoff::after(self.job.attempts)),
        };
        tracing::warn!(
            reason = failure.reason,
            delay_seconds = delay.as_secs(),
            "a job failed; it will be tried again"
        );
        let due_at = now + TimeDelta::from_std(delay).unwrap_or_default();
        self.wait(db, due_at, self.job.attempts, Some(&failure.reason)).await
    }

    /// It was not carried through for no fault of its own: it waits as if it had not been begun.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn release(&self, db: &Db, now: DateTime<Utc>) -> Result<(), DbErr> {
        self.wait(db, now, self.job.attempts - 1, self.job.reason.as_deref()).await
    }

    #[expect(clippy::disallowed_methods, reason = "the queue is of all tenants")]
    async fn wait(&self, db: &Db, due_at: DateTime<Utc>, attempts: i16, reason: Option<&str>) -> Result<(), DbErr> {
        let waiting = Entity::update_many()
            .col_expr(Column::State, Expr::value(State::Waiting.to_value()))
            .col_expr(Column::DueAt, Expr::value(due_at.trunc_subsecs(6)))
            .col_expr(Column::Attempts, Expr::value(attempts))
            .col_expr(Column::Reason, Expr::value(reason.map(ToOwned::to_owned)))
            .col_expr(Column::Claim, Expr::value(None::<uuid::Uuid>))
            .filter(self.own())
            .exec(&db.system())
            .await;
        match waiting {
            // Enqueued again meanwhile: that one is newer, and does for both.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                self.remove(db).await
            }
            other => other.map(|_| ()),
        }
    }

    /// It is dead, and kept.
    ///
    /// # Errors
    /// The database's.
    #[expect(clippy::disallowed_methods, reason = "the queue is of all tenants")]
    pub(super) async fn bury(&self, db: &Db, reason: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::State, Expr::value(State::Dead.to_value()))
            .col_expr(Column::DueAt, Expr::value(now.trunc_subsecs(6)))
            .col_expr(Column::Reason, Expr::value(reason.to_owned()))
            .col_expr(Column::Claim, Expr::value(None::<uuid::Uuid>))
            .filter(self.own())
            .exec(&db.system())
            .await?;
        let dead = Entity::find().filter(Column::State.eq(State::Dead)).count(&db.system().reader()).await?;
        let attempts = self.job.attempts;
        tracing::warn!(reason, attempts, dead, "a job is dead; `tenantry jobs list --dead` shows those there are");
        Ok(())
    }
}
