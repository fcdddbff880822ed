//! The breaker: while Clerk is in trouble nobody waits for it, and one call at a time looks whether it is over.
//!
//! What counts is that no answer came, or that a gateway gave it. A refusal is an answer, whatever it says of a caller.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// When calls stop being made, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerConfig {
    /// So many calls in a row have to fail.
    pub failures: u32,
    /// The first time without calls; it doubles with each look that fails.
    pub shortest: Duration,
    /// It does not grow beyond this.
    pub longest: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, shortest: Duration::from_secs(5), longest: Duration::from_secs(60) }
    }
}

/// How others are told to come back while one call looks whether Clerk is there again.
const LOOKING: Duration = Duration::from_secs(1);

/// What all calls share.
#[derive(Debug)]
pub(super) struct Breaker {
    config: BreakerConfig,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Calls are made.
    Closed { failures: u32 },
    /// None is, until then; afterwards one looks.
    Open { until: Instant, pause: Duration, looking: bool },
}

/// What a call tells of Clerk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answers.
    Well,
    /// No answer, or a gateway's.
    Ill,
    /// Neither: one request may fail at Clerk for what is in it, and that says nothing of others.
    None,
}

impl Breaker {
    pub(super) fn new(config: BreakerConfig) -> Self {
        Self { config, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// How long no call will be made.
    ///
    /// # Errors
    /// That time.
    pub(super) fn look(&self, now: Instant) -> Result<(), Duration> {
        match *self.state() {
            State::Open { until, .. } if now < until => Err(until - now),
            State::Open { looking: true, .. } => Err(LOOKING),
            _ => Ok(()),
        }
    }

    /// Whether Clerk is in trouble, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        matches!(*self.state(), State::Open { .. })
    }

    /// Begins a call, which must end with [`Pass::end`]; dropping it tells nothing.
    ///
    /// # Errors
    /// When no call is made: for how long.
    pub(super) fn enter(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        self.look(now)?;
        let mut state = self.state();
        match &mut *state {
            State::Open { looking: true, .. } => Err(LOOKING),
            State::Open { looking, .. } => {
                *looking = true;
                Ok(Pass { breaker: self, looks: true })
            }
            State::Closed { .. } => Ok(Pass { breaker: self, looks: false }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self, looked: bool, sign: Sign, now: Instant) {
        let BreakerConfig { failures: most, shortest, longest } = self.config;
        let mut state = self.state();
        match (&mut *state, sign) {
            (State::Closed { failures }, Sign::Well) => *failures = 0,
            (State::Closed { failures }, Sign::Ill) => {
                *failures += 1;
                if *failures >= most {
                    tracing::warn!(seconds = shortest.as_secs(), "Clerk does not answer; no call is made for a while");
                    *state = State::Open { until: now + shortest, pause: shortest, looking: false };
                }
            }
            (State::Open { .. }, Sign::Well) if looked => {
                tracing::info!("Clerk answers again");
                *state = State::Closed { failures: 0 };
            }
            (State::Open { pause, .. }, Sign::Ill) if looked => {
                let pause = (*pause * 2).min(longest);
                *state = State::Open { until: now + pause, pause, looking: false };
            }
            (State::Open { looking, .. }, _) if looked => *looking = false,
            // What began before the breaker opened says nothing of now.
            _ => {}
        }
    }
}

/// A call that may be made.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    looks: bool,
}

impl Pass<'_> {
    /// The call is over.
    pub(super) fn end(mut self, sign: Sign, now: Instant) {
        self.breaker.ended(self.looks, sign, now);
        self.looks = false;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.looks {
            self.breaker.ended(true, Sign::None, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(begin: Instant, seconds: u64) -> Instant {
        begin + Duration::from_secs(seconds)
    }

    /// One call after another, each with what it tells; whether it was made, or how many seconds it has to wait.
    fn play(breaker: &Breaker, begin: Instant, calls: &[(u64, Sign)]) -> Vec<Option<u64>> {
        let call = |(seconds, sign): &(u64, Sign)| match breaker.enter(at(begin, *seconds)) {
            Ok(pass) => {
                pass.end(*sign, at(begin, *seconds));
                None
            }
            Err(wait) => Some(wait.as_secs()),
        };
        calls.iter().map(call).collect()
    }

    use Sign::{Ill, None as Unsaid, Well};

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_when_clerk_answers() {
        let begin = Instant::now();
        let breaker = Breaker::new(BreakerConfig { failures: 3, ..BreakerConfig::default() });
        let calls = [
            (0, Ill),
            (0, Ill),
            (0, Well),
            (0, Ill),
            (0, Unsaid),
            (0, Ill),
            (0, Ill),
            (1, Well),
            (4, Well),
            (5, Well),
            (5, Ill),
        ];
        let made = play(&breaker, begin, &calls);
        assert_eq!(made, [None, None, None, None, None, None, None, Some(4), Some(1), None, None]);
    }

    #[test]
    fn each_look_that_fails_doubles_the_pause() {
        let begin = Instant::now();
        let breaker = Breaker::new(BreakerConfig { failures: 1, ..BreakerConfig::default() });
        let calls = [(0, Ill), (5, Ill), (6, Well), (15, Ill), (16, Ill), (35, Ill), (75, Ill), (76, Ill)];
        assert_eq!(play(&breaker, begin, &calls), [None, None, Some(9), None, Some(19), None, None, Some(59)]);
    }

    #[test]
    fn one_looks_at_a_time_and_who_gives_up_makes_room() {
        let begin = Instant::now();
        let breaker = Breaker::new(BreakerConfig { failures: 1, ..BreakerConfig::default() });
        let early = breaker.enter(begin).unwrap();
        play(&breaker, begin, &[(0, Ill)]);
        let looking = breaker.enter(at(begin, 5)).unwrap();
        assert_eq!(breaker.enter(at(begin, 5)).unwrap_err(), LOOKING);
        early.end(Well, at(begin, 5));
        assert_eq!(breaker.enter(at(begin, 5)).unwrap_err(), LOOKING, "an answer from before says nothing of now");
        drop(looking);
        breaker.enter(at(begin, 5)).unwrap().end(Well, at(begin, 5));
        assert_eq!(play(&breaker, begin, &[(5, Well)]), [None]);
    }
}
