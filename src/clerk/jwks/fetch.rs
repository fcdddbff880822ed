//! One question to the JWKS endpoint: bounded in time and size, no redirect followed.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Client, StatusCode, Url, redirect};
use secrecy::{ExposeSecret as _, SecretString};

use crate::clerk::signing_key::{KeyError, SigningKey, key_set};

/// For the whole exchange, body included.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A key set is some hundred bytes for each key.
const MAX_BODY: usize = 64 * 1024;

/// Why keys cannot be fetched at all.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not an http or https URL.
    #[error("the JWKS address is not an http or https URL")]
    Url,
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

/// Why one fetch brought no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer: {0}")]
    Transport(#[from] reqwest::Error),
    #[error("answered {0}")]
    Status(StatusCode),
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
    #[error("{0}")]
    Keys(#[from] KeyError),
}

/// Asks once, for whoever wants to see whether it answers.
///
/// # Errors
/// Why there are no keys.
pub async fn fetch_once(url: &str) -> anyhow::Result<Vec<SigningKey>> {
    Endpoint::new(url, None)?.fetch().await.map_err(|error| match error {
        // It would repeat the address, which is known.
        FetchError::Transport(error) => anyhow::Error::new(error.without_url()).context("no answer"),
        other => other.into(),
    })
}

/// The JWKS endpoint.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    bearer: Option<SecretString>,
}

impl Endpoint {
    pub(super) fn new(url: &str, bearer: Option<SecretString>) -> Result<Self, ClientError> {
        let url = Url::parse(url).map_err(|_| ClientError::Url)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ClientError::Url);
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("tenantry/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ClientError::Client)?;
        Ok(Self { client, url, bearer })
    }

    pub(super) async fn fetch(&self) -> Result<Vec<SigningKey>, FetchError> {
        let mut request = self.client.get(self.url.clone()).header(ACCEPT, "application/json");
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer.expose_secret());
        }
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(key_set(&body)?)
    }
}
