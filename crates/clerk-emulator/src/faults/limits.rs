//! Clerk's rate limits, kept as sliding windows.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

const TEN_SECONDS: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3600);

/// How many requests are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimits {
    /// All requests to `/v1` but `/v1/jwks`, in ten seconds.
    pub instance: usize,
    /// Changes of one organization, one membership or one user, in ten seconds.
    pub object: usize,
    /// Invitations made one by one, in an hour.
    pub invitations: usize,
    /// Calls that make several invitations, in an hour.
    pub bulk_invitations: usize,
}

impl RateLimits {
    /// Those of a production instance.
    pub fn production() -> Self {
        Self { instance: 1000, object: 10, invitations: 250, bulk_invitations: 50 }
    }

    /// Those of a development instance.
    pub fn development() -> Self {
        Self { instance: 100, ..Self::production() }
    }

    /// The windows a request counts in: what it shares one with, how many fit, how long it is.
    fn windows(&self, method: &str, path: &str) -> Vec<(String, usize, Duration)> {
        let Some(path) = path.strip_prefix("/v1/").filter(|path| *path != "jwks") else {
            return Vec::new();
        };
        let parts: Vec<&str> = path.split('/').collect();
        let mut windows = vec![("instance".to_owned(), self.instance, TEN_SECONDS)];
        let object = match (method, parts.as_slice()) {
            (
                "PATCH" | "PUT",
                [kind @ ("organizations" | "users"), id] | [kind @ ("organizations" | "users"), id, "metadata"],
            ) => Some(format!("{kind} {id}")),
            (
                "PATCH",
                ["organizations", id, "memberships", user] | ["organizations", id, "memberships", user, "metadata"],
            ) => Some(format!("membership {id} {user}")),
            _ => None,
        };
        windows.extend(object.map(|key| (key, self.object, TEN_SECONDS)));
        match (method, parts.as_slice()) {
            ("POST", ["organizations", _, "invitations"]) => {
                windows.push(("invitations".to_owned(), self.invitations, HOUR));
            }
            ("POST", ["organizations", _, "invitations", "bulk"]) => {
                windows.push(("bulk invitations".to_owned(), self.bulk_invitations, HOUR));
            }
            _ => {}
        }
        windows
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::production()
    }
}

/// When the requests of each window came.
#[derive(Default)]
pub(super) struct Meter(HashMap<String, VecDeque<Instant>>);

impl Meter {
    /// Counts a request; or answers in how many seconds it may come again, and does not.
    pub(super) fn exceeded(&mut self, limits: &RateLimits, method: &str, path: &str) -> Option<u64> {
        let now = Instant::now();
        let windows = limits.windows(method, path);
        let waits = windows.iter().filter_map(|(key, limit, length)| self.wait(key, *limit, *length, now));
        if let Some(wait) = waits.collect::<Vec<_>>().into_iter().max() {
            return Some(wait);
        }
        for (key, ..) in windows {
            self.0.entry(key).or_default().push_back(now);
        }
        None
    }

    /// Whole seconds until the window has room, if it has none.
    fn wait(&mut self, key: &str, limit: usize, length: Duration, now: Instant) -> Option<u64> {
        let Some(times) = self.0.get_mut(key) else {
            return (limit == 0).then_some(length.as_secs());
        };
        while times.front().is_some_and(|time| now.duration_since(*time) >= length) {
            times.pop_front();
        }
        if times.len() < limit {
            return None;
        }
        let left = times.front().map_or(length, |time| length.saturating_sub(now.duration_since(*time)));
        Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_has_a_window_of_its_own() {
        let limits = RateLimits { object: 1, ..RateLimits::production() };
        let mut meter = Meter::default();
        let mut patch = |path: &str| meter.exceeded(&limits, "PATCH", path);
        assert_eq!(patch("/v1/organizations/a"), None);
        assert_eq!(patch("/v1/organizations/a/metadata"), Some(10));
        assert_eq!(patch("/v1/organizations/b"), None);
        assert_eq!(patch("/v1/organizations/a/memberships/u"), None);
        assert_eq!(patch("/v1/organizations/a/memberships/u"), Some(10));
        assert_eq!(patch("/v1/users/u"), None);
    }

    #[test]
    fn keys_are_never_limited() {
        let limits = RateLimits { instance: 0, ..RateLimits::production() };
        let mut meter = Meter::default();
        assert_eq!(meter.exceeded(&limits, "GET", "/v1/jwks"), None);
        assert_eq!(meter.exceeded(&limits, "GET", "/.well-known/jwks.json"), None);
        assert_eq!(meter.exceeded(&limits, "GET", "/v1/users"), Some(10));
    }
}
