//! What the mirror holds of each tenant's subscription, read once and then remembered.
//!
//! An entry holds as long as the tenant's epoch is the same: a webhook changes it, here when it commits and on other instances
//! as soon as they hear of it. A process that cannot hear remembers nothing for longer than half a second.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use sea_orm::DbErr;

use super::standing::Item;
use crate::auth::Revocations;
use crate::clerk::Clock;
use crate::db::{Connection, TenantDb};
use crate::directory::subscription_item;

/// How many tenants are remembered, some kilobytes each at the most.
const TENANTS: u64 = 10_000;

/// How long anything is remembered: for what is changed past the mirror's writer, as by a restored backup.
const LONGEST: Duration = Duration::from_secs(60);

/// The same while nobody would tell of a change.
const DEAF: Duration = Duration::from_millis(500);

/// After so many unknown plans no more are remembered, and none is warned of again.
const UNKNOWN: usize = 100;

#[derive(Debug)]
pub(super) struct Remembered {
    tenants: Cache<Box<str>, Entry>,
    revocations: Revocations,
    clock: Clock,
    unknown: Mutex<HashSet<String>>,
}

#[derive(Debug, Clone)]
struct Entry {
    epoch: u64,
    read_at: Duration,
    items: Arc<[Item]>,
}

impl Remembered {
    pub(super) fn new(revocations: Revocations, clock: Clock) -> Self {
        Self { tenants: Cache::new(TENANTS), revocations, clock, unknown: Mutex::default() }
    }

    /// The items of a tenant.
    pub(super) async fn items<C: Connection>(&self, db: &TenantDb<C>) -> Result<Arc<[Item]>, DbErr> {
        let tenant = db.tenant().as_str();
        // Before anything is read: what changes meanwhile makes it another.
        let (epoch, now) = (self.revocations.plan_epoch(tenant), self.clock.monotonic());
        let longest = if self.revocations.is_hearing() { LONGEST } else { DEAF };
        let holds = |entry: &Entry| entry.epoch == epoch && now.saturating_sub(entry.read_at) < longest;
        if let Some(entry) = self.tenants.get(tenant).filter(holds) {
            return Ok(entry.items);
        }
        let items: Arc<[Item]> = subscription_item::own(db).await?.into_iter().map(Item::from).collect();
        let entry = Entry { epoch, read_at: now, items: Arc::clone(&items) };
        self.tenants.insert(tenant.into(), entry);
        Ok(items)
    }

    /// Says once that a plan is not in the catalogue.
    pub(super) fn warn_of_unknown(&self, slug: &str) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < UNKNOWN && unknown.insert(slug.to_owned()) {
            tracing::warn!(plan = slug, "a plan is not in the catalogue (PLANS_FILE); the free plan's limits apply");
        }
    }
}
