//! Writes what became of a delivery, by its id.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, ExprTrait, Insert};
use serde_json::Value;

use super::delivery::{ActiveModel, Column, Entity, State};
use crate::clerk::event::{Envelope, Notice, Unreadable};

/// A delivery of which something became.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) organization: Option<String>,
    payload: Cow<'a, str>,
}

impl<'a> Outcome<'a> {
    pub(super) fn new(id: &'a str, envelope: &'a Envelope<'_>, body: &'a [u8]) -> Self {
        let kind = envelope.kind();
        Self { id, kind, organization: envelope.organization_id(), payload: storable(kind, body) }
    }

    /// Reads the event as it is stored, where that is not as it was sent: a replay must find the same state, digest included.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub(super) fn notice(&self, sent: &Envelope<'_>, sent_at: DateTime<Utc>) -> Result<Notice, Unreadable> {
        match &self.payload {
            Cow::Owned(stored) => Envelope::open(stored.as_bytes()).as_ref().unwrap_or(sent).notice(sent_at),
            Cow::Borrowed(_) => sent.notice(sent_at),
        }
    }
}

/// What may be stored of a delivery: nothing with which a reader of the table could sign in as somebody, or join in their place.
fn storable<'a>(kind: &str, body: &'a [u8]) -> Cow<'a, str> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    // These carry one-time codes and links throughout.
    if ["email.", "sms.", "waitlistEntry."].iter().any(|secret| kind.starts_with(secret)) {
        return "".into();
    }
    if !kind.starts_with("organizationInvitation.") {
        return text.into();
    }
    let Ok(mut event) = serde_json::from_str::<Value>(text) else { return "".into() };
    if let Some(data) = event.get_mut("data").and_then(Value::as_object_mut) {
        // The link by which the invited person accepts. Nothing here reads it.
        data.remove("url");
    }
    event.to_string().into()
}

/// Records a delivery unless it was applied or ignored before, and says whether it did. Counts the attempts.
///
/// # Errors
/// The database's.
pub(super) async fn record<C: ConnectionTrait>(
    db: &C,
    outcome: &Outcome<'_>,
    state: State,
    reason: Option<&str>,
) -> Result<bool, DbErr> {
    let now = Utc::now().trunc_subsecs(6);
    let row = ActiveModel {
        id: Set(outcome.id.to_owned()),
        event_type: Set(outcome.kind.to_owned()),
        state: Set(state),
        attempts: Set(1),
        reason: Set(reason.map(str::to_owned)),
        payload: Set(outcome.payload.to_string()),
        organization_id: Set(outcome.organization.clone()),
        received_at: Set(now),
        updated_at: Set(now),
    };
    let mut conflict = OnConflict::column(Column::Id);
    conflict
        .update_columns([Column::EventType, Column::State, Column::Reason, Column::UpdatedAt])
        .update_columns([Column::Payload, Column::OrganizationId])
        .value(Column::Attempts, Expr::col((Entity, Column::Attempts)).add(1))
        .action_and_where(Column::State.is_in([State::Failed, State::Unreadable]));
    Ok(Insert::one(row).on_conflict(conflict).exec_without_returning(db).await? > 0)
}
