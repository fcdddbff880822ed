//! A map in parts, so that requests on many cores hardly ever meet.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// A power of two.
const PARTS: usize = 64;

/// A map from ids that is read far more often than written. No lock outlives a call.
#[derive(Debug)]
pub(super) struct Shards<V> {
    parts: Box<[Part<V>]>,
    hasher: RandomState,
}

/// Aligned so that no two share a line of a processor's cache.
#[derive(Debug)]
#[repr(align(128))]
struct Part<V> {
    /// So that an empty part is passed by without its lock, whose word every reader writes.
    len: AtomicUsize,
    map: RwLock<HashMap<Box<str>, V>>,
}

impl<V: Default> Shards<V> {
    pub(super) fn new() -> Self {
        let part = || Part { len: AtomicUsize::new(0), map: RwLock::default() };
        Self { parts: std::iter::repeat_with(part).take(PARTS).collect(), hasher: RandomState::new() }
    }

    fn part(&self, id: &str) -> &Part<V> {
        // The low bits: the map inside hashes anew.
        let number = usize::try_from(self.hasher.hash_one(id) % PARTS as u64).unwrap_or(0);
        &self.parts[number]
    }

    /// Looks at what is held under an id.
    pub(super) fn look<R>(&self, id: &str, look: impl FnOnce(&V) -> R) -> Option<R> {
        let part = self.part(id);
        if part.len.load(Ordering::Acquire) == 0 {
            return None;
        }
        let map = part.map.read().unwrap_or_else(PoisonError::into_inner);
        map.get(id).map(look)
    }

    /// Changes what is held under an id, or what is new there.
    pub(super) fn change<R>(&self, id: &str, change: impl FnOnce(&mut V) -> R) -> R {
        let part = self.part(id);
        let mut map = part.map.write().unwrap_or_else(PoisonError::into_inner);
        let outcome = change(map.entry(id.into()).or_default());
        part.len.store(map.len(), Ordering::Release);
        outcome
    }

    /// Shows everything that is held to a function, and lets go of what it does not want.
    pub(super) fn retain(&self, mut keep: impl FnMut(&mut V) -> bool) {
        for part in &self.parts {
            let mut map = part.map.write().unwrap_or_else(PoisonError::into_inner);
            map.retain(|_, value| keep(value));
            if map.capacity() > 4 * map.len() {
                map.shrink_to_fit();
            }
            part.len.store(map.len(), Ordering::Release);
        }
    }

    /// Shows everything that is held.
    pub(super) fn each(&self, mut show: impl FnMut(&V)) {
        for part in &self.parts {
            let map = part.map.read().unwrap_or_else(PoisonError::into_inner);
            map.values().for_each(&mut show);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_found_until_it_is_let_go_of() {
        let shards: Shards<usize> = Shards::new();
        for number in 0..1000 {
            shards.change(&format!("user_{number}"), |value| *value = number);
        }
        assert_eq!(shards.look("user_7", |value| *value), Some(7));
        assert_eq!(shards.look("user_1000", |value| *value), None);
        shards.retain(|value| *value % 2 == 0);
        assert_eq!(shards.look("user_7", |value| *value), None);
        let mut sum = 0;
        shards.each(|value| sum += value);
        assert_eq!(sum, (0..1000).step_by(2).sum::<usize>());
        shards.retain(|_| false);
        assert!(shards.parts.iter().all(|part| part.len.load(Ordering::Acquire) == 0));
    }
}
