//! What happens to a genuine delivery.

use chrono::Utc;
use sea_orm::DbErr;

use super::concerned::Concerned;
use super::delivery::State;
use super::forget;
use super::record::{Outcome, record};
use super::signatures::Message;
use crate::audit::Origin;
use crate::auth::Revocations;
use crate::clerk::event::{Envelope, Event, Malformed, Notice, Unreadable};
use crate::db::Db;
use crate::db::trouble::sql_state;
use crate::directory::sync::{self, Announced};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::metrics::Metrics;
use crate::mirroring;

/// Applies a delivery, unless it was before, and records what became of it.
///
/// # Errors
/// 400 `event_malformed`, 422 `event_unreadable`, and the database's: then nothing was applied, and a retry may succeed.
pub(super) async fn receive(
    db: &Db,
    revocations: &Revocations,
    mail: &Mail,
    metrics: &Metrics,
    message: &Message,
    body: &[u8],
) -> Result<()> {
    let envelope = Envelope::open(body).map_err(malformed)?;
    let outcome = Outcome::new(&message.id, &envelope, body);
    let notice = match outcome.notice(&envelope, message.sent_at) {
        Ok(notice) => notice,
        Err(error) => {
            metrics.delivery(outcome.kind, "unreadable", None);
            return Err(unreadable(db, outcome, &error).await?);
        }
    };
    match apply(db, revocations, mail, &outcome, &notice).await {
        Ok(true) => {
            let lag = (Utc::now() - notice.occurred_at).to_std().unwrap_or_default();
            metrics.delivery(outcome.kind, "applied", Some(lag));
            Ok(())
        }
        Ok(false) => {
            metrics.delivery(outcome.kind, "duplicate", None);
            Ok(())
        }
        Err(error) => {
            metrics.delivery(outcome.kind, "failed", None);
            note_failure(db, outcome, &sync::announced(&notice), &error).await;
            Err(error.into())
        }
    }
}

/// One transaction claims the delivery by its id and applies it, unless that was done before.
///
/// Of any number of twins at once one takes effect. On PostgreSQL the second insert of an id waits for the first transaction;
/// once that has committed it finds an applied delivery, once that has failed it takes its place. On SQLite a transaction
/// that writes has the database to itself.
async fn apply(
    db: &Db,
    revocations: &Revocations,
    mail: &Mail,
    outcome: &Outcome<'_>,
    notice: &Notice,
) -> Result<bool, DbErr> {
    let rows = sync::announced(notice);
    let tx = mirroring::begin(db, &rows).await?;
    let mut changes = Vec::new();
    let is_new = record(&tx, outcome, becomes(notice), None).await?;
    if is_new {
        let concerned = Concerned::of(outcome.organization.as_deref(), &rows);
        let mut purged = concerned.purged_before(&tx).await?;
        let kept = mirroring::keep(&tx, mail, &Origin::clerk(outcome.id), rows).await?;
        purged |= concerned.purged_after(&tx).await?;
        if purged {
            forget::one(&tx, outcome.id).await?;
        }
        changes = kept.record(&tx).await?;
    }
    sync::commit(tx, changes, revocations).await?;
    Ok(is_new)
}

/// What becomes of a delivery once it has taken effect.
pub(super) fn becomes(notice: &Notice) -> State {
    if notice.event == Event::Other { State::Ignored } else { State::Applied }
}

fn malformed(error: Malformed) -> Error {
    Error::Malformed { code: "event_malformed", detail: format!("The delivery is {error}.") }
}

async fn unreadable(db: &Db, outcome: Outcome<'_>, error: &Unreadable) -> Result<Error, DbErr> {
    let reason = error.to_string();
    note(db, &outcome, &Announced::default(), State::Unreadable, &reason).await?;
    tracing::warn!(delivery = outcome.id, kind = outcome.kind, reason, "a delivery cannot be read");
    Ok(Error::Unprocessable { code: "event_unreadable", detail: format!("{reason}.") })
}

/// In a transaction of its own, as that of the delivery is gone. The answer is a failure whether or not this succeeds.
async fn note_failure(db: &Db, outcome: Outcome<'_>, rows: &Announced, error: &DbErr) {
    let reason = reason(error);
    tracing::warn!(delivery = outcome.id, kind = outcome.kind, reason, "a delivery could not be applied");
    if let Err(error) = note(db, &outcome, rows, State::Failed, &reason).await {
        tracing::warn!(delivery = outcome.id, %error, "nor could that be recorded");
    }
}

/// Records a delivery of which nothing was applied.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
async fn note(db: &Db, outcome: &Outcome<'_>, rows: &Announced, state: State, reason: &str) -> Result<(), DbErr> {
    let tx = db.system().begin().await?;
    if record(&tx, outcome, state, Some(reason)).await?
        && Concerned::of(outcome.organization.as_deref(), rows).purged(&tx).await?
    {
        forget::one(&tx, outcome.id).await?;
    }
    tx.commit().await
}

/// The database's code and not its words, which may quote what was being stored.
pub(super) fn reason(error: &DbErr) -> String {
    match (sql_state(error), error) {
        (Some(code), _) => format!("database error {code}"),
        (None, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => "no connection to the database".into(),
        (None, _) => "database error".into(),
    }
}
