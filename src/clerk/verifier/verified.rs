//! Tokens verified before, remembered until they expire; bounded by memory.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Equivalent;
use moka::sync::Cache;

use crate::clerk::session::Session;
use crate::clerk::signing_key::SigningKey;

/// What a remembered token costs besides its session, in bytes.
const ENTRY_OVERHEAD: usize = 256;

/// How many bytes of a token are hashed: 24 of base64url are 144 bits of the signature.
const HASHED: usize = 24;

pub(super) type VerifiedTokens = Cache<Known, Verified>;

/// An empty memory of at most so many bytes.
pub(super) fn verified_tokens(max_bytes: u64) -> VerifiedTokens {
    Cache::builder()
        .max_capacity(max_bytes)
        .weigher(|token: &Known, verified: &Verified| verified.weight(&token.0))
        .expire_after(Lifetime)
        .build()
}

/// A token verified before.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    pub(super) session: Arc<Session>,
    pub(super) key: Arc<SigningKey>,
    /// How long the token has to live, skew included.
    pub(super) life: Duration,
}

impl Verified {
    /// Roughly the memory this takes, in bytes.
    fn weight(&self, token: &str) -> u32 {
        u32::try_from(token.len() + self.session.size() + ENTRY_OVERHEAD).unwrap_or(u32::MAX)
    }
}

/// Lets the cache drop tokens that have expired.
struct Lifetime;

impl moka::Expiry<Known, Verified> for Lifetime {
    fn expire_after_create(&self, _: &Known, verified: &Verified, _: Instant) -> Option<Duration> {
        Some(verified.life)
    }
}

/// A whole token. Two are the same when every byte is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Known(Box<str>);

/// Shows nothing: whoever has the token is its caller.
impl fmt::Debug for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Known(…)")
    }
}

/// A token that is looked for.
pub(super) struct Asked<'a>(pub(super) &'a str);

impl Asked<'_> {
    pub(super) fn to_known(&self) -> Known {
        Known(self.0.into())
    }
}

impl Equivalent<Known> for Asked<'_> {
    fn equivalent(&self, known: &Known) -> bool {
        *self.0 == *known.0
    }
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        tail(&self.0).hash(state);
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        tail(self.0).hash(state);
    }
}

/// The end of a token is the end of its signature, which is as good as random: of the tokens that were verified, and no others
/// are remembered, hardly two ever have the same one. Who makes tokens up with the end of a good one is told from it by the rest.
fn tail(token: &str) -> &[u8] {
    let bytes = token.as_bytes();
    &bytes[bytes.len().saturating_sub(HASHED)..]
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn a_token_is_found_by_all_of_it_and_a_forged_one_with_the_same_end_is_not() {
        let hasher = RandomState::new();
        let end = "a".repeat(HASHED);
        let (good, forged) = (format!("header.claims.{end}"), format!("header.others.{end}"));
        let known = Asked(&good).to_known();
        assert_eq!(hasher.hash_one(&known), hasher.hash_one(Asked(&good)));
        assert_eq!(hasher.hash_one(&known), hasher.hash_one(Asked(&forged)), "the hash is of the end");
        assert!(Asked(&good).equivalent(&known) && !Asked(&forged).equivalent(&known));
        assert_eq!(tail("short"), b"short");
        assert!(!format!("{known:?}").contains("header"));
    }
}
