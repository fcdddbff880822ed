//! Organizations: how many members they may have.

use reqwest::Method;
use serde_json::json;

use super::read::{Answered, demand};
use super::{Api, Refusal};
use crate::clerk::event::Organization;

impl Api {
    /// An organization by its id.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn organization(&self, id: &str) -> Result<Answered<Organization>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", id])?;
        let found = clerk.ask(Method::GET, url, None).await?.object(Organization::answered)?;
        demand(found.object.id == id)?;
        Ok(found)
    }

    /// Sets how many members and open invitations an organization may have; 0 is any number.
    ///
    /// # Errors
    /// [`Refusal`]: `LimitManagedByBilling` where the plan counts seats, `BeyondOurSubscription` where our own plan at Clerk
    /// allows less.
    pub async fn set_member_limit(&self, id: &str, limit: u32) -> Result<Answered<Organization>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["organizations", id])?;
        let body = json!({ "max_allowed_memberships": limit });
        let changed = clerk.ask(Method::PATCH, url, Some(&body)).await?.object(Organization::answered)?;
        demand(changed.object.id == id)?;
        Ok(changed)
    }
}
