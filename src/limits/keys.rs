//! Where governor keeps its buckets: one number a key, and never more keys than fit.
//!
//! A key that finds no room shares a bucket with the others that found none, so a flood of made-up addresses costs a
//! fixed amount of memory and is still limited. Verified callers have a store of their own, which such a flood cannot fill.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

/// Parts with a lock each, so that requests seldom wait for each other. A power of two.
const SHARDS: usize = 64;

/// Most keys in a part: 65 536 in all, which take 2 MiB.
///
/// Keys are dropped seconds after their last request, so this many must be active within seconds; one process does not
/// serve more.
const KEYS_A_SHARD: usize = 1024;

/// A bucket's key, already hashed, and whether to take from the bucket or only to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Access {
    pub(super) key: u64,
    pub(super) take: bool,
}

/// The state of every bucket that is not full: the moment at which it would be.
#[derive(Debug)]
pub(super) struct Keys(Box<[Mutex<Shard>]>);

#[derive(Debug, Default)]
struct Shard {
    buckets: HashMap<u64, Nanos, BuildHasherDefault<Hashed>>,
    overflow: Option<Nanos>,
}

impl Default for Keys {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Keys {
    /// The map in a part uses the lowest and the highest bits of the key.
    fn shard(&self, key: u64) -> MutexGuard<'_, Shard> {
        let place = usize::try_from(key >> 32).unwrap_or_default() % SHARDS;
        lock(&self.0[place])
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StateStore for Keys {
    type Key = Access;

    fn measure_and_replace<T, F, E>(&self, access: &Access, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut shard = self.shard(access.key);
        let known = shard.buckets.get(&access.key).copied();
        let overflows = known.is_none() && shard.buckets.len() >= KEYS_A_SHARD;
        let (outcome, next) = measure(if overflows { shard.overflow } else { known })?;
        if access.take && overflows {
            shard.overflow = Some(next);
        } else if access.take {
            shard.buckets.insert(access.key, next);
        }
        Ok(outcome)
    }
}

impl ShrinkableKeyedStateStore<Access> for Keys {
    fn retain_recent(&self, drop_below: Nanos) {
        for shard in &self.0 {
            lock(shard).buckets.retain(|_, full_at| *full_at > drop_below);
        }
    }

    fn shrink_to_fit(&self) {
        for shard in &self.0 {
            let mut shard = lock(shard);
            // Not to the last byte, or every quiet moment would be paid for by growing again.
            let room = shard.buckets.len() * 2;
            shard.buckets.shrink_to(room);
        }
    }

    fn len(&self) -> usize {
        self.0.iter().map(|shard| lock(shard).buckets.len()).sum()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Takes a key as it is, because it is a hash.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
