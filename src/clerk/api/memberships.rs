//! Roles and ends of memberships.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::json;

use super::call::Call;
use super::exchange::Answer;
use super::read::{Answered, demand};
use super::{Api, Refusal};
use crate::clerk::event::{Membership, Role};

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
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", organization, "memberships", user])?;
        match clerk.ask(Method::PATCH, url, Some(&json!({ "role": role }))).await {
            Ok(answer) => read(&answer, organization, user, false),
            // Clerk answers the same for somebody who is no member and for a role that is none.
            Err(Refusal::NotFound) if !listed(&clerk, organization, ("user_id", user)).await?.is_empty() => {
                Err(Refusal::Unacceptable { parameters: vec!["role"] })
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Ends a membership.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn remove_membership(&self, organization: &str, user: &str) -> Result<AnsweredMembership, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", organization, "memberships", user])?;
        let answer = clerk.ask(Method::DELETE, url, None).await?;
        read(&answer, organization, user, true)
    }

    /// Somebody's membership; none when they are no member.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn membership_of(&self, organization: &str, user: &str) -> Result<Option<Membership>, Refusal> {
        let clerk = self.call()?;
        // What can be no id is nobody's.
        clerk.address(&["users", user])?;
        let mut found = listed(&clerk, organization, ("user_id", user)).await?.into_iter();
        Ok(found.find(|found| found.object.person.id == user).map(|found| found.object))
    }

    /// Whether a role has a permission; none when there is no such role.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn role_has(&self, role: &str, permission: &str) -> Result<Option<bool>, Refusal> {
        let clerk = self.call()?;
        let mut url = clerk.address(&["organization_roles"])?;
        url.query_pairs_mut().append_pair("query", role).append_pair("limit", "500");
        let roles = clerk.ask_for_list(url).await?.objects(Role::answered)?;
        let role = roles.into_iter().map(|found| found.object).find(|found| found.key == role);
        Ok(role.map(|role| role.permissions.iter().any(|held| held == permission)))
    }

    /// Whether somebody else has a role.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn another_has_role(&self, organization: &str, user: &str, role: &str) -> Result<bool, Refusal> {
        let clerk = self.call()?;
        let found = listed(&clerk, organization, ("role", role)).await?;
        Ok(found.iter().any(|found| found.object.person.id != user && found.object.role == role))
    }
}

/// Two are enough to see that there is another one.
async fn listed(
    clerk: &Call<'_>,
    organization: &str,
    (filter, value): (&str, &str),
) -> Result<Vec<Answered<Membership>>, Refusal> {
    let mut url = clerk.address(&["organizations", organization, "memberships"])?;
    url.query_pairs_mut().append_pair(filter, value).append_pair("limit", "2");
    match clerk.ask_for_list(url).await {
        Ok(answer) => answer.objects(Membership::answered),
        Err(Refusal::NotFound) => Ok(Vec::new()),
        Err(refusal) => Err(refusal),
    }
}

/// Only an answer about the membership that was meant is taken.
fn read(answer: &Answer, organization: &str, user: &str, removed: bool) -> Result<AnsweredMembership, Refusal> {
    let Answered { object: membership, at, digest } = answer.object(Membership::answered)?;
    demand(membership.organization.id == organization && membership.person.id == user)?;
    Ok(AnsweredMembership { membership, removed, at, digest })
}
