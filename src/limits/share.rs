//! How much of the server one party may hold at once: requests beyond its turns wait for its own, not for everybody's.
//!
//! Rates do not help against requests that are few and slow. A tenant has half as many turns as the pool has connections,
//! so the other half is there for everybody else, whatever the tenant's requests wait for.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::keys::Hashed;

/// Parts with a lock each. A power of two.
const SHARDS: usize = 64;

/// Parties by key, which is a hash already.
type Parties = HashMap<u64, Party, BuildHasherDefault<Hashed>>;

/// Who is here now, by key.
#[derive(Debug, Clone)]
pub(super) struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    turns: usize,
    present: usize,
    shards: Box<[Mutex<Parties>]>,
}

#[derive(Debug)]
struct Party {
    present: usize,
    turns: Arc<Semaphore>,
}

impl Shares {
    /// Each party may have so many requests at work, and so many present at all, those that wait included.
    pub(super) fn new(turns: usize, present: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self(Arc::new(Inner { turns, present: present.max(turns), shards }))
    }

    /// Waits for a turn, which lasts until the place is dropped; none when too many wait already.
    pub(super) async fn enter(&self, key: u64) -> Option<Place> {
        let (here, turns) = self.arrive(key)?;
        // Nobody closes it. If a turn were refused all the same, going on would be right.
        let turn = turns.acquire_owned().await.ok();
        Some(Place { _turn: turn, _here: here })
    }

    fn arrive(&self, key: u64) -> Option<(Presence, Arc<Semaphore>)> {
        let mut parties = self.0.lock(key);
        let party =
            parties.entry(key).or_insert_with(|| Party { present: 0, turns: Arc::new(Semaphore::new(self.0.turns)) });
        if party.present >= self.0.present {
            return None;
        }
        party.present += 1;
        Some((Presence { shares: Arc::clone(&self.0), key }, Arc::clone(&party.turns)))
    }
}

impl Inner {
    fn lock(&self, key: u64) -> MutexGuard<'_, Parties> {
        let place = usize::try_from(key >> 32).unwrap_or_default() % SHARDS;
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request's turn.
#[derive(Debug)]
pub(super) struct Place {
    // In this order: whoever waits for the turn keeps the party alive.
    _turn: Option<OwnedSemaphorePermit>,
    _here: Presence,
}

/// That a request is here, at work or waiting.
#[derive(Debug)]
struct Presence {
    shares: Arc<Inner>,
    key: u64,
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut parties = self.shares.lock(self.key);
        let Some(party) = parties.get_mut(&self.key) else { return };
        party.present -= 1;
        if party.present == 0 {
            parties.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn entered(shares: &Shares, key: u64) -> Place {
        match poll(pin!(shares.enter(key))) {
            Poll::Ready(Some(place)) => place,
            other => panic!("no turn: {other:?}"),
        }
    }

    #[test]
    fn a_party_waits_for_its_own_turns_and_no_other_does() {
        let shares = Shares::new(2, 3);
        let first = entered(&shares, 1);
        let _second = entered(&shares, 1);
        let mut third = pin!(shares.enter(1));
        assert!(poll(third.as_mut()).is_pending(), "the third waits");
        assert!(matches!(poll(pin!(shares.enter(1))), Poll::Ready(None)), "the fourth is refused");
        let _other = entered(&shares, 2);

        drop(first);
        assert!(matches!(poll(third.as_mut()), Poll::Ready(Some(_))), "the third has the first one's turn");
    }

    #[test]
    fn nothing_is_kept_of_who_has_left() {
        let shares = Shares::new(1, 2);
        for key in 0..100_000_u64 {
            let place = entered(&shares, key << 32);
            let mut waiting = Box::pin(shares.enter(key << 32));
            assert!(poll(waiting.as_mut()).is_pending());
            drop((waiting, place));
        }
        assert!(shares.0.shards.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }
}
