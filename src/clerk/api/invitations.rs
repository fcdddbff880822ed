//! Invitations to an organization.

use reqwest::Method;
use serde_json::{Value, json};

use super::read::{Answered, demand};
use super::{Api, Refusal};
use crate::clerk::event::Invitation;

/// So many can be made at once.
pub const MOST_AT_ONCE: usize = 10;

/// The newest so many are looked at when it is not known whether one was made.
const NEWEST: &str = "100";

/// Somebody to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// Where the invitation goes.
    pub email_address: String,
    /// The role they will have, `org:…`.
    pub role: String,
}

impl Api {
    /// Invites people on somebody's behalf, who must be able to manage members at Clerk. All of them or none. Clerk writes to them.
    ///
    /// # Errors
    /// [`Refusal`]; of a role that Clerk does not know, `Unacceptable` with the parameter `role`.
    pub async fn invite(
        &self,
        organization: &str,
        inviter: &str,
        people: &[NewInvitation],
    ) -> Result<Vec<Answered<Invitation>>, Refusal> {
        let clerk = self.call()?;
        let body = |new: &NewInvitation| json!({"email_address": new.email_address, "role": new.role, "inviter_user_id": inviter});
        let made = match people {
            [one] => {
                let url = clerk.address(&["organizations", organization, "invitations"])?;
                vec![clerk.ask(Method::POST, url, Some(&body(one))).await?.object(Invitation::answered)?]
            }
            several => {
                let url = clerk.address(&["organizations", organization, "invitations", "bulk"])?;
                let several: Value = several.iter().map(body).collect();
                clerk.ask(Method::POST, url, Some(&several)).await?.objects(Invitation::answered)?
            }
        };
        demand(made.len() == people.len() && made.iter().all(|one| one.object.organization_id == organization))?;
        Ok(made)
    }

    /// The newest invitations that wait for an answer.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn pending_invitations(&self, organization: &str) -> Result<Vec<Answered<Invitation>>, Refusal> {
        let clerk = self.call()?;
        let mut url = clerk.address(&["organizations", organization, "invitations"])?;
        url.query_pairs_mut().append_pair("status", "pending").append_pair("limit", NEWEST);
        let listed = clerk.ask_for_list(url).await?.objects(Invitation::answered)?;
        demand(listed.iter().all(|one| one.object.organization_id == organization))?;
        Ok(listed)
    }

    /// An invitation.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn invitation(&self, organization: &str, id: &str) -> Result<Answered<Invitation>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", organization, "invitations", id])?;
        let found = clerk.ask(Method::GET, url, None).await?.object(Invitation::answered)?;
        demand(found.object.id == id && found.object.organization_id == organization)?;
        Ok(found)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn revoke_invitation(&self, organization: &str, id: &str) -> Result<Answered<Invitation>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", organization, "invitations", id, "revoke"])?;
        let revoked = clerk.ask(Method::POST, url, Some(&json!({}))).await?.object(Invitation::answered)?;
        demand(revoked.object.id == id && revoked.object.organization_id == organization)?;
        Ok(revoked)
    }
}
