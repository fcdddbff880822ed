//! How long a job that failed waits.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_secs(3600);

/// What a handler may ask for at the most.
const MOST_ASKED: Duration = Duration::from_secs(24 * 3600);

/// After so many attempts: five seconds, doubled each time, an hour at the most; and up to a quarter less or more, so that what
/// failed together does not come back together.
pub(super) fn after(attempts: i16) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(20);
    scattered(FIRST.saturating_mul(1 << doublings).min(MOST), 0.75, uuid::Uuid::new_v4().as_u128())
}

/// What the handler asked for and up to a quarter more: never before.
pub(super) fn asked(delay: Duration) -> Duration {
    scattered(delay.min(MOST_ASKED), 1.0, uuid::Uuid::new_v4().as_u128())
}

/// From `from` times the delay, over a width that makes the middle right for `after`.
fn scattered(delay: Duration, from: f64, random: u128) -> Duration {
    // The low 48 bits of a random UUID are random throughout.
    let part = f64::from(u32::try_from(random & 0xffff_ffff).unwrap_or_default()) / f64::from(u32::MAX);
    let width = if from < 1.0 { 0.5 } else { 0.25 };
    delay.mul_f64(from + width * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delays_double_from_five_seconds_to_an_hour() {
        for (attempts, middle) in
            [(1, 5.0), (2, 10.0), (5, 80.0), (10, 2560.0), (11, 3600.0), (24, 3600.0), (i16::MAX, 3600.0)]
        {
            let delay = after(attempts).as_secs_f64();
            assert!((middle * 0.75..=middle * 1.25).contains(&delay), "{attempts}: {delay}");
        }
    }

    #[test]
    fn what_fails_together_does_not_come_back_together() {
        let delays: std::collections::BTreeSet<Duration> = (0..100).map(|_| after(11)).collect();
        assert!(delays.len() > 90, "{delays:?}");
        let spread = delays.last().unwrap().saturating_sub(*delays.first().unwrap());
        assert!(spread > Duration::from_secs(900), "{spread:?}");
    }

    #[test]
    fn a_job_never_comes_back_before_it_asked_to() {
        for _ in 0..100 {
            let delay = asked(Duration::from_secs(30)).as_secs_f64();
            assert!((30.0..=37.5).contains(&delay), "{delay}");
        }
        assert!(asked(Duration::MAX) <= MOST_ASKED.mul_f64(1.25));
    }
}
