//! A change at Clerk: Clerk first, then our copy.

use anyhow::Context;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use chrono::{SubsecRound as _, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;
use tracing::Instrument;

use super::target::NOT_FOUND;
use crate::audit::{Action, Entry, Origin, Target};
use crate::auth::{Revocations, StepUp};
use crate::clerk::Api;
use crate::clerk::api::{AnsweredMembership, Refusal};
use crate::db::Db;
use crate::db::trouble::sql_state;
use crate::directory::membership;
use crate::directory::sync::{self, Announced};
use crate::entitlements::Entitlements;
use crate::error::{Error, Result};
use crate::jobs;
use crate::limits::Limiter;
use crate::mail::Mail;
use crate::tasks::UnassignFormerMember;

/// What it takes to change something at Clerk within one request.
#[derive(Debug, Clone)]
pub struct Means {
    pub(super) db: Db,
    pub(super) clerk: Api,
    pub(super) revocations: Revocations,
    pub(super) origin: Origin,
    pub(super) entitlements: Entitlements,
    pub(super) mail: Mail,
    pub(super) step_up: StepUp,
}

impl<S: Send + Sync> FromRequestParts<S> for Means
where
    Db: FromRef<S>,
    Api: FromRef<S>,
    Revocations: FromRef<S>,
    StepUp: FromRef<S>,
    Limiter: FromRef<S>,
    Entitlements: FromRef<S>,
    Mail: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self {
            origin: Origin::from_request_parts(parts, state).await?,
            db: Db::from_ref(state),
            clerk: Api::from_ref(state).for_request(),
            revocations: Revocations::from_ref(state),
            entitlements: Entitlements::from_ref(state),
            mail: Mail::from_ref(state),
            step_up: StepUp::from_ref(state),
        })
    }
}

/// What is to become of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Another role.
    Role(String),
    /// Its end.
    Removal,
}

/// A change that Clerk has made.
#[derive(Debug)]
pub(super) struct Done {
    /// What Clerk answered; nothing when the membership was gone by then.
    pub(super) answer: Option<AnsweredMembership>,
    /// Whether the mirror has it.
    pub(super) mirrored: bool,
}

impl Means {
    /// Makes the change, in a task of its own: once Clerk was asked, a caller who hangs up must not keep its answer from
    /// the mirror.
    ///
    /// Once Clerk has made the change it is made, and the caller hears so even if the mirror could not be written: the
    /// webhook brings the same news, whereas a failure would have them repeat what was done.
    ///
    /// # Errors
    /// What Clerk's refusal means; then nothing was done, or nobody knows (503), and the webhook will tell.
    pub(super) async fn make(self, whose: Whose, change: Change) -> Result<Done> {
        let work = async move {
            let (organization, user) = (&whose.organization, &whose.user);
            let answered = match &change {
                Change::Role(role) => self.clerk.update_membership_role(organization, user, role).await,
                Change::Removal => self.clerk.remove_membership(organization, user).await,
            };
            let (answer, stored) = match answered {
                Ok(answer) => {
                    let stored = store(&self, &whose, sync::answered(&answer), answer.removed).await;
                    (Some(answer), stored)
                }
                Err(Refusal::GoneMeanwhile) => (None, store_end(&self, &whose).await),
                Err(refusal) => return Err(refusal.into_error(NOT_FOUND)),
            };
            if let Err(error) = &stored {
                let code = sql_state(error).unwrap_or_default();
                tracing::warn!(%code, "the mirror could not take Clerk's answer; it waits for the webhook");
            }
            Ok(Done { answer, mirrored: stored.is_ok() })
        };
        tokio::spawn(work.in_current_span()).await.context("changing a membership")?
    }
}

/// Whose membership is changed.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    pub(super) organization: String,
    pub(super) user: String,
    /// The role they had, as far as the mirror knew when the change was asked for.
    pub(super) role: Option<String>,
}

impl Whose {
    /// The role they have, as far as the mirror knows.
    async fn role<C: ConnectionTrait>(&self, db: &C) -> Result<Option<String>, DbErr> {
        let theirs = membership::living()
            .filter(membership::Column::TenantId.eq(&self.organization))
            .filter(membership::Column::UserId.eq(&self.user));
        Ok(theirs.one(db).await?.map(|theirs| theirs.role))
    }
}

/// Somebody's membership is over at Clerk, which did not say how it was last.
#[expect(clippy::disallowed_methods, reason = "the mirror is written past the tenant wall")]
async fn store_end(means: &Means, whose: &Whose) -> Result<(), DbErr> {
    let theirs = membership::living()
        .filter(membership::Column::TenantId.eq(&whose.organization))
        .filter(membership::Column::UserId.eq(&whose.user));
    let theirs = theirs.one(&means.db.system().reader()).await?;
    let rows = theirs.map(|theirs| sync::ended(theirs, Utc::now().trunc_subsecs(6))).unwrap_or_default();
    store(means, whose, rows, true).await
}

/// Brings the mirror up to what Clerk told, has the tasks of somebody who was removed given back to nobody, and records it, all or
/// nothing; then their tokens lose what was taken, on the next request.
///
/// Everything that the API itself changes of a membership goes through here.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the mirror is written past the tenant wall")]
async fn store(means: &Means, whose: &Whose, rows: Announced, removed: bool) -> Result<(), DbErr> {
    let tx = means.db.system().begin_in_turn(&whose.organization).await?;
    let entry = entry(means, whose, whose.role(&tx).await?, &rows, removed);
    let changes = sync::keep(&tx, rows).await?;
    let rest = async {
        if removed {
            let unassign = UnassignFormerMember { user_id: whose.user.clone() };
            jobs::enqueue_for(&tx, &whose.organization, &unassign).await?;
        }
        match entry {
            Some(entry) => tx.record(&whose.organization, entry).await,
            None => Ok(()),
        }
    };
    if let Err(error) = rest.await {
        if removed {
            // Clerk has removed them, whatever becomes of our copy.
            means.revocations.learn(&changes);
        }
        return Err(error);
    }
    sync::commit(tx, changes, &means.revocations).await
}

/// None where nothing changed. Where the webhook has overtaken the answer, the mirror shows no change any more: the caller made it
/// all the same, of what there was when they asked.
fn entry(means: &Means, whose: &Whose, mirrored: Option<String>, rows: &Announced, removed: bool) -> Option<Entry> {
    let action = if removed { Action::MemberRemoved } else { Action::MemberUpdated };
    let entry = Entry::new(&means.origin, action, Target::member(&whose.user));
    let now = rows.membership.as_ref().map(|row| &row.role).filter(|_| !removed);
    let before = if mirrored.as_ref() == now { whose.role.clone() } else { mirrored };
    if removed {
        return Some(entry.before(&json!({ "role": before })));
    }
    (now != before.as_ref()).then(|| entry.changed(&json!({ "role": before }), &json!({ "role": now })))
}
