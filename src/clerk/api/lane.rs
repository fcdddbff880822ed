//! The two lanes to Clerk: what somebody waits for, and what runs in the background. Neither takes a place of the other's.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::refusal::Refusal;

/// How calls of one kind are made.
#[derive(Debug, Clone, Copy)]
pub struct LaneConfig {
    /// So many at once.
    pub places: usize,
    /// The longest wait for a place.
    pub queue: Duration,
    /// For a call with all its attempts and waits.
    pub budget: Duration,
    /// How often it is tried at most.
    pub tries: usize,
    /// The longest that Clerk may ask to wait; a longer wish is passed on.
    pub patience: Duration,
    /// Questions a second, and so many at once; none where somebody waits for the answer.
    pub pace: Option<(NonZeroU32, NonZeroU32)>,
}

impl LaneConfig {
    /// Somebody waits: all is over within a request's ten seconds, with time left for the database.
    pub const INTERACTIVE: Self = Self {
        places: 32,
        queue: Duration::from_secs(2),
        budget: Duration::from_secs(8),
        tries: 3,
        patience: Duration::from_secs(3),
        pace: None,
    };

    /// Nobody waits: it takes a part of what Clerk allows, and waits rather than fail.
    #[must_use]
    pub fn background(per_second: NonZeroU32, at_once: NonZeroU32) -> Self {
        Self {
            places: 4,
            // Two calls fit into the time of a job.
            queue: Duration::from_secs(25),
            budget: Duration::from_secs(25),
            tries: 5,
            patience: Duration::from_secs(20),
            pace: Some((per_second, at_once)),
        }
    }
}

/// Places and pace of a lane.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) config: LaneConfig,
    places: Semaphore,
    pace: Option<DefaultDirectRateLimiter>,
}

impl Lane {
    pub(super) fn new(config: LaneConfig) -> Self {
        let quota = |(per_second, at_once)| Quota::per_second(per_second).allow_burst(at_once);
        let pace = config.pace.map(|pace| RateLimiter::direct(quota(pace)));
        Self { config, places: Semaphore::new(config.places), pace }
    }

    /// A place for one attempt, at the lane's pace.
    ///
    /// # Errors
    /// When none became free in time.
    pub(super) async fn place(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Refusal> {
        let queue = self.config.queue.min(deadline.saturating_duration_since(Instant::now()));
        match timeout(queue, self.turn()).await {
            Ok(Some(place)) => Ok(place),
            _ => {
                Err(Refusal::unasked(Duration::from_secs(1), anyhow::anyhow!("too many calls to Clerk are under way")))
            }
        }
    }

    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let place = self.places.acquire().await.ok()?;
        if let Some(pace) = &self.pace {
            while let Err(early) = pace.check() {
                tokio::time::sleep(early.wait_time_from(DefaultClock::default().now())).await;
            }
        }
        Some(place)
    }
}
