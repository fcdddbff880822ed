//! What a tenant's plan allows: asked by slices before they do something, at no statement a request.
//!
//! [`standing`] says how a subscription stands, [`Entitled`] what follows from it, and [`Entitlements`] remembers what the
//! mirror holds of each tenant until it changes. What a plan is called and costs is Clerk's; what it allows is the catalogue's.

mod entitled;
mod feature;
mod remembered;
pub mod standing;
#[cfg(test)]
mod tests;
pub mod usage;
mod wire;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use sea_orm::DbErr;

pub use entitled::{Claimed, Entitled};
pub use feature::{Feature, RequireFeature};
use remembered::Remembered;
use standing::{Item, Standing, standing};
pub use wire::{Allowed, Numbers};

use crate::auth::{AuthUser, Revocations};
use crate::clerk::Clock;
use crate::config::Catalogue;
use crate::db::{Connection, Db, TenantDb, TenantId};
use crate::directory::subscription_item;

/// Says what tenants are entitled to. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Entitlements(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    catalogue: Catalogue,
    grace: TimeDelta,
    clock: Clock,
    remembered: Remembered,
}

impl Entitlements {
    /// By a catalogue, with a grace for what is not paid, at the time of a clock.
    pub fn new(catalogue: Catalogue, grace: TimeDelta, clock: Clock, revocations: &Revocations) -> Self {
        let remembered = Remembered::new(revocations.clone(), clock.clone());
        Self(Arc::new(Inner { catalogue, grace, clock, remembered }))
    }

    /// What the tenant of a caller is entitled to.
    ///
    /// # Errors
    /// The database's.
    pub async fn of<C: Connection>(&self, db: &TenantDb<C>, user: &AuthUser) -> Result<Entitled, DbErr> {
        let standing = self.standing(&self.0.remembered.items(db).await?);
        Ok(self.entitled(Claimed::of(user).plan, standing, db.tenant()))
    }

    /// What a tenant is entitled to by the mirror alone, for work that no caller waits for.
    ///
    /// It is read anew: a job may be claimed before this process hears of the change that enqueued it, and nobody enqueues it
    /// again.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_tenant(&self, db: &Db, tenant: &TenantId) -> Result<Entitled, DbErr> {
        let items = subscription_item::own(&db.tenant(tenant.clone())).await?;
        let items: Vec<Item> = items.into_iter().map(Item::from).collect();
        Ok(self.entitled(None, self.standing(&items), tenant))
    }

    /// How a subscription stands now; none when there is none in the mirror.
    fn standing(&self, items: &[Item]) -> Option<Standing> {
        let now = DateTime::from_timestamp_millis(self.0.clock.unix_millis()).unwrap_or_default();
        standing(items, now, self.0.grace)
    }

    /// What every plan allows.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    fn entitled(&self, claimed: Option<&str>, standing: Option<Standing>, tenant: &TenantId) -> Entitled {
        let personal = matches!(tenant, TenantId::Personal(_));
        let entitled = Entitled::to(claimed, standing, &self.0.catalogue, personal);
        if let Some(slug) = &entitled.plan
            && self.0.catalogue.plan(slug).is_none()
        {
            self.0.remembered.warn_of_unknown(slug);
        }
        entitled
    }
}
