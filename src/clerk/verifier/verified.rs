//! Tokens verified before, remembered by digest until they expire; bounded by memory.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use moka::sync::Cache;

use crate::clerk::session::Session;
use crate::clerk::signing_key::SigningKey;

/// What a remembered token costs besides its session, in bytes.
const ENTRY_OVERHEAD: usize = 256;

pub(super) type VerifiedTokens = Cache<Digest, Verified, BuildHasherDefault<DigestHasher>>;

/// An empty memory of at most so many bytes.
pub(super) fn verified_tokens(max_bytes: u64) -> VerifiedTokens {
    Cache::builder()
        .max_capacity(max_bytes)
        .weigher(|_, verified: &Verified| verified.weight())
        .expire_after(Lifetime)
        .build_with_hasher(BuildHasherDefault::default())
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
    fn weight(&self) -> u32 {
        u32::try_from(self.session.size() + ENTRY_OVERHEAD).unwrap_or(u32::MAX)
    }
}

/// Lets the cache drop tokens that have expired.
struct Lifetime;

impl moka::Expiry<Digest, Verified> for Lifetime {
    fn expire_after_create(&self, _: &Digest, verified: &Verified, _: Instant) -> Option<Duration> {
        Some(verified.life)
    }
}

/// SHA-256 of a whole token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let head = self.0.first_chunk().copied().unwrap_or_default();
        state.write_u64(u64::from_ne_bytes(head));
    }
}

/// Takes eight bytes of a digest as they are: hashing a hash once more gains nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
