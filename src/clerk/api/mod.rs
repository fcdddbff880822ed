//! Clerk's Backend API: the calls this product makes, each bounded in time and size.
//!
//! Nothing is retried here: a call that changes something may have been done though its answer was lost. Nothing of an
//! answer reaches a log but its status, Clerk's own code and trace id. No route that only reads may call it.

mod exchange;
mod memberships;
mod refusal;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use exchange::Exchange;
pub use memberships::AnsweredMembership;
pub use refusal::{LAST_ADMIN, Refusal};

/// Where the Backend API is, and how long it is waited for.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Its address, without `/v1`.
    pub url: String,
    /// `sk_…`; without one every call is refused.
    pub secret_key: Option<SecretString>,
    /// For the connection.
    pub connect_timeout: Duration,
    /// For one whole exchange, the answer's body included. A request of ours may need two.
    pub timeout: Duration,
}

impl ApiConfig {
    /// With the usual limits: two exchanges fit into the ten seconds of a request.
    pub fn new(url: impl Into<String>, secret_key: Option<SecretString>) -> Self {
        let (connect_timeout, timeout) = (Duration::from_secs(2), Duration::from_secs(4));
        Self { url: url.into(), secret_key, connect_timeout, timeout }
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
pub struct Api(Option<Arc<Exchange>>);

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
        let Some(secret_key) = config.secret_key else { return Ok(Self(None)) };
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.connect_timeout)
            .timeout(config.timeout)
            .user_agent(concat!("tenantry/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ApiError::Client)?;
        Ok(Self(Some(Arc::new(Exchange { client, base, secret_key }))))
    }

    fn exchange(&self) -> Result<&Exchange, Refusal> {
        self.0.as_deref().ok_or(Refusal::NotConfigured)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Api").field("configured", &self.0.is_some()).finish()
    }
}
