//! A change of a membership: Clerk first, then our copy.

use anyhow::Context;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use sea_orm::DbErr;
use tracing::Instrument;

use super::target::NOT_FOUND;
use crate::auth::{Revocations, StepUp};
use crate::clerk::Api;
use crate::clerk::api::AnsweredMembership;
use crate::db::Db;
use crate::db::trouble::sql_state;
use crate::directory::sync;
use crate::error::{Error, Result};
use crate::jobs;
use crate::tasks::UnassignFormerMember;

/// What it takes to change a membership.
#[derive(Debug, Clone)]
pub struct Means {
    db: Db,
    clerk: Api,
    revocations: Revocations,
    pub(super) step_up: StepUp,
}

impl<S: Send + Sync> FromRequestParts<S> for Means
where
    Db: FromRef<S>,
    Api: FromRef<S>,
    Revocations: FromRef<S>,
    StepUp: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self> {
        Ok(Self {
            db: Db::from_ref(state),
            clerk: Api::from_ref(state),
            revocations: Revocations::from_ref(state),
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
    /// What Clerk answered.
    pub(super) answer: AnsweredMembership,
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
    pub(super) async fn make(self, organization: &str, user: &str, change: Change) -> Result<Done> {
        let (organization, user) = (organization.to_owned(), user.to_owned());
        let work = async move {
            let answered = match change {
                Change::Role(role) => self.clerk.update_membership_role(&organization, &user, &role).await,
                Change::Removal => self.clerk.remove_membership(&organization, &user).await,
            };
            let answer = answered.map_err(|refusal| refusal.into_error(NOT_FOUND))?;
            let stored = store(&self.db, &self.revocations, &answer).await;
            if let Err(error) = &stored {
                let code = sql_state(error).unwrap_or_default();
                tracing::warn!(%code, "the mirror could not take Clerk's answer; it waits for the webhook");
            }
            Ok(Done { answer, mirrored: stored.is_ok() })
        };
        tokio::spawn(work.in_current_span()).await.context("changing a membership")?
    }
}

/// Brings the mirror up to Clerk's answer, and has the tasks of somebody who was removed given back to nobody, all or nothing;
/// then their tokens lose what was taken, on the next request.
///
/// Everything that the API itself changes of a membership goes through here.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the mirror is written past the tenant wall")]
async fn store(db: &Db, revocations: &Revocations, answer: &AnsweredMembership) -> Result<(), DbErr> {
    let tx = db.system().begin().await?;
    let changes = sync::keep(&tx, sync::answered(answer)).await?;
    if answer.removed {
        let membership = &answer.membership;
        let unassign = UnassignFormerMember { user_id: membership.person.id.clone() };
        let enqueued = jobs::enqueue_for(&tx, &membership.organization.id, &unassign).await;
        if let Err(error) = enqueued {
            // Clerk has removed them, whatever becomes of our copy.
            revocations.learn(&changes);
            return Err(error);
        }
    }
    sync::commit(tx, changes, revocations).await
}
