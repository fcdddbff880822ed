//! Invitations into an organization: making, revoking, accepting.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Membership, Metadata, NewUser, State, is_email,
    membership::{Bags, already_a_member},
    role::MANAGE_MEMBERS,
};
use crate::{
    error::{ApiError, Result},
    ids, json,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS: i64 = 30;

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// Open, and counted against the member limit.
    Pending,
    /// The invited person is a member now.
    Accepted,
    /// Withdrawn by an administrator.
    Revoked,
    /// Never answered in time; only ever computed, and without an event.
    Expired,
}

impl InvitationStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// An invitation by e-mail. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: String,
    pub organization_id: String,
    pub email_address: String,
    pub role: String,
    pub inviter_id: Option<String>,
    /// Set once it was accepted.
    pub user_id: Option<String>,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
    /// Where the link leads on to with its ticket; the emulator accepts at once when absent.
    #[serde(default)]
    pub redirect_url: Option<String>,
    /// The secret of the link.
    pub(crate) ticket: String,
    status: InvitationStatus,
    pub expires_at: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Invitation {
    /// The status at a time in milliseconds since 1970: a pending one expires.
    pub fn status(&self, now: i64) -> InvitationStatus {
        match self.status {
            InvitationStatus::Pending if self.expires_at <= now => InvitationStatus::Expired,
            status => status,
        }
    }
}

/// An invitation to be made.
#[derive(Clone, Debug, Default)]
pub struct NewInvitation {
    pub email_address: String,
    pub role: String,
    /// Must be allowed to manage members.
    pub inviter_user_id: Option<String>,
    /// 1 to 365; 30 when absent.
    pub expires_in_days: Option<i64>,
    /// The page that signs the invited person in or up.
    pub redirect_url: Option<String>,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
}

impl NewInvitation {
    /// An invitation that nobody in particular sent.
    pub fn new(email_address: impl Into<String>, role: impl Into<String>) -> Self {
        Self { email_address: email_address.into(), role: role.into(), ..Self::default() }
    }
}

impl State {
    pub(crate) fn invitation(&self, id: &str) -> Result<&Invitation> {
        let found = self.invitations.iter().find(|invitation| invitation.id == id);
        found.ok_or_else(|| ApiError::not_found("organization invitation", id))
    }

    /// The invitation, if it is one of that organization (id or slug).
    pub(crate) fn invitation_of(&self, organization: &str, id: &str) -> Result<&Invitation> {
        let organization = self.organization(organization)?;
        match self.invitation(id) {
            Ok(found) if found.organization_id == organization.id => Ok(found),
            _ => Err(ApiError::not_found("organization invitation", id)),
        }
    }

    pub(crate) fn invite(&mut self, organization: &str, new: NewInvitation) -> Result<Invitation> {
        let organization = self.organization(organization)?.clone();
        self.check_invitation(&organization.id, &new)?;
        self.check_room(&organization, 1)?;
        let now = self.tick();
        let invitation = Invitation {
            id: ids::fresh("orginv_"),
            organization_id: organization.id,
            email_address: new.email_address,
            role: new.role,
            inviter_id: new.inviter_user_id,
            user_id: None,
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            redirect_url: new.redirect_url,
            ticket: ids::fresh("ticket_"),
            status: InvitationStatus::Pending,
            expires_at: now + new.expires_in_days.unwrap_or(DEFAULT_DAYS) * DAY_MS,
            created_at: now,
            updated_at: now,
        };
        self.invitations.push(invitation.clone());
        let data = json::invitation_event(self, &invitation);
        self.emit("organizationInvitation.created", data);
        Ok(invitation)
    }

