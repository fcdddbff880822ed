//! The buckets of one limit, a key each: so many requests a second, and twice that at once.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};

use super::keys::{Access, Keys};
use super::standing::Standing;
use crate::clerk::Clock;

/// How many seconds' worth of requests may come at once.
const BURST_SECONDS: u32 = 2;

/// The buckets of one limit.
#[derive(Debug)]
pub(super) struct Buckets {
    governor: RateLimiter<Access, Keys, Clock, StateInformationMiddleware>,
    size: u32,
    /// How long one request's worth takes to come back.
    period: Duration,
}

impl governor::clock::Clock for Clock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.monotonic().into()
    }
}

impl Buckets {
    /// Buckets for so many requests a second; none for 0.
    pub(super) fn new(rate: u32, clock: &Clock) -> Option<Self> {
        let burst = NonZeroU32::new(rate.saturating_mul(BURST_SECONDS))?;
        let quota = Quota::per_second(NonZeroU32::new(rate)?).allow_burst(burst);
        let governor = RateLimiter::new(quota, Keys::default(), clock.clone());
        let period = quota.replenish_interval();
        Some(Self { governor, size: burst.get(), period })
    }

    /// Takes one request's worth.
    pub(super) fn take(&self, key: u64) -> Standing {
        self.ask(Access { key, take: true })
    }

    /// How a request would stand, without counting it.
    pub(super) fn look(&self, key: u64) -> Standing {
        self.ask(Access { key, take: false })
    }

    fn ask(&self, access: Access) -> Standing {
        match self.governor.check_key(&access) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let full_in = self.period * (self.size - remaining.min(self.size));
                Standing { limit: self.size, remaining, full_in, wait: None }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.governor.clock().now());
                let full_in = wait + self.period * (self.size - 1);
                Standing { limit: self.size, remaining: 0, full_in, wait: Some(wait) }
            }
        }
    }

    /// Forgets the buckets that are full again.
    pub(super) fn prune(&self) {
        self.governor.retain_recent();
        self.governor.shrink_to_fit();
    }

    /// How many buckets are remembered.
    pub(super) fn len(&self) -> usize {
        self.governor.len()
    }
}
