//! Faults of webhooks: lost, doubled, late, out of order. The same seed always draws the same.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How far a delivery is put off at most when the order is disturbed.
const DISORDER_MS: u64 = 250;

/// Which events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Every one.
    All,
    /// The nth, 2nth and so on.
    Every(u64),
    /// About half of them, as this seed draws.
    Half(u64),
}

/// What happens to webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookFaults {
    /// Never sent, though they can be sent again by hand.
    pub lose: Option<Which>,
    /// Sent twice, under one id.
    pub duplicate: Option<Which>,
    /// Sent so many milliseconds late.
    pub delay_ms: u64,
    /// Sent in another order, as this seed draws.
    pub reorder: Option<u64>,
    /// Only events whose type begins like this, `subscription` say.
    pub only: Option<String>,
    /// Only the next so many events; all when absent.
    pub times: Option<u64>,
}

impl WebhookFaults {
    /// None of them arrives.
    pub fn lose(which: Which) -> Self {
        Self { lose: Some(which), ..Self::default() }
    }

    /// They arrive twice.
    pub fn duplicate(which: Which) -> Self {
        Self { duplicate: Some(which), ..Self::default() }
    }

    /// They arrive late.
    pub fn delay(delay: Duration) -> Self {
        Self { delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), ..Self::default() }
    }

    /// They arrive out of order.
    pub fn reorder(seed: u64) -> Self {
        Self { reorder: Some(seed), ..Self::default() }
    }
}

/// What becomes of the webhooks of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// 0 for a lost one, 2 for a doubled one.
    pub(crate) copies: usize,
    pub(crate) delay: Duration,
    /// How many earlier events it overtakes, at most.
    pub(crate) overtakes: usize,
}

/// Counts events, and draws for them.
#[derive(Default)]
pub(super) struct Lottery {
    count: u64,
}

impl Lottery {
    pub(super) fn draw(&mut self, faults: &WebhookFaults, event_type: &str) -> Fate {
        let meant = faults.only.as_deref().is_none_or(|only| event_type.starts_with(only));
        if !meant || faults.times.is_some_and(|times| self.count >= times) {
            return Fate { copies: 1, delay: Duration::ZERO, overtakes: 0 };
        }
        self.count += 1;
        let hit = |which: Option<Which>| match which {
            None => false,
            Some(Which::All) => true,
            Some(Which::Every(n)) => n > 0 && self.count.is_multiple_of(n),
            Some(Which::Half(seed)) => number(seed, self.count) & 1 == 0,
        };
        let drawn = faults.reorder.map(|seed| number(seed, self.count));
        let disorder = drawn.map_or(0, |drawn| drawn % DISORDER_MS);
        Fate {
            copies: match (hit(faults.lose), hit(faults.duplicate)) {
                (true, _) => 0,
                (false, true) => 2,
                (false, false) => 1,
            },
            delay: Duration::from_millis(faults.delay_ms.saturating_add(disorder)),
            overtakes: drawn.map_or(0, |drawn| (drawn >> 32) as usize % 8),
        }
    }
}

/// The nth number of a seed (splitmix64).
fn number(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copies(faults: &WebhookFaults, events: usize) -> Vec<usize> {
        let mut lottery = Lottery::default();
        (0..events).map(|_| lottery.draw(faults, "user.updated").copies).collect()
    }

    #[test]
    fn every_third_is_every_third() {
        assert_eq!(copies(&WebhookFaults::lose(Which::Every(3)), 7), [1, 1, 0, 1, 1, 0, 1]);
        assert_eq!(copies(&WebhookFaults::duplicate(Which::Every(2)), 4), [1, 2, 1, 2]);
    }

    #[test]
    fn a_seed_always_draws_the_same_half() {
        let half = WebhookFaults::lose(Which::Half(7));
        let drawn = copies(&half, 1000);
        assert_eq!(drawn, copies(&half, 1000));
        assert_ne!(drawn, copies(&WebhookFaults::lose(Which::Half(8)), 1000));
        let lost = drawn.iter().filter(|copies| **copies == 0).count();
        assert!((400..600).contains(&lost), "{lost}");
    }

    #[test]
    fn a_count_bounds_them_and_a_type_narrows_them() {
        let faults = WebhookFaults { times: Some(2), ..WebhookFaults::lose(Which::All) };
        assert_eq!(copies(&faults, 4), [0, 0, 1, 1]);
        let faults = WebhookFaults { only: Some("subscription".to_owned()), ..WebhookFaults::lose(Which::All) };
        assert_eq!(copies(&faults, 1), [1]);
        assert_eq!(Lottery::default().draw(&faults, "subscriptionItem.active").copies, 0);
    }
}