    fn check_invitation(&self, organization: &str, new: &NewInvitation) -> Result<()> {
        if !is_email(&new.email_address) {
            return Err(ApiError::format("email_address", "must be a valid email address"));
        }
        if self.role(&new.role).is_none() {
            return Err(ApiError::value("role", "is not a role of this organization"));
        }
        if !(1..=365).contains(&new.expires_in_days.unwrap_or(DEFAULT_DAYS)) {
            return Err(ApiError::value("expires_in_days", "must be between 1 and 365"));
        }
        if let Some(inviter) = &new.inviter_user_id {
            self.check_manager(organization, inviter)?;
        }
        let member = self.user_with_email(&new.email_address);
        if member.is_some_and(|user| self.membership(organization, &user.id).is_some()) {
            return Err(already_a_member());
        }
        let now = self.now();
        let twin = |other: &Invitation| {
            other.organization_id == organization
                && other.status(now) == InvitationStatus::Pending
                && other.email_address.eq_ignore_ascii_case(&new.email_address)
        };
        if self.invitations.iter().any(twin) {
            let message = "There are already pending invitations for these email addresses";
            let meta = json!({ "email_addresses": [new.email_address] });
            return Err(ApiError::bad_request("duplicate_record", message).with_meta(meta));
        }
        Ok(())
    }

    fn check_manager(&self, organization: &str, user: &str) -> Result<()> {
        let Some(membership) = self.membership(organization, user) else {
            let message = "Given organization was not found, or the user is not a member of it";
            let code = "organization_not_found_or_unauthorized";
            return Err(ApiError::new(StatusCode::NOT_FOUND, code, message));
        };
        self.check_permission(membership, MANAGE_MEMBERS)
    }

    pub(crate) fn revoke_invitation(&mut self, id: &str, by: Option<&str>) -> Result<Invitation> {
        let organization = self.pending_invitation(id)?.organization_id.clone();
        if let Some(by) = by {
            self.check_manager(&organization, by)?;
        }
        let now = self.tick();
        let invitation = self.answer_invitation(id, InvitationStatus::Revoked, None, now)?;
        let data = json::invitation_event(self, &invitation);
        self.emit("organizationInvitation.revoked", data);
        Ok(invitation)
    }

    /// Makes the invited person a member; somebody unknown becomes a user first.
    pub(crate) fn accept_invitation(&mut self, id: &str) -> Result<Membership> {
        let invitation = self.pending_invitation(id)?.clone();
        let user = match self.user_with_email(&invitation.email_address) {
            Some(user) => user.clone(),
            None => self.create_user(NewUser::with_email(&invitation.email_address))?,
        };
        if self.membership(&invitation.organization_id, &user.id).is_some() {
            return Err(already_a_member());
        }
        let now = self.tick();
        let status = InvitationStatus::Accepted;
        let accepted = self.answer_invitation(id, status, Some(user.id.clone()), now)?;
        let data = json::invitation_event(self, &accepted);
        self.emit("organizationInvitation.accepted", data);
        let bags = Bags { public: invitation.public_metadata, private: invitation.private_metadata };
        let organization = &invitation.organization_id;
        Ok(self.insert_member(organization, &user.id, &invitation.role, bags))
    }

    /// Lets a pending invitation run out now. Clerk sends no event for it.
    pub(crate) fn expire_invitation(&mut self, id: &str) -> Result<Invitation> {
        self.pending_invitation(id)?;
        let now = self.tick().min(self.now());
        let found = self.invitations.iter_mut().find(|invitation| invitation.id == id);
        let invitation = found.ok_or_else(|| ApiError::not_found("invitation", id))?;
        invitation.expires_at = now;
        Ok(invitation.clone())
    }

    fn pending_invitation(&self, id: &str) -> Result<&Invitation> {
        let invitation = self.invitation(id)?;
        if invitation.status(self.now()) == InvitationStatus::Pending {
            return Ok(invitation);
        }
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "organization_invitation_not_pending",
            "The organization invitation is not pending",
        ))
    }

    fn answer_invitation(
        &mut self,
        id: &str,
        status: InvitationStatus,
        user: Option<String>,
        now: i64,
    ) -> Result<Invitation> {
        let found = self.invitations.iter_mut().find(|invitation| invitation.id == id);
        let invitation = found.ok_or_else(|| ApiError::not_found("invitation", id))?;
        invitation.status = status;
        invitation.user_id = user;
        invitation.updated_at = now;
        Ok(invitation.clone())
    }
}
