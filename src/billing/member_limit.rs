//! Tells Clerk how many members a plan allows, since Clerk enforces it: `max_allowed_memberships`.
//!
//! May be run again at any time: it sets what should be, and only where it is not. Nobody is removed when the new limit is
//! below what there is; Clerk then lets nobody else in.

use sea_orm::DbErr;

use crate::clerk::Api;
use crate::clerk::api::Refusal;
use crate::db::{Db, TenantId};
use crate::entitlements::{Entitled, Entitlements};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// Clerk has the new limit.
    Changed,
    /// Clerk had it already.
    Same,
    /// The limit is Clerk's to set: the plan counts seats.
    SeatBased,
    /// No plan is known, or one that is not in the catalogue.
    Unknown,
    /// There is no such organization any more.
    Gone,
    /// Our own subscription at Clerk does not allow such a limit; the old one stays until somebody upgrades it.
    Refused,
}

/// Why it could not be done now.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database's.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Clerk is away, or has asked to wait.
    #[error(transparent)]
    Clerk(Refusal),
}

/// Sets the member limit of the tenant's organization at Clerk to what its plan allows now.
///
/// # Errors
/// [`Trouble`], after which it should be tried again.
pub async fn push(db: &Db, tenant: &TenantId, clerk: &Api, entitlements: &Entitlements) -> Result<Pushed, Trouble> {
    let Some(organization) = tenant.organization() else { return Ok(Pushed::Unknown) };
    let entitled = entitlements.of_tenant(db, tenant).await?;
    let limit = match wanted(&entitled, entitlements) {
        Ok(limit) => limit,
        Err(settled) => return Ok(settled),
    };
    match set(clerk, organization, limit).await {
        Ok(pushed) => Ok(pushed),
        Err(Refusal::LimitManagedByBilling) => Ok(Pushed::SeatBased),
        Err(Refusal::NotFound) => Ok(Pushed::Gone),
        Err(Refusal::BeyondOurSubscription) => {
            tracing::error!(organization, limit, "Clerk refuses the member limit: our own plan there allows less");
            Ok(Pushed::Refused)
        }
        Err(refusal) => Err(Trouble::Clerk(refusal)),
    }
}

/// The limit that Clerk should have, where it is ours to say.
fn wanted(entitled: &Entitled, entitlements: &Entitlements) -> Result<u32, Pushed> {
    let (Some(slug), Some(standing)) = (&entitled.plan, &entitled.standing) else { return Err(Pushed::Unknown) };
    if standing.in_force.as_ref().is_some_and(|item| item.seats.is_some()) {
        return Err(Pushed::SeatBased);
    }
    // Of an unknown plan our own limits are the free plan's, but Clerk may know better.
    if entitlements.catalogue().plan(slug).is_none() {
        return Err(Pushed::Unknown);
    }
    Ok(u32::try_from(entitled.members).unwrap_or(u32::MAX))
}

/// Clerk itself changes the limit when an organization lands on another plan, so that ours is no guide to what it has.
async fn set(clerk: &Api, organization: &str, limit: u32) -> Result<Pushed, Refusal> {
    let known = clerk.organization(organization).await?.object.max_allowed_memberships;
    if known == Some(i64::from(limit)) {
        return Ok(Pushed::Same);
    }
    clerk.set_member_limit(organization, limit).await?;
    tracing::info!(organization, limit, "Clerk has a new member limit");
    Ok(Pushed::Changed)
}
