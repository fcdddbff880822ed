//! Applies stored deliveries again, through the same code as when they came.
//!
//! The mirror keeps the newest state of each row, so that a replay changes nothing that is newer and may be repeated, in any
//! order and beside servers. What an older version of the program ignored takes effect once a newer one knows it.

use chrono::{SubsecRound, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

use super::concerned::Concerned;
use super::delivery::{Column, Entity, State};
use super::forget;
use super::receive::{becomes, reason};
use super::stored::{Wanted, next};
use crate::audit::Origin;
use crate::auth::Revocations;
use crate::clerk::event::{Envelope, Notice};
use crate::db::Db;
use crate::directory::sync;
use crate::mail::Mail;
use crate::mirroring;

/// How many ids are read at once.
const BATCH: u64 = 500;

/// What became of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// In force.
    Applied,
    /// Of a type that this version has no use for either.
    Ignored,
    /// Its data cannot be read; why.
    Unreadable(String),
    /// The database could not take it; why.
    Failed(String),
    /// Its payload is not kept: it held a code, or told of an organization whose data was removed.
    Forgotten,
    /// There is no such delivery, or no longer.
    Absent,
}

/// Applies one delivery again, in a transaction of its own, and records what became of it.
///
/// # Errors
/// The database's, when not even a failure can be recorded.
pub async fn one(db: &Db, revocations: &Revocations, id: &str) -> Result<Replayed, DbErr> {
    match apply(db, revocations, id).await {
        Ok(replayed) => Ok(replayed),
        Err(error) => {
            let reason = reason(&error);
            note_failure(db, id, &reason).await?;
            Ok(Replayed::Failed(reason))
        }
    }
}

/// Applies those wanted again, in the order in which they came, and tells of each.
///
/// # Errors
/// As [`one`]; those before were applied.
pub async fn all(
    db: &Db,
    revocations: &Revocations,
    wanted: &Wanted,
    mut told: impl FnMut(&str, &Replayed),
) -> Result<(), DbErr> {
    let mut after = None;
    loop {
        let places = next(db, wanted, after.as_ref(), BATCH).await?;
        for (_, id) in &places {
            told(id, &one(db, revocations, id).await?);
        }
        let Some(last) = places.into_iter().next_back() else { return Ok(()) };
        after = Some(last);
    }
}

/// The row is held until the end, so that neither a retry of the sender nor a purge comes in between.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
async fn apply(db: &Db, revocations: &Revocations, id: &str) -> Result<Replayed, DbErr> {
    let Some(stored) = Entity::find_by_id(id).one(&db.system().reader()).await? else { return Ok(Replayed::Absent) };
    if stored.payload.is_empty() {
        return Ok(Replayed::Forgotten);
    }
    // Clerk's events have a time of their own; this one stands in as that of the attempt did, in whole seconds.
    let read = read(stored.payload.as_bytes(), stored.received_at.trunc_subsecs(0));
    let rows = read.as_ref().map(sync::announced).unwrap_or_default();
    let tx = mirroring::begin(db, &rows).await?;
    let row = Entity::find_by_id(id).lock_exclusive().one(&tx).await?;
    let Some(row) = row.filter(|row| !row.payload.is_empty()) else { return Ok(Replayed::Forgotten) };
    let notice = match read {
        Ok(notice) => notice,
        Err(reason) => {
            if row.state != State::Applied {
                record(&tx, id, State::Unreadable, Some(&reason)).await?;
                tx.commit().await?;
            }
            return Ok(Replayed::Unreadable(reason));
        }
    };
    let state = becomes(&notice);
    record(&tx, id, state, None).await?;
    // Whoever looks after the mirror tells nobody by mail of what is long known.
    let concerned = Concerned::of(row.organization_id.as_deref(), &rows);
    let mut purged = concerned.purged_before(&tx).await?;
    let kept = mirroring::keep(&tx, &Mail::default(), &Origin::clerk(id), rows).await?;
    purged |= concerned.purged_after(&tx).await?;
    if purged {
        forget::one(&tx, id).await?;
    }
    let changes = kept.record(&tx).await?;
    sync::commit(tx, changes, revocations).await?;
    Ok(if state == State::Applied { Replayed::Applied } else { Replayed::Ignored })
}

fn read(payload: &[u8], received_at: chrono::DateTime<Utc>) -> Result<Notice, String> {
    let envelope = Envelope::open(payload).map_err(|error| error.to_string())?;
    envelope.notice(received_at).map_err(|error| error.to_string())
}

async fn record<C: ConnectionTrait>(tx: &C, id: &str, state: State, reason: Option<&str>) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Reason, Expr::value(reason.map(str::to_owned)))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(Utc::now().trunc_subsecs(6)));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// In a transaction of its own, as the other is gone. What was applied or ignored before stays so: nothing of it was undone.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
async fn note_failure(db: &Db, id: &str, reason: &str) -> Result<(), DbErr> {
    let tx = db.system().begin().await?;
    let row = Entity::find_by_id(id).lock_exclusive().one(&tx).await?;
    if row.is_some_and(|row| matches!(row.state, State::Failed | State::Unreadable)) {
        record(&tx, id, State::Failed, Some(reason)).await?;
    }
    tx.commit().await
}
