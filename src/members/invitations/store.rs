//! Where a change of invitations that Clerk has made is stored.

use sea_orm::DbErr;
use serde_json::json;

use crate::audit::{Action, Entry, Target};
use crate::clerk::api::Answered;
use crate::clerk::event;
use crate::db::trouble::sql_state;
use crate::directory::sync;
use crate::idempotency::{Ahead, Answer};
use crate::mail::Limit;
use crate::members::change::Means;

/// What is stored with an answer to a request that invited somebody.
pub(super) struct Kept<'a> {
    /// The request's key.
    pub(super) ahead: &'a Ahead,
    /// What it is answered.
    pub(super) answer: &'a Answer,
    /// Whether the plan allows no more members now.
    pub(super) full: bool,
}

/// Brings the mirror up to Clerk's answers, keeps our own under its key, and records what was done, all or nothing.
///
/// Everything that the API itself changes of an invitation goes through here.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the mirror is written past the tenant wall")]
pub(super) async fn store(
    means: &Means,
    answers: &[Answered<event::Invitation>],
    action: Action,
    kept: Option<Kept<'_>>,
) -> Result<(), DbErr> {
    // In one order always, so that two transactions cannot wait for each other.
    let mut ordered: Vec<_> = answers.iter().collect();
    ordered.sort_by(|one, other| one.object.id.cmp(&other.object.id));
    // All of one organization's, the caller's.
    let tx = match ordered.first() {
        Some(answer) => means.db.system().begin_in_turn(&answer.object.organization_id).await?,
        None => means.db.system().begin().await?,
    };
    let mut changes = Vec::new();
    for answer in &ordered {
        changes.extend(sync::keep(&tx, sync::answered_invitation(answer)).await?);
    }
    if let Some(Kept { ahead, answer, full }) = kept {
        ahead.keep(&tx, answer).await?;
        if let Some(invitation) = ordered.first().filter(|_| full) {
            means.mail.limit_reached_for(&tx, &invitation.object.organization_id, Limit::Members).await?;
        }
    }
    for answer in ordered {
        tx.record(&answer.object.organization_id, entry(means, action, &answer.object)).await?;
    }
    sync::commit(tx, changes, &means.revocations).await
}

fn entry(means: &Means, action: Action, invitation: &event::Invitation) -> Entry {
    let entry = Entry::new(&means.origin, action, Target::new("invitation", &invitation.id));
    let told = json!({ "email_address": invitation.email_address, "role": invitation.role });
    if action == Action::InvitationRevoked { entry.before(&told) } else { entry.after(&told) }
}

/// What Clerk has done is done, and the caller hears so, whatever becomes of our copy: its webhook brings the same news.
pub(super) fn warn(stored: Result<(), DbErr>) {
    if let Err(error) = stored {
        let code = sql_state(&error).unwrap_or_default();
        tracing::warn!(%code, "the mirror could not take Clerk's answer; it waits for the webhook");
    }
}
