//! The instance's signing keys, kept current from its JWKS endpoint.
//!
//! One task does all fetching, so there is never more than one request under way. It refreshes before keys
//! are old and retries while the endpoint is away; requests may only ask it, at most once in ten seconds
//! however many ask. Keys stay in use, within a ceiling, while no newer answer can be had.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::clock::Clock;
use super::signing_key::SigningKey;

mod fetch;
mod pace;

pub use fetch::{ClientError, fetch_once};

use fetch::Endpoint;
use pace::{Admission, Pace};

/// An answer is refreshed at this age.
const REFRESH_AFTER: Duration = Duration::from_mins(4);
/// From this age on keys are not used before a refresh was at least tried.
const OLD_AFTER: Duration = Duration::from_mins(5);
/// An attempt this recent counts as having tried; longer than a retry and a slow answer together.
const TRIED_WITHIN: Duration = Duration::from_secs(30);
/// No answer was ever had.
const NEVER: u64 = u64::MAX;

/// What [`Jwks::find`] found.
#[derive(Debug)]
pub enum Lookup {
    /// The key with this id.
    Key(Arc<SigningKey>),
    /// There are keys, none with this id.
    Unknown,
    /// There are no keys, or they are past the ceiling.
    Unavailable,
}

/// The current keys and the task that keeps them so; the task ends when this is dropped.
#[derive(Debug)]
pub struct Jwks {
    shared: Arc<Shared>,
    attempts: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    stale_ceiling: Duration,
    keys: RwLock<Vec<Arc<SigningKey>>>,
    /// Monotonic milliseconds of the last good answer, or `NEVER`.
    confirmed: AtomicU64,
    pace: Pace,
    wake: Notify,
    /// Answers that were had, and attempts in vain.
    fetched: AtomicU64,
    failed: AtomicU64,
}

impl Jwks {
    /// Starts fetching keys from `url`; must be called within a tokio runtime.
    ///
    /// Keys confirmed longer than `stale_ceiling` ago are not used. `bearer` is sent to `url` alone.
    ///
    /// # Errors
    /// [`ClientError`] if `url` is not an http or https address or no client can be built.
    pub fn start(
        url: &str,
        bearer: Option<SecretString>,
        stale_ceiling: Duration,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        let endpoint = Endpoint::new(url, bearer)?;
        let shared = Arc::new(Shared {
            stale_ceiling,
            keys: RwLock::default(),
            confirmed: AtomicU64::new(NEVER),
            pace: Pace::started(),
            wake: Notify::new(),
            fetched: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            clock,
        });
        let (made, attempts) = watch::channel(0);
        let task = tokio::spawn(keep_current(Arc::clone(&shared), endpoint, made));
        Ok(Self { shared, attempts, task })
    }

