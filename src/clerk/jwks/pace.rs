//! How often keys may be fetched: at most one fetch at a time, and few at the wish of requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Requests may cause one fetch in this time, however many ask: forgers must not make us work.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// The longest pause between two tries while the endpoint is away.
const RETRY_AT_MOST: Duration = Duration::from_secs(10);

/// The answer to a wish for a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// None now.
    Refused,
    /// One is under way; wait until so many have ended.
    Join(u64),
    /// Start one, and wait until so many have ended.
    Start(u64),
}

/// When fetches were, in monotonic milliseconds.
#[derive(Debug)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    under_way: bool,
    ended: u64,
    finished_at: Option<u64>,
    asked_at: Option<u64>,
}

impl Pace {
    /// The first fetch is under way.
    pub(super) fn started() -> Self {
        Self(Mutex::new(State { under_way: true, ..State::default() }))
    }

    /// For the schedule: a fetch is always admitted.
    pub(super) fn join_or_start(&self) -> Admission {
        self.with(|state| {
            if state.under_way {
                return Admission::Join(state.ended + 1);
            }
            state.under_way = true;
            Admission::Start(state.ended + 1)
        })
    }

    /// For a request whose token does not fit the keys.
    pub(super) fn join_or_ask(&self, now: u64) -> Admission {
        self.with(|state| {
            if state.under_way {
                return Admission::Join(state.ended + 1);
            }
            if state.asked_at.is_some_and(|asked_at| is_within(ASK_EVERY, asked_at, now)) {
                return Admission::Refused;
            }
            state.under_way = true;
            state.asked_at = Some(now);
            Admission::Start(state.ended + 1)
        })
    }

    /// A fetch has ended, well or not; how many have by now.
    pub(super) fn finished(&self, now: u64) -> u64 {
        self.with(|state| {
            state.under_way = false;
            state.finished_at = Some(now);
            state.ended += 1;
            state.ended
        })
    }

    /// Whether a fetch ended less than `period` ago.
    pub(super) fn tried_within(&self, period: Duration, now: u64) -> bool {
        self.with(|state| state.finished_at.is_some_and(|finished_at| is_within(period, finished_at, now)))
    }

    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn is_within(period: Duration, then: u64, now: u64) -> bool {
    Duration::from_millis(now.saturating_sub(then)) < period
}

/// The pause after so many failures in a row: 1, 2, 4, 8, then always 10 seconds.
pub(super) fn retry_after(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.saturating_sub(1).min(4)).min(RETRY_AT_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_cause_one_fetch_in_ten_seconds() {
        let pace = Pace::started();
        assert_eq!(pace.join_or_ask(0), Admission::Join(1));
        pace.finished(1);
        assert_eq!(pace.join_or_ask(2), Admission::Start(2));
        assert_eq!(pace.join_or_ask(3), Admission::Join(2));
        pace.finished(4);
        assert_eq!(pace.join_or_ask(10_001), Admission::Refused);
        assert_eq!(pace.join_or_ask(10_002), Admission::Start(3));
    }

    #[test]
    fn the_schedule_is_not_held_up_by_requests() {
        let pace = Pace::started();
        pace.finished(0);
        assert_eq!(pace.join_or_ask(1), Admission::Start(2));
        assert_eq!(pace.join_or_start(), Admission::Join(2));
        pace.finished(2);
        assert_eq!(pace.join_or_start(), Admission::Start(3));
    }

    #[test]
    fn retries_slow_down_to_ten_seconds() {
        let pauses: Vec<u64> = [1, 2, 3, 4, 5, 6, u32::MAX].map(|n| retry_after(n).as_secs()).into();
        assert_eq!(pauses, [1, 2, 4, 8, 10, 10, 10]);
    }
}
