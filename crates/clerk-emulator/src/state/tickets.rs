//! Tickets: sign-in tokens made through the Backend API or the emulator's own pages, and those of invitations.

use serde::{Deserialize, Serialize};

use super::{InvitationStatus, Place, State};
use crate::{
    error::{ApiError, Result},
    ids,
};

/// What became of a sign-in token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenStatus {
    Pending,
    Accepted,
    Revoked,
}

impl TokenStatus {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }
}

/// A ticket that signs one person in, once. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignInToken {
    pub(crate) id: String,
    pub(crate) user_id: String,
    #[serde(default)]
    pub(crate) place: Place,
    /// The ticket itself.
    pub(crate) token: String,
    pub(crate) status: TokenStatus,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What a ticket is good for, by the id of what it belongs to.
pub(crate) enum Ticket {
    SignIn(String),
    Invitation(String),
}

impl State {
    pub(crate) fn create_sign_in_token(&mut self, user: &str, place: Place, seconds: i64) -> Result<SignInToken> {
        self.user(user)?;
        let place = match place {
            Place::Organization(id) => Place::Organization(self.member(&id, user)?.organization_id.clone()),
            place => place,
        };
        let now = self.tick();
        self.sign_in_tokens.retain(|token| token.expires_at > now);
        let token = SignInToken {
            id: ids::fresh("sit_"),
            user_id: user.to_owned(),
            place,
            token: ids::fresh("ticket_"),
            status: TokenStatus::Pending,
            expires_at: now.saturating_add(seconds.saturating_mul(1000)),
            created_at: now,
            updated_at: now,
        };
        self.sign_in_tokens.push(token.clone());
        Ok(token)
    }

    pub(crate) fn revoke_sign_in_token(&mut self, id: &str) -> Result<SignInToken> {
        let found = self.sign_in_tokens.iter().find(|token| token.id == id);
        let token = found.ok_or_else(|| ApiError::not_found("sign in token", id))?;
        match token.status {
            TokenStatus::Pending => self.settle_token(id, TokenStatus::Revoked),
            TokenStatus::Accepted => {
                let message = "The sign-in token has been used already, and cannot be revoked";
                Err(ApiError::bad_request("sign_in_token_cannot_be_revoked_code", message))
            }
            TokenStatus::Revoked => {
                Err(ApiError::bad_request("sign_in_token_cannot_be_revoked_code", "It is revoked already"))
            }
        }
    }

    fn settle_token(&mut self, id: &str, status: TokenStatus) -> Result<SignInToken> {
        let now = self.tick();
        let found = self.sign_in_tokens.iter_mut().find(|token| token.id == id);
        let token = found.ok_or_else(|| ApiError::not_found("sign in token", id))?;
        token.status = status;
        token.updated_at = now;
        Ok(token.clone())
    }

    /// What this text is a ticket for, if it still is one.
    pub(crate) fn ticket(&self, text: &str) -> Result<Ticket> {
        if let Some(token) = self.sign_in_tokens.iter().find(|token| token.token == text) {
            return Ok(Ticket::SignIn(token.id.clone()));
        }
        let invitation = self.invitations.iter().find(|invitation| invitation.ticket == text);
        let invitation = invitation.ok_or_else(|| ApiError::bad_request("ticket_invalid_code", "Ticket is invalid"))?;
        match invitation.status(self.now()) {
            InvitationStatus::Pending => Ok(Ticket::Invitation(invitation.id.clone())),
            InvitationStatus::Expired => Err(ApiError::bad_request("ticket_expired_code", "Ticket is expired")),
            InvitationStatus::Revoked => {
                Err(ApiError::bad_request("organization_invitation_revoked", "The invitation was revoked"))
            }
            InvitationStatus::Accepted => {
                let message = "The invitation has been accepted already";
                Err(ApiError::bad_request("organization_invitation_already_accepted", message))
            }
        }
    }

    /// Spends a sign-in token: the person, and where they begin.
    pub(crate) fn use_sign_in_token(&mut self, id: &str) -> Result<(String, Place)> {
        let now = self.now();
        let found = self.sign_in_tokens.iter().find(|token| token.id == id);
        let token = found.ok_or_else(|| ApiError::not_found("sign in token", id))?;
        let refusal = match token.status {
            TokenStatus::Accepted => Some(("sign_in_token_already_used_code", "This sign in token has been used")),
            TokenStatus::Revoked => Some(("sign_in_token_revoked_code", "This sign in token has been revoked")),
            TokenStatus::Pending if token.expires_at <= now => Some(("ticket_expired_code", "Ticket is expired")),
            TokenStatus::Pending => None,
        };
        if let Some((code, message)) = refusal {
            return Err(ApiError::bad_request(code, message));
        }
        let token = self.settle_token(id, TokenStatus::Accepted)?;
        // Somebody may have left the organization since.
        let place = match token.place {
            Place::Organization(id) if self.membership(&id, &token.user_id).is_none() => Place::Usual,
            place => place,
        };
        Ok((token.user_id, place))
    }
}
