//! The verifier: a session token in, a [`Session`] or a [`Reject`] out.
//!
//! A signature is checked once per token: sessions are remembered under the whole token until it expires or its key is
//! withdrawn. Refusals are never remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::SecretString;

use super::claims::{PartyPolicy, Rules};
use super::clock::Clock;
use super::jwks::{ClientError, Jwks, Lookup};
use super::reject::Reject;
use super::session::Session;
use super::signing_key::{KeyError, SigningKey};
use super::token::{Envelope, MAX_TOKEN};

mod verified;

use verified::{Asked, Verified, VerifiedTokens, verified_tokens};

/// Where signing keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// The instance's JWKS endpoint, asked in the background.
    Jwks {
        /// Its address.
        url: String,
        /// A secret key for the Backend API's endpoint; the Frontend API's needs none.
        bearer: Option<SecretString>,
    },
    /// One PEM public key; nothing is fetched and the tokens' `kid` is not looked at.
    Pem(String),
}

/// What a [`Verifier`] is built from.
#[derive(Debug)]
pub struct VerifierConfig {
    /// Accepted issuers, compared for equality; at least one.
    pub issuers: Vec<String>,
    /// Accepted authorized parties (`azp`), compared for equality.
    pub authorized_parties: Vec<String>,
    /// Whether a token must name an authorized party.
    pub policy: PartyPolicy,
    /// Tolerance for clocks that differ, on `exp`, `nbf` and `iat`.
    pub clock_skew: Duration,
    /// Where signing keys come from.
    pub keys: KeySource,
    /// How long keys may be used while the endpoint cannot confirm them.
    pub stale_ceiling: Duration,
    /// The most memory remembered tokens may take, in bytes.
    pub cache_bytes: u64,
    /// Where the time is read.
    pub clock: Clock,
}

impl VerifierConfig {
    /// The defaults for one issuer: `azp` required, 5 s of skew, keys for up to 24 h, 64 MiB of tokens.
    #[must_use]
    pub fn new(issuer: impl Into<String>, authorized_parties: Vec<String>, keys: KeySource) -> Self {
        Self {
            issuers: vec![issuer.into()],
            authorized_parties,
            policy: PartyPolicy::default(),
            clock_skew: Duration::from_secs(5),
            keys,
            stale_ceiling: Duration::from_hours(24),
            cache_bytes: 64 * 1024 * 1024,
            clock: Clock::system(),
        }
    }
}

/// Why a [`Verifier`] cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The list of issuers is empty.
    #[error("no issuer is configured")]
    NoIssuer,
    /// No party is listed though the policy looks at parties: every token that names one would be refused.
    #[error("no authorized party is configured")]
    NoParty,
    /// The PEM is not a key we can use.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Keys cannot be fetched.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Verifies session tokens; cloning is cheap and shares keys and memory.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rules: Rules,
    keys: Keys,
    clock: Clock,
    verified: VerifiedTokens,
    divergent: AtomicU64,
    looks: Looks,
}

/// How often tokens were looked for in the memory.
#[derive(Debug, Default)]
struct Looks {
    found: AtomicU64,
    missed: AtomicU64,
}

#[derive(Debug)]
enum Keys {
    Fixed(Arc<SigningKey>),
    Fetched(Jwks),
}

impl Verifier {
    /// Builds a verifier and, with a JWKS endpoint, starts fetching; then it needs a tokio runtime.
    ///
    /// # Errors
    /// [`ConfigError`] says what is wrong with the configuration. An endpoint that is away is no error.
    pub fn new(config: VerifierConfig) -> Result<Self, ConfigError> {
        if config.issuers.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        if config.authorized_parties.is_empty() && config.policy != PartyPolicy::Off {
            return Err(ConfigError::NoParty);
        }
        let keys = match config.keys {
            KeySource::Pem(pem) => Keys::Fixed(Arc::new(SigningKey::from_pem(&pem)?)),
            KeySource::Jwks { url, bearer } => {
                Keys::Fetched(Jwks::start(&url, bearer, config.stale_ceiling, config.clock.clone())?)
            }
        };
        let rules = Rules {
            issuers: config.issuers,
            authorized_parties: config.authorized_parties,
            policy: config.policy,
            skew_millis: i64::try_from(config.clock_skew.as_millis()).unwrap_or(i64::MAX),
        };
        Ok(Self(Arc::new(Inner {
            rules,
            keys,
            clock: config.clock,
            verified: verified_tokens(config.cache_bytes),
            divergent: AtomicU64::new(0),
            looks: Looks::default(),
        })))
    }

    /// Verifies a session token.
    ///
    /// Waits only when the token fits none of the keys at hand and newer ones may be asked for.
    ///
    /// # Errors
    /// [`Reject`]: [`Reject::KeysUnavailable`] is ours to answer for (503), every other one the token's (401).
    pub async fn verify(&self, token: &str) -> Result<Arc<Session>, Reject> {
        let inner = &*self.0;
        // A long text must cost nothing.
        if token.len() > MAX_TOKEN {
            return Err(Reject::Malformed("The token is too long."));
        }
        if let Keys::Fetched(jwks) = &inner.keys {
            jwks.catch_up().await;
        }
        match inner.remembered(&Asked(token)) {
            Some(known) => {
                inner.looks.found.fetch_add(1, Ordering::Relaxed);
                known
            }
            None => {
                inner.looks.missed.fetch_add(1, Ordering::Relaxed);
                inner.verify_afresh(token).await
            }
        }
    }

