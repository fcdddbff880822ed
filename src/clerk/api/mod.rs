//! Clerk's Backend API: the calls this product makes, each bounded in time, size and number, so that Clerk's trouble is not ours.
//!
//! What somebody waits for and what runs in the background have places of their own. While Clerk does not answer, nobody asks.
//! Nothing of an answer reaches a log but its status, Clerk's own code and trace id. No route that only reads may call it.

mod answered;
mod breaker;
mod call;
mod exchange;
mod inspect;
mod invitations;
mod lane;
mod lists;
mod memberships;
mod organizations;
mod read;
mod refusal;
mod users;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use breaker::Breaker;
pub use breaker::BreakerConfig;
use call::Call;
use exchange::Exchange;
pub use inspect::InstanceKeys;
pub use invitations::{MOST_AT_ONCE as MOST_INVITATIONS, NewInvitation};
use lane::Lane;
pub use lane::LaneConfig;
pub use lists::{Found, List, Page, Trouble};
pub use memberships::AnsweredMembership;
pub use read::Answered;
pub use refusal::{LAST_ADMIN, Refusal};
pub use users::Names;

use crate::metrics::Metrics;

/// Where the Backend API is, and how long it is waited for.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Its address, without `/v1`.
    pub url: String,
    /// `sk_…`; without one every call is refused.
    pub secret_key: Option<SecretString>,
    /// For the connection.
    pub connect_timeout: Duration,
    /// For one exchange, the answer's body included. A call of ours may need several.
    pub timeout: Duration,
    /// How calls are made that somebody waits for.
    pub interactive: LaneConfig,
    /// How calls are made in the background.
    pub background: LaneConfig,
    /// When calls stop being made.
    pub breaker: BreakerConfig,
    /// Times the calls.
    pub metrics: Metrics,
}

impl ApiConfig {
    /// With the usual limits. In the background half of what Clerk allows an instance is used: 1000 questions in ten seconds,
    /// 100 with a key for development.
    pub fn new(url: impl Into<String>, secret_key: Option<SecretString>) -> Self {
        let live = secret_key.as_ref().is_some_and(|key| key.expose_secret().starts_with("sk_live_"));
        let pace = |number: u32| NonZeroU32::new(if live { number * 10 } else { number }).unwrap_or(NonZeroU32::MIN);
        Self {
            url: url.into(),
            secret_key,
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(4),
            interactive: LaneConfig::INTERACTIVE,
            background: LaneConfig::background(pace(4), pace(10)),
            breaker: BreakerConfig::default(),
            metrics: Metrics::default(),
        }
    }

    /// The same within the time that a request may take, a fifth of which is left for the database.
    #[must_use]
    pub fn within(mut self, request: Duration) -> Self {
        self.interactive.budget = self.interactive.budget.min(request * 4 / 5);
        self
    }
}

/// Why the client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The address is not an http or https URL.
    #[error("the address of Clerk's Backend API is not an http or https URL")]
    Url,
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

/// Clerk's Backend API. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    inner: Option<Arc<Inner>>,
    in_background: bool,
    /// When all calls must be over, where several share their time.
    deadline: Option<Instant>,
}

struct Inner {
    exchange: Exchange,
    breaker: Breaker,
    metrics: Metrics,
    interactive: Lane,
    background: Lane,
}

impl Api {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn new(config: ApiConfig) -> Result<Self, ApiError> {
        let base = Url::parse(&config.url).map_err(|_| ApiError::Url)?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(ApiError::Url);
        }
        let Some(secret_key) = config.secret_key else { return Ok(Self::over(None)) };
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.connect_timeout)
            .user_agent(concat!("tenantry/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ApiError::Client)?;
        let key_refused = AtomicBool::new(false);
        let inner = Inner {
            exchange: Exchange { client, base, secret_key, timeout: config.timeout, key_refused },
            breaker: Breaker::new(config.breaker),
            metrics: config.metrics,
            interactive: Lane::new(config.interactive),
            background: Lane::new(config.background),
        };
        Ok(Self::over(Some(Arc::new(inner))))
    }

    /// For questions that are asked once, at a pace and with a patience of the caller's own.
    ///
    /// # Errors
    /// [`Refusal::NotConfigured`]
    fn exchange_alone(&self) -> Result<&Exchange, Refusal> {
        self.inner.as_deref().map(|inner| &inner.exchange).ok_or(Refusal::NotConfigured)
    }

    fn over(inner: Option<Arc<Inner>>) -> Self {
        Self { inner, in_background: false, deadline: None }
    }

    /// The same for work that nobody waits for: it has places of its own, keeps a pace below Clerk's rate limit, and waits
    /// where the other would fail.
    #[must_use]
    pub fn background(&self) -> Self {
        Self { inner: self.inner.clone(), in_background: true, deadline: None }
    }

    /// The same for one request, whose calls together get the time of one; it runs from here.
    #[must_use]
    pub fn for_request(&self) -> Self {
        let deadline = self.inner.as_ref().map(|inner| Instant::now() + inner.interactive.config.budget);
        Self { inner: self.inner.clone(), in_background: false, deadline }
    }

    /// Begins something at Clerk.
    fn call(&self) -> Result<Call<'_>, Refusal> {
        let inner = self.inner.as_deref().ok_or(Refusal::NotConfigured)?;
        let lane = if self.in_background { &inner.background } else { &inner.interactive };
        let deadline = self.deadline.unwrap_or_else(|| Instant::now() + lane.config.budget);
        Ok(Call { exchange: &inner.exchange, breaker: &inner.breaker, metrics: &inner.metrics, lane, deadline })
    }

    /// Whether it did not answer lately, so that it is not asked at the moment.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.breaker.is_open())
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").field("configured", &self.inner.is_some()).finish()
    }
}
