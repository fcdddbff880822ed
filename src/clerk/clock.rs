//! Where the verifier reads the time, so that rules of minutes and hours are tested in none.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A clock: the machine's, or one that stands still until it is advanced.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System(Instant),
    Manual(Arc<watch::Sender<Duration>>),
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock that shows `unix` (time since 1970) until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(unix: Duration) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(unix))))
    }

    /// Move a manual clock forward, waking whoever sleeps on it; the machine's own is not moved.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(time) = &self.0 {
            time.send_modify(|now| *now = now.saturating_add(by));
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn unix_millis(&self) -> i64 {
        let unix = match &self.0 {
            Source::System(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Source::Manual(time) => *time.borrow(),
        };
        i64::try_from(unix.as_millis()).unwrap_or(i64::MAX)
    }

    /// Time since some fixed moment, unaffected by corrections of the machine's date.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System(started) => started.elapsed(),
            Source::Manual(time) => *time.borrow(),
        }
    }

    /// The same in milliseconds.
    #[must_use]
    pub fn monotonic_millis(&self) -> u64 {
        u64::try_from(self.monotonic().as_millis()).unwrap_or(u64::MAX)
    }

    /// Wait until the clock has moved on by `pause`.
    pub async fn sleep(&self, pause: Duration) {
        match &self.0 {
            Source::System(_) => tokio::time::sleep(pause).await,
            Source::Manual(time) => {
                let mut time = time.subscribe();
                let until = time.borrow().saturating_add(pause);
                // The sender lives in `self`, so waiting cannot fail.
                let _ = time.wait_for(|now| *now >= until).await;
            }
        }
    }
}
