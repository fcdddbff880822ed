//! Roles and ends of memberships.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::exchange::{Answer, Exchange};
use super::{Api, Refusal};
use crate::clerk::event::Membership;

/// A membership as Clerk answered it, just changed or just removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredMembership {
    /// As it is now; of one that was removed, as it was last.
    pub membership: Membership,
    /// Whether it was removed.
    pub removed: bool,
    /// When Clerk answered.
    pub at: DateTime<Utc>,
    /// SHA-256 of the answer.
    pub digest: Vec<u8>,
}

impl Api {
    /// Gives a member another role.
    ///
    /// # Errors
    /// [`Refusal`]; of a role that Clerk does not know, `Unacceptable` with the parameter `role`.
    pub async fn update_membership_role(
        &self,
        organization: &str,
        user: &str,
        role: &str,
    ) -> Result<AnsweredMembership, Refusal> {
        let clerk = self.exchange()?;
        let url = clerk.address(&["organizations", organization, "memberships", user])?;
        match clerk.ask(Method::PATCH, url, Some(&json!({ "role": role }))).await {
            Ok(answer) => read(&answer, organization, user, false),
            // Clerk answers the same for somebody who is no member and for a role that is none.
            Err(Refusal::NotFound) if is_member(clerk, organization, user).await? => {
                Err(Refusal::Unacceptable { parameter: Some("role") })
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Ends a membership.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn remove_membership(&self, organization: &str, user: &str) -> Result<AnsweredMembership, Refusal> {
        let clerk = self.exchange()?;
        let url = clerk.address(&["organizations", organization, "memberships", user])?;
        let answer = clerk.ask(Method::DELETE, url, None).await?;
        read(&answer, organization, user, true)
    }
}

async fn is_member(clerk: &Exchange, organization: &str, user: &str) -> Result<bool, Refusal> {
    #[derive(Deserialize)]
    struct Page {
        data: Vec<Value>,
    }
    let mut url = clerk.address(&["organizations", organization, "memberships"])?;
    url.query_pairs_mut().append_pair("user_id", user).append_pair("limit", "1");
    match clerk.ask(Method::GET, url, None).await {
        Ok(answer) => {
            serde_json::from_slice(&answer.body).map(|page: Page| !page.data.is_empty()).map_err(|_| unreadable())
        }
        Err(Refusal::NotFound) => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// Only an answer about the membership that was meant is taken.
fn read(answer: &Answer, organization: &str, user: &str, removed: bool) -> Result<AnsweredMembership, Refusal> {
    let membership = Membership::answered(&answer.body, answer.at)
        .map_err(|error| Refusal::away(anyhow::anyhow!("Clerk's answer cannot be read: {error}")))?;
    if membership.organization.id != organization || membership.person.id != user {
        return Err(Refusal::away(anyhow::anyhow!("Clerk's answer is about another membership")));
    }
    let digest = digest(&SHA256, &answer.body).as_ref().to_vec();
    Ok(AnsweredMembership { membership, removed, at: answer.at, digest })
}

fn unreadable() -> Refusal {
    Refusal::away(anyhow::anyhow!("Clerk's answer is no list"))
}
