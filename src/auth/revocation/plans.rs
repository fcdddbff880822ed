//! Whose plan changed, as counters: who remembers a plan compares the count of then with that of now.
//!
//! Tenants share a bounded number of counters, so that one's change may make another's plan be read again, and no more.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A power of two.
const COUNTERS: usize = 4096;

/// Counts the changes of plans.
#[derive(Debug)]
pub(super) struct Plans {
    counters: Box<[AtomicU64]>,
    hearing: AtomicBool,
    hasher: RandomState,
}

impl Default for Plans {
    fn default() -> Self {
        let counters = std::iter::repeat_with(AtomicU64::default).take(COUNTERS).collect();
        // Until somebody says otherwise this process is alone.
        Self { counters, hearing: AtomicBool::new(true), hasher: RandomState::new() }
    }
}

impl Plans {
    fn counter(&self, tenant: &str) -> &AtomicU64 {
        let number = usize::try_from(self.hasher.hash_one(tenant) % COUNTERS as u64).unwrap_or(0);
        &self.counters[number]
    }

    pub(super) fn epoch(&self, tenant: &str) -> u64 {
        self.counter(tenant).load(Ordering::Acquire)
    }

    pub(super) fn changed(&self, tenant: &str) {
        self.counter(tenant).fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn all_changed(&self) {
        for counter in &self.counters {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub(super) fn is_hearing(&self) -> bool {
        self.hearing.load(Ordering::Acquire)
    }

    pub(super) fn set_hearing(&self, hears: bool) {
        self.hearing.store(hears, Ordering::Release);
    }
}
