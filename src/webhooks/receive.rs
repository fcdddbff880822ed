//! What happens to a genuine delivery.

use sea_orm::{ConnectionTrait, DbErr};

use super::delivery::State;
use super::forget;
use super::record::{Outcome, record};
use super::signatures::Message;
use crate::auth::Revocations;
use crate::auth::revocation::News;
use crate::billing::plan_changed;
use crate::clerk::event::{Envelope, Event, Malformed, Notice, Unreadable};
use crate::db::Db;
use crate::db::trouble::sql_state;
use crate::directory::{membership, sync, tombstone};
use crate::error::{Error, Result};
use crate::jobs;
use crate::tasks::UnassignFormerMember;

/// Applies a delivery, unless it was before, and records what became of it.
///
/// # Errors
/// 400 `event_malformed`, 422 `event_unreadable`, and the database's: then nothing was applied, and a retry may succeed.
pub(super) async fn receive(db: &Db, revocations: &Revocations, message: &Message, body: &[u8]) -> Result<()> {
    let envelope = Envelope::open(body).map_err(malformed)?;
    let outcome = Outcome::new(&message.id, &envelope, body);
    let notice = match envelope.notice(message.sent_at) {
        Ok(notice) => notice,
        Err(error) => return Err(unreadable(db, outcome, &error).await?),
    };
    match apply(db, revocations, &outcome, &notice).await {
        Ok(()) => Ok(()),
        Err(error) => {
            note_failure(db, outcome, &error).await;
            Err(error.into())
        }
    }
}

/// One transaction claims the delivery by its id and applies it.
///
/// Of any number of twins at once one takes effect. On PostgreSQL the second insert of an id waits for the first transaction;
/// once that has committed it finds an applied delivery, once that has failed it takes its place. On SQLite a transaction
/// that writes has the database to itself.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
async fn apply(db: &Db, revocations: &Revocations, outcome: &Outcome<'_>, notice: &Notice) -> Result<(), DbErr> {
    let state = if notice.event == Event::Other { State::Ignored } else { State::Applied };
    let tx = db.system().begin().await?;
    let mut changes = Vec::new();
    if record(&tx, outcome, state, None).await? {
        changes = sync::apply(&tx, notice).await?;
        let purged = forget_if_purged(&tx, outcome).await?;
        if !purged {
            unassign(&tx, &notice.event).await?;
        }
        for change in &changes {
            if let News::Plan { tenant } = &change.news {
                plan_changed(&tx, tenant).await?;
            }
        }
    }
    sync::commit(tx, changes, revocations).await
}

/// Has the tasks of whoever has left given back to nobody.
async fn unassign<C: ConnectionTrait>(tx: &C, event: &Event) -> Result<(), DbErr> {
    let (user_id, organizations) = match event {
        Event::MembershipDeleted(left) => (&left.person.id, vec![left.organization.id.clone()]),
        Event::UserDeleted { id } => (id, membership::organizations_ever(tx, id).await?),
        _ => return Ok(()),
    };
    for organization in organizations {
        jobs::enqueue_for(tx, &organization, &UnassignFormerMember { user_id: user_id.clone() }).await?;
    }
    Ok(())
}

/// A late delivery about an organization whose data was purged leaves its id and what became of it, and nothing more. Says
/// whether it was.
async fn forget_if_purged<C: ConnectionTrait>(tx: &C, outcome: &Outcome<'_>) -> Result<bool, DbErr> {
    let Some(organization) = &outcome.organization else { return Ok(false) };
    let purged = tombstone::is_purged(tx, organization).await?;
    if purged {
        forget::one(tx, outcome.id).await?;
    }
    Ok(purged)
}

fn malformed(error: Malformed) -> Error {
    Error::Malformed { code: "event_malformed", detail: format!("The delivery is {error}.") }
}

async fn unreadable(db: &Db, outcome: Outcome<'_>, error: &Unreadable) -> Result<Error, DbErr> {
    let reason = error.to_string();
    note(db, &outcome, State::Unreadable, &reason).await?;
    tracing::warn!(delivery = outcome.id, kind = outcome.kind, reason, "a delivery cannot be read");
    Ok(Error::Unprocessable { code: "event_unreadable", detail: format!("{reason}.") })
}

/// In a transaction of its own, as that of the delivery is gone. The answer is a failure whether or not this succeeds.
async fn note_failure(db: &Db, outcome: Outcome<'_>, error: &DbErr) {
    let reason = reason(error);
    tracing::warn!(delivery = outcome.id, kind = outcome.kind, reason, "a delivery could not be applied");
    if let Err(error) = note(db, &outcome, State::Failed, &reason).await {
        tracing::warn!(delivery = outcome.id, %error, "nor could that be recorded");
    }
}

/// Records a delivery of which nothing was applied.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
async fn note(db: &Db, outcome: &Outcome<'_>, state: State, reason: &str) -> Result<(), DbErr> {
    let tx = db.system().begin().await?;
    if record(&tx, outcome, state, Some(reason)).await? {
        forget_if_purged(&tx, outcome).await?;
    }
    tx.commit().await
}

/// The database's code and not its words, which may quote what was being stored.
fn reason(error: &DbErr) -> String {
    match (sql_state(error), error) {
        (Some(code), _) => format!("database error {code}"),
        (None, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => "no connection to the database".into(),
        (None, _) => "database error".into(),
    }
}
