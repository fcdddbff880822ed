//! `POST /api/invitations`.

use anyhow::Context;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::NOT_FOUND;
use super::store::{Kept, store, warn};
use super::wire::{Asked, Invitation, Invited, NewInvitations};
use crate::audit::Action;
use crate::auth::AuthUser;
use crate::clerk::api::{Answered, NewInvitation, Refusal};
use crate::clerk::event;
use crate::db::TenantDb;
use crate::directory::managing::RequireManageMembers;
use crate::error::{Error, Problem, Result};
use crate::http::etag::etag;
use crate::http::query::NoQuery;
use crate::idempotency::{Answer, ClaimAhead, Once};
use crate::members::change::Means;
use crate::members::target::{ADMIN, demand_may_appoint, versioned};

/// Invite people.
///
/// One by `email_address` and `role`: the answer is the invitation. Up to ten by `invitations`: all are invited or none is, and
/// the answer is a list. Clerk writes to them, and they are members when they accept. Only an admin, or who may manage
/// memberships at Clerk itself, invites somebody as an admin.
///
/// When the answer is lost or 503, send it again: with the same `Idempotency-Key` nobody is invited twice, and what the first
/// attempt did is told; without a key it is 409 `invitation_exists`.
#[utoipa::path(
    post, path = "/", tag = "people", request_body = NewInvitations,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again safe, for 24 hours")),
    responses(
        (status = 201, description = "Invited: an invitation, or a list when `invitations` was sent", body = Invited, headers(
            ("Location" = Option<String>, description = "Where it is, of one"), ("ETag" = Option<String>, description = "Its version, of one"),
        )),
        (status = 402, description = "`member_limit_reached`: members and open invitations are as many as the plan allows", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`permission_missing`, also when Clerk does not let the caller invite; `admin_required`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`invitation_exists`, `already_member`; `idempotency_in_progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "An address or a role that is not accepted", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`clerk_unavailable`: Clerk did not answer, and whether they were invited shows when its webhook comes", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create_invitations(
    guard: RequireManageMembers,
    means: Means,
    _: NoQuery,
    sent: Once<NewInvitations>,
) -> Result<Response> {
    let asked = sent.body.checked()?;
    if asked.people.iter().any(|new| new.role == ADMIN) {
        demand_may_appoint(&guard).await?;
    }
    let invite = means.invite(guard.db, guard.user, asked, sent);
    // A caller who hangs up must not keep Clerk's answer from the mirror.
    tokio::spawn(invite.in_current_span()).await.context("inviting")?
}

impl Means {
    async fn invite(self, db: TenantDb, user: AuthUser, asked: Asked, sent: Once<NewInvitations>) -> Result<Response> {
        let tenant = db.tenant();
        let ahead = match sent.claim_ahead(&self.db, tenant, &user).await? {
            (_, ClaimAhead::Replayed(response)) => return Ok(response),
            (_, ClaimAhead::Ours(ahead)) => ahead,
        };
        let mut in_doubt = ahead.is_in_doubt();
        // An attempt in doubt may have taken the seats that it asks for.
        let seated = if in_doubt { Ok(false) } else { self.demand_seats(&db, &user, asked.people.len()).await };
        let full = match seated {
            Ok(full) => full,
            Err(refused) => {
                ahead.give_up(&self.db, in_doubt).await;
                return Err(refused);
            }
        };
        let invited = match self.ask(tenant.as_str(), &user.user_id, &asked.people, &mut in_doubt).await {
            Ok(invited) => invited,
            Err(refusal) => {
                ahead.give_up(&self.db, in_doubt).await;
                return Err(told(&asked, refusal));
            }
        };
        let answer = answer(&asked, &invited)?;
        warn(
            store(&self, &invited, Action::InvitationCreated, Some(Kept { ahead: &ahead, answer: &answer, full }))
                .await,
        );
        Ok(answer.into_response())
    }

    /// Passes when the plan has room for so many more, and says whether none is left then. Clerk has the last word: it may be behind the plan, or ahead of the mirror.
    async fn demand_seats(&self, db: &TenantDb, user: &AuthUser, wanted: usize) -> Result<bool> {
        let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
        self.entitlements.of(db, user).await?.seats(db, wanted).await
    }

    /// Asks Clerk; after an attempt of which nobody knows what became of it, looks first. `in_doubt` says in the end whether
    /// anybody may have been invited without our knowing.
    async fn ask(
        &self,
        organization: &str,
        inviter: &str,
        people: &[NewInvitation],
        in_doubt: &mut bool,
    ) -> Result<Vec<Answered<event::Invitation>>, Refusal> {
        if *in_doubt {
            let pending = self.clerk.pending_invitations(organization).await?;
            if let Some(invited) = people.iter().map(|new| made(&pending, inviter, new)).collect() {
                return Ok(invited);
            }
        }
        let invited = self.clerk.invite(organization, inviter, people).await;
        *in_doubt = invited.as_ref().is_err_and(Refusal::leaves_doubt);
        invited
    }
}

/// The invitation that this attempt would have made.
fn made(
    pending: &[Answered<event::Invitation>],
    inviter: &str,
    new: &NewInvitation,
) -> Option<Answered<event::Invitation>> {
    let is_it = |found: &&Answered<event::Invitation>| {
        found.object.email_address.eq_ignore_ascii_case(&new.email_address)
            && found.object.role == new.role
            && found.object.inviter_id.as_deref() == Some(inviter)
    };
    pending.iter().find(is_it).cloned()
}

fn told(asked: &Asked, refusal: Refusal) -> Error {
    if let Refusal::Unacceptable { parameters } = &refusal
        && let Some(error) = asked.unacceptable(parameters)
    {
        return error.into();
    }
    // The organization is the caller's own: that Clerk does not know it, or the role, is not about an invitation.
    refusal.into_error(Error::Unprocessable {
        code: "not_accepted",
        detail: "Clerk knows no such organization or role.".into(),
    })
}

fn answer(asked: &Asked, invited: &[Answered<event::Invitation>]) -> Result<Answer> {
    let mut shown: Vec<Invitation> = invited.iter().map(|answered| Invitation::from(&answered.object)).collect();
    if asked.several {
        return Answer::created_several(&shown);
    }
    let one = versioned(shown.pop().ok_or(NOT_FOUND)?)?;
    Answer::created(format!("/api/invitations/{}", one.body.id), &etag(one.version), &one.body)
}
