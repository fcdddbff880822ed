//! What tokens claim and the mirror has taken away since.
//!
//! Held are recent changes alone: a token issued after a change knows of it. The check of a request is two look-ups in memory;
//! it can only take away, never grant. Memory is bounded: what has to be let go of is replaced by the horizon, a second up to
//! which no token is accepted any more, so that nothing is ever silently given back. A fresh token cures it.

mod change;
mod few;
mod person;
mod plans;
mod shards;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{TimeDelta, Utc};

pub use change::{Change, News, Place, Rank};
use person::{Learned, Person};
use plans::Plans;
use shards::Shards;

use super::Powers;
use crate::clerk::Reject;
use crate::clerk::session::Session;

/// How long a change is remembered. Session tokens live about a minute; an older one than this is not accepted.
pub const KEPT: TimeDelta = TimeDelta::days(1);

/// How many changes are held at most, about 60 MB of them.
pub const CAPACITY: usize = 100_000;

/// How far Clerk's clock may be ahead of ours. A time beyond that is wrong, and must not refuse tokens until it comes.
const LATEST: TimeDelta = TimeDelta::minutes(5);

/// What was taken away. Cheap to clone; every request looks at the same.
#[derive(Debug, Clone)]
pub struct Revocations(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    people: Shards<Person>,
    /// The second in which each was deleted.
    organizations: Shards<i64>,
    /// How often each tenant's plan has changed.
    plans: Plans,
    /// No token that was issued in this second or before is accepted.
    horizon: AtomicI64,
    capacity: usize,
    /// How many changes are held. Who writes has the lock; who reads needs none.
    held: Mutex<usize>,
}

impl Default for Revocations {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Revocations {
    /// Holds so many changes at most.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Inner {
            people: Shards::new(),
            organizations: Shards::new(),
            plans: Plans::default(),
            horizon: AtomicI64::new(i64::MIN),
            capacity,
            held: Mutex::new(0),
        }))
    }

    /// The powers that a token claims in vain; its other claims hold.
    ///
    /// # Errors
    /// When nothing of it holds: [`Reject::UserGone`], [`Reject::SessionOver`], [`Reject::Stale`].
    pub fn check(&self, session: &Session) -> Result<Powers, Reject> {
        let inner = &*self.0;
        let lost = inner.people.look(&session.user_id, |person| person.judge(session)).transpose()?;
        if let Some(organization) = &session.organization
            && inner.organizations.look(&organization.id, |_| ()).is_some()
        {
            return Err(Reject::Stale);
        }
        // Last: the horizon is raised before anything that it stands for is dropped.
        if session.issued_at <= inner.horizon.load(Ordering::Acquire) {
            return Err(Reject::Stale);
        }
        Ok(lost.unwrap_or(Powers::NONE))
    }

    /// Takes changes in, in any order and as often as they come, and says how many were news. They are in force at once.
    pub fn learn<'a>(&self, changes: impl IntoIterator<Item = &'a Change>) -> usize {
        let mut held = self.writing();
        let latest = (Utc::now() + LATEST).timestamp();
        let mut news = 0;
        for change in changes {
            let learned = self.0.take_in(change, change.second.min(latest));
            news += usize::from(learned != Learned::Nothing);
            *held += usize::from(learned == Learned::Added);
        }
        if *held > self.0.capacity {
            *held -= self.0.drop_oldest(*held);
        }
        news
    }

    /// How many changes are held.
    pub fn len(&self) -> usize {
        *self.writing()
    }

    /// Whether no change is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No token issued in this second or before is accepted any more, so that what changed until then need not be held.
    pub fn forget_until(&self, second: i64) {
        let mut held = self.writing();
        *held -= self.0.forget_until(second);
    }

    /// Forgets what changed longer ago than changes are kept.
    pub fn forget_old(&self) {
        self.forget_until((Utc::now() - KEPT).timestamp());
    }

    /// A number that is another one once a tenant's plan has changed. What was read of the plan after asking for it holds as
    /// long as it is the same.
    pub fn plan_epoch(&self, tenant: &str) -> u64 {
        self.0.plans.epoch(tenant)
    }

    /// Any tenant's plan may have changed without our hearing of it.
    pub fn forget_plans(&self) {
        self.0.plans.all_changed();
    }

    /// Says whether changes that others make are heard of from now on.
    pub fn set_hearing(&self, hears: bool) {
        self.0.plans.set_hearing(hears);
    }

    /// Whether changes that others make are heard of; while not, nothing should be remembered for longer than a second.
    pub fn is_hearing(&self) -> bool {
        self.0.plans.is_hearing()
    }

    fn writing(&self) -> MutexGuard<'_, usize> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take_in(&self, change: &Change, second: i64) -> Learned {
        match &change.news {
            News::UserDeleted { user } => self.people.change(user, |person| person.deleted(second)),
            News::SessionEnded { user, session } => self.people.change(user, |person| person.ended(session, second)),
            News::Ban { user, banned, rank } => self.people.change(user, |person| person.banned(*banned, rank, second)),
            News::Membership { organization, user, place, rank } => {
                self.people.change(user, |person| person.placed(organization, place.as_ref(), rank, second))
            }
            News::Plan { tenant } => {
                self.plans.changed(tenant);
                Learned::Changed
            }
            News::OrganizationDeleted { organization } => self.organizations.change(organization, |known| {
                // 0 is what is new there; nothing was deleted in 1970.
                if std::mem::replace(known, second.max(1)) == 0 { Learned::Added } else { Learned::Nothing }
            }),
        }
    }

    /// Says how many were let go of.
    fn forget_until(&self, second: i64) -> usize {
        // First, so that nobody slips through between the two.
        let second = self.horizon.fetch_max(second, Ordering::AcqRel).max(second);
        let mut dropped = 0;
        self.people.retain(|person| {
            dropped += person.forget_until(second);
            person.len() > 0
        });
        self.organizations.retain(|at| {
            let keep = *at > second;
            dropped += usize::from(!keep);
            keep
        });
        dropped
    }

    /// Makes room for a while: what changed first goes, an eighth of all at least. Says how many went.
    fn drop_oldest(&self, held: usize) -> usize {
        let mut seconds = Vec::with_capacity(held);
        self.people.each(|person| seconds.extend(person.seconds()));
        self.organizations.each(|at| seconds.push(*at));
        let last = (held - self.capacity + self.capacity / 8).min(seconds.len());
        let (_, second, _) = seconds.select_nth_unstable(last - 1);
        let dropped = self.forget_until(*second);
        tracing::warn!(held, dropped, "more changes of access than are held; tokens of their time must be renewed");
        dropped
    }
}