    /// The current key with this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Lookup {
        if !self.is_usable() {
            return Lookup::Unavailable;
        }
        let keys = self.shared.keys.read().unwrap_or_else(PoisonError::into_inner);
        match keys.iter().find(|key| key.kid() == Some(kid)) {
            Some(key) => Lookup::Key(Arc::clone(key)),
            None if keys.is_empty() => Lookup::Unavailable,
            None => Lookup::Unknown,
        }
    }

    /// Whether keys were had and are within the ceiling.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.age().is_some_and(|age| age <= self.shared.stale_ceiling)
    }

    /// Whether there is a key to verify with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_usable() && !self.shared.keys.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Time since the keys were last confirmed; `None` before the first answer.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.shared.age()
    }

    /// How often an answer was had, and how often not.
    #[must_use]
    pub fn fetches(&self) -> (u64, u64) {
        (self.shared.fetched.load(Ordering::Relaxed), self.shared.failed.load(Ordering::Relaxed))
    }

    /// Waits for a refresh that should have been tried by now, and only then.
    ///
    /// The task normally refreshes earlier; this keeps the promise when it could not run in time.
    pub async fn catch_up(&self) {
        let is_old = self.age().is_some_and(|age| age >= OLD_AFTER);
        let now = self.shared.clock.monotonic_millis();
        if is_old && !self.shared.pace.tried_within(TRIED_WITHIN, now) {
            self.attempt(Pace::join_or_start).await;
        }
    }

    /// Asks for a newer answer because a token did not fit the keys at hand, and waits for it.
    ///
    /// `false`: none was due, since one was asked for less than ten seconds ago.
    pub async fn ask(&self) -> bool {
        let now = self.shared.clock.monotonic_millis();
        self.attempt(|pace| pace.join_or_ask(now)).await
    }

    /// Waits until the first attempt has ended, well or not; later than that not at all.
    pub async fn first_attempt(&self) {
        // The task holds the sender; were it gone, there would be nothing to wait for.
        let _ = self.attempts.clone().wait_for(|ended| *ended >= 1).await;
    }

    async fn attempt(&self, admit: impl FnOnce(&Pace) -> Admission) -> bool {
        let awaited = match admit(&self.shared.pace) {
            Admission::Refused => return false,
            Admission::Join(awaited) => awaited,
            Admission::Start(awaited) => {
                self.shared.wake.notify_one();
                awaited
            }
        };
        self.attempts.clone().wait_for(|ended| *ended >= awaited).await.is_ok()
    }
}

impl Drop for Jwks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn age(&self) -> Option<Duration> {
        match self.confirmed.load(Ordering::Acquire) {
            NEVER => None,
            at => Some(Duration::from_millis(self.clock.monotonic_millis().saturating_sub(at))),
        }
    }

    /// Takes over an answer. Keys that are in it already stay the same objects, others are withdrawn.
    fn replace(&self, answer: Vec<SigningKey>, asked_at: u64) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let next: Vec<Arc<SigningKey>> = answer
            .into_iter()
            .map(|key| keys.iter().find(|known| known.is_same(&key)).cloned().unwrap_or_else(|| Arc::new(key)))
            .collect();
        for gone in keys.iter().filter(|key| !next.iter().any(|kept| Arc::ptr_eq(key, kept))) {
            tracing::info!(kid = gone.kid(), "signing key withdrawn");
            gone.withdraw();
        }
        *keys = next;
        self.confirmed.store(asked_at, Ordering::Release);
    }
}

/// Fetches, then waits until the next fetch is due or asked for; for ever.
async fn keep_current(shared: Arc<Shared>, endpoint: Endpoint, made: watch::Sender<u64>) {
    let mut failures = 0;
    loop {
        // Age counts from when the question was sent: the answer may be that old on arrival.
        let asked_at = shared.clock.monotonic_millis();
        let fetched = endpoint.fetch().await;
        let count = if fetched.is_ok() { &shared.fetched } else { &shared.failed };
        count.fetch_add(1, Ordering::Relaxed);
        let pause = match fetched {
            Ok(keys) if keys.is_empty() => {
                tracing::error!("the JWKS endpoint has no usable signing key");
                shared.replace(keys, asked_at);
                failures += 1;
                pace::retry_after(failures)
            }
            Ok(keys) => {
                shared.replace(keys, asked_at);
                failures = 0;
                REFRESH_AFTER
            }
            Err(error) => {
                let age_seconds = shared.age().map(|age| age.as_secs());
                tracing::warn!(%error, ?age_seconds, "signing keys could not be refreshed");
                failures += 1;
                pace::retry_after(failures)
            }
        };
        made.send_replace(shared.pace.finished(shared.clock.monotonic_millis()));
        tokio::select! {
            () = shared.wake.notified() => {}
            () = shared.clock.sleep(pause) => {
                if let Admission::Join(_) = shared.pace.join_or_start() {
                    // A request was quicker: use up its call, or it would cause another fetch.
                    shared.wake.notified().await;
                }
            }
        }
    }
}