    /// Whether this token was verified before and still holds, so that it costs no signature.
    #[must_use]
    pub fn remembers(&self, token: &str) -> bool {
        token.len() <= MAX_TOKEN && matches!(self.0.remembered(&Asked(token)), Some(Ok(_)))
    }

    /// Whether there is a key to verify with; before that, readable tokens are answered 503.
    #[must_use]
    pub fn keys_ready(&self) -> bool {
        match &self.0.keys {
            Keys::Fixed(_) => true,
            Keys::Fetched(jwks) => jwks.is_ready(),
        }
    }

    /// Time since the keys were last confirmed; `None` before that and for a PEM.
    #[must_use]
    pub fn key_age(&self) -> Option<Duration> {
        match &self.0.keys {
            Keys::Fixed(_) => None,
            Keys::Fetched(jwks) => jwks.age(),
        }
    }

    /// How often the keys were asked for, well and in vain.
    #[must_use]
    pub fn key_fetches(&self) -> (u64, u64) {
        match &self.0.keys {
            Keys::Fixed(_) => (0, 0),
            Keys::Fetched(jwks) => jwks.fetches(),
        }
    }

    /// How many tokens were verified before, and how many were not.
    #[must_use]
    pub fn memory_use(&self) -> (u64, u64) {
        (self.0.looks.found.load(Ordering::Relaxed), self.0.looks.missed.load(Ordering::Relaxed))
    }

    /// How many tokens were seen whose permission masks Clerk's SDKs read differently.
    #[must_use]
    pub fn divergent_readings(&self) -> u64 {
        self.0.divergent.load(Ordering::Relaxed)
    }

    /// How many verified tokens are remembered at the moment, roughly.
    #[must_use]
    pub fn remembered_tokens(&self) -> u64 {
        self.0.verified.run_pending_tasks();
        self.0.verified.entry_count()
    }
}

impl Inner {
    /// What is known of a token verified before, while its key is still good.
    fn remembered(&self, token: &Asked<'_>) -> Option<Result<Arc<Session>, Reject>> {
        let known = self.verified.get(token)?;
        let keys_usable = match &self.keys {
            Keys::Fixed(_) => true,
            Keys::Fetched(jwks) => jwks.is_usable(),
        };
        if known.key.is_withdrawn() || !keys_usable {
            self.verified.invalidate(token);
            return None;
        }
        if self.rules.is_expired(known.session.expires_at, self.clock.unix_millis()) {
            self.verified.invalidate(token);
            return Some(Err(Reject::Expired));
        }
        Some(Ok(known.session))
    }

    async fn verify_afresh(&self, token: &str) -> Result<Arc<Session>, Reject> {
        let envelope = Envelope::open(token)?;
        let claims = envelope.claims()?;
        let key = self.key_of(&envelope).await?;
        let now = self.clock.unix_millis();
        let session = self.rules.check(&claims, now)?;
        if session.readings_differ {
            self.divergent.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("a token's permission masks can be read in two ways; only what both grant was granted");
        }
        let session = Arc::new(session);
        let verified = Verified { life: self.life_left(&session, now), session: Arc::clone(&session), key };
        self.verified.insert(Asked(token).to_known(), verified);
        Ok(session)
    }

    /// The key that made the token's signature; asks for newer keys, within limits, if none at hand did.
    async fn key_of(&self, envelope: &Envelope<'_>) -> Result<Arc<SigningKey>, Reject> {
        let jwks = match &self.keys {
            Keys::Fixed(key) if envelope.is_signed_by(key) => return Ok(Arc::clone(key)),
            Keys::Fixed(_) => return Err(Reject::Signature),
            Keys::Fetched(jwks) => jwks,
        };
        let kid = envelope.kid().ok_or(Reject::Malformed("The token names no key."))?;
        jwks.first_attempt().await;
        match signer(jwks, kid, envelope) {
            // The task is trying already; making requests wait for it would only pile them up.
            Err(Reject::KeysUnavailable) => Err(Reject::KeysUnavailable),
            Err(_) if jwks.ask().await => signer(jwks, kid, envelope),
            known => known,
        }
    }

    fn life_left(&self, session: &Session, now: i64) -> Duration {
        let ends = session.expires_at.saturating_mul(1000).saturating_add(self.rules.skew_millis);
        Duration::from_millis(u64::try_from(ends.saturating_sub(now)).unwrap_or(0))
    }
}

fn signer(jwks: &Jwks, kid: &str, envelope: &Envelope<'_>) -> Result<Arc<SigningKey>, Reject> {
    match jwks.find(kid) {
        Lookup::Key(key) if envelope.is_signed_by(&key) => Ok(key),
        Lookup::Key(_) => Err(Reject::Signature),
        Lookup::Unknown => Err(Reject::UnknownKey),
        Lookup::Unavailable => Err(Reject::KeysUnavailable),
    }
}
