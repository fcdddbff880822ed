//! Claiming a key for what is done elsewhere, such as at Clerk.
//!
//! No transaction stays open while another service is waited for. So the claim is committed before that is asked, and the
//! answer is kept in the transaction that stores the change. An attempt of which nobody knows what became of it leaves its claim
//! behind; the next one under the same key is told so, and can look before it does anything twice.

use std::time::{Duration, Instant};

use axum::response::Response;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Insert, QueryFilter};

use super::KEPT;
use super::entity::{Column, Entity, Model};
use super::once::{Answer, Key, Once, WAIT, claim, demand_same_body, in_progress, replay, this};
use crate::auth::AuthUser;
use crate::db::{Db, TenantId};
use crate::error::Result;

/// No attempt is at work for longer; an older one without an answer has died.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The status of a record whose attempt is at work, and of one of which nobody knows what became of it.
const AT_WORK: i16 = 0;
const IN_DOUBT: i16 = 1;

/// How often it is looked whether a twin has ended.
const LOOK: Duration = Duration::from_millis(100);

/// What became of a claim.
#[derive(Debug)]
pub enum ClaimAhead {
    /// Go on; then [`Ahead::keep`] the answer or [`Ahead::give_up`].
    Ours(Ahead),
    /// It was done before; this is the answer it got.
    Replayed(Response),
}

/// A key that is ours until its answer is kept, or no key at all.
#[derive(Debug)]
#[must_use = "keep the answer, or give up"]
pub struct Ahead(Option<Held>);

#[derive(Debug)]
struct Held {
    tenant: String,
    user_id: String,
    key: Key,
    in_doubt: bool,
}

impl Held {
    fn record(&self) -> Condition {
        this(&self.key, &self.user_id).add(Column::TenantId.eq(self.tenant.as_str()))
    }
}

/// What is found at one look.
enum Found {
    Claimed { in_doubt: bool },
    Answered(Response),
    AtWork,
}

impl<T> Once<T> {
    /// Claims the key in a transaction of its own and gives back the body.
    ///
    /// # Errors
    /// 422 `idempotency_key_reused` when the key came with another body; 409 `idempotency_in_progress` when a twin is still at work
    /// after five seconds.
    pub async fn claim_ahead(self, db: &Db, tenant: &TenantId, user: &AuthUser) -> Result<(T, ClaimAhead)> {
        let Some(key) = self.key else { return Ok((self.body, ClaimAhead::Ours(Ahead(None)))) };
        let (tenant, user_id) = (tenant.as_str().to_owned(), user.user_id.clone());
        let mut held = Held { tenant, user_id, key, in_doubt: false };
        let give_up = Instant::now() + WAIT;
        loop {
            match held.look(db).await? {
                Found::Claimed { in_doubt } => {
                    held.in_doubt = in_doubt;
                    return Ok((self.body, ClaimAhead::Ours(Ahead(Some(held)))));
                }
                Found::Answered(response) => return Ok((self.body, ClaimAhead::Replayed(response))),
                Found::AtWork if Instant::now() + LOOK < give_up => tokio::time::sleep(LOOK).await,
                Found::AtWork => return Err(in_progress()),
            }
        }
    }
}

impl Held {
    /// Claims the key if it is free.
    #[expect(
        clippy::disallowed_methods,
        reason = "the answer is kept where the mirror is written, past the tenant wall"
    )]
    async fn look(&self, db: &Db) -> Result<Found> {
        let tx = db.system().begin().await?;
        let found = match self.insert(&tx).await? {
            true => Found::Claimed { in_doubt: false },
            false => match Entity::find().filter(self.record()).one(&tx).await? {
                Some(record) => self.judge(&tx, record).await?,
                None => Found::AtWork,
            },
        };
        tx.commit().await?;
        Ok(found)
    }

    async fn insert<C: ConnectionTrait>(&self, tx: &C) -> Result<bool, DbErr> {
        let mut row = claim(&self.key, &self.user_id);
        row.tenant_id = Set(self.tenant.clone());
        let unless_there = OnConflict::new().do_nothing().to_owned();
        Ok(Insert::one(row).on_conflict(unless_there).exec_without_returning(tx).await? > 0)
    }

    async fn judge<C: ConnectionTrait>(&self, tx: &C, record: Model) -> Result<Found> {
        let (age, status) = (Utc::now() - record.created_at, record.status);
        if age >= KEPT {
            return self.take_over(tx, &record, false).await;
        }
        demand_same_body(&record, &self.key)?;
        match status {
            IN_DOUBT => self.take_over(tx, &record, true).await,
            AT_WORK if age >= LEASE => self.take_over(tx, &record, true).await,
            AT_WORK => Ok(Found::AtWork),
            _ => Ok(Found::Answered(replay(record, &self.key)?)),
        }
    }

    /// Of several at once one succeeds: for the others the record is not as it was any more.
    async fn take_over<C: ConnectionTrait>(&self, tx: &C, record: &Model, in_doubt: bool) -> Result<Found> {
        let now: DateTime<Utc> = Utc::now().trunc_subsecs(6);
        let taken = Entity::update_many()
            .col_expr(Column::Status, Expr::value(AT_WORK))
            .col_expr(Column::CreatedAt, Expr::value(now))
            .col_expr(Column::BodyDigest, Expr::value(self.key.body_digest.clone()))
            .filter(self.record())
            .filter(Column::CreatedAt.eq(record.created_at))
            .filter(Column::Status.eq(record.status))
            .exec(tx)
            .await?;
        Ok(if taken.rows_affected > 0 { Found::Claimed { in_doubt } } else { Found::AtWork })
    }
}

impl Ahead {
    /// Whether an attempt before this one may have been done.
    pub fn is_in_doubt(&self) -> bool {
        self.0.as_ref().is_some_and(|held| held.in_doubt)
    }

    /// Keeps the answer under the key, in the transaction of the change.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep<C: ConnectionTrait>(&self, tx: &C, answer: &Answer) -> Result<(), DbErr> {
        let Some(held) = &self.0 else { return Ok(()) };
        let update = answer.columns().into_iter();
        let update = update.fold(Entity::update_many(), |update, (column, value)| update.col_expr(column, value));
        update.filter(held.record()).exec(tx).await.map(|_| ())
    }

    /// Ends an attempt without an answer: the key is free again, and if it is not known whether anything was done, the next
    /// attempt is told. When that cannot be written, the next attempt waits and then takes it for a dead one.
    #[expect(
        clippy::disallowed_methods,
        reason = "the answer is kept where the mirror is written, past the tenant wall"
    )]
    pub async fn give_up(self, db: &Db, in_doubt: bool) {
        let Some(held) = self.0 else { return };
        let ours = held.record().add(Column::Status.eq(AT_WORK));
        let ended = async {
            let tx = db.system().begin().await?;
            if in_doubt {
                let doubt = Entity::update_many().col_expr(Column::Status, Expr::value(IN_DOUBT));
                doubt.filter(ours).exec(&tx).await?;
            } else {
                Entity::delete_many().filter(ours).exec(&tx).await?;
            }
            tx.commit().await
        };
        if let Err(error) = ended.await {
            tracing::warn!(%error, "an idempotency key could not be given up");
        }
    }
}
