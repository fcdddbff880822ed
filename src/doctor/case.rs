//! What is looked at, and what checks share: a connection to the database, and what Clerk told.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use super::finding::Verdict;
use crate::clerk::Api;
use crate::clerk::api::{ApiConfig, InstanceKeys, Refusal, Trouble};
use crate::clerk::signing_key::SigningKey;
use crate::config::{Config, DatabaseConfig, DatabaseKind, KeySource, Mistake};
use crate::db::{Db, file};

/// For a connection, and for a statement.
const PATIENCE: Duration = Duration::from_secs(3);

/// A configuration that is looked at, with the mistakes that were found in it.
#[derive(Debug)]
pub struct Case {
    pub(super) config: Config,
    pub(super) mistakes: Vec<Mistake>,
    db: OnceCell<Result<Db, Verdict>>,
    instance: OnceCell<Result<Instance, Verdict>>,
    published: OnceCell<Result<Vec<SigningKey>, Verdict>>,
}

/// What the holder of the secret key was told.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) keys: InstanceKeys,
    /// How long the answer took.
    pub(super) took: Duration,
    /// When it was asked for, by our clock.
    pub(super) asked_at: DateTime<Utc>,
}

impl Case {
    /// Of a configuration that may have mistakes ([`Config::read_in_part`]).
    pub fn new(config: Config, mistakes: Vec<Mistake>) -> Self {
        Self { config, mistakes, db: OnceCell::new(), instance: OnceCell::new(), published: OnceCell::new() }
    }

    /// The first of these variables in which there is a mistake.
    pub(super) fn blamed(&self, variables: &[&str]) -> Option<&'static str> {
        self.mistakes.iter().map(|mistake| mistake.name).find(|name| variables.contains(name))
    }

    /// Whether other people can reach the server.
    pub(super) fn is_hosted(&self) -> bool {
        self.config.environment.is_hosted()
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.config.database.url.kind() == DatabaseKind::Postgres
    }

    /// How the database is reached, with a few connections and little patience.
    pub(super) fn database(&self) -> DatabaseConfig {
        DatabaseConfig {
            max_connections: 4,
            min_connections: 0,
            acquire_timeout: PATIENCE,
            statement_timeout: PATIENCE,
            ..self.config.database.clone()
        }
    }

    /// The database, or why there is none.
    pub(super) async fn try_db(&self) -> Result<&Db, Verdict> {
        let open = async || {
            let config = self.database();
            if let Some(path) = file::path(&config.url).filter(|path| !path.exists()) {
                let mend = if config.auto_migrate {
                    "start the server, which makes it"
                } else {
                    "run `tenantry migrate up`, which makes it"
                };
                let found = format!("there is no file {}", path.display());
                return Err(Verdict::grave(!config.auto_migrate, found, mend));
            }
            Db::look(&config).await.map_err(|error| {
                Verdict::failed(
                    format!("not reached: {error}"),
                    "see whether it runs, and whether DATABASE_URL leads to it",
                )
            })
        };
        self.db.get_or_init(open).await.as_ref().map_err(Verdict::clone)
    }

    /// The database, for all checks but the one that says why there is none.
    pub(super) async fn db(&self) -> Result<&Db, Verdict> {
        self.try_db()
            .await
            .map_err(|_| Verdict::failed("not looked at, because the database is not reached", "mend `database` first"))
    }

    /// Clerk's Backend API, each question asked once.
    pub(super) fn backend(&self) -> Result<Api, Verdict> {
        let config = ApiConfig::new(&self.config.clerk.api_url, self.config.clerk.secret_key.clone());
        Api::new(config).map_err(|error| Verdict::failed(error.to_string(), "correct CLERK_API_URL"))
    }

    /// The keys that Clerk has for the owner of the secret key, or why there are none.
    pub(super) async fn try_instance(&self) -> Result<&Instance, Verdict> {
        let ask = async || {
            let (backend, asked_at) = (self.backend()?, Utc::now());
            let keys = backend.instance_keys().await.map_err(|trouble| self.refused(&trouble))?;
            let took = (Utc::now() - asked_at).to_std().unwrap_or_default();
            Ok(Instance { keys, took, asked_at })
        };
        self.instance.get_or_init(ask).await.as_ref().map_err(Verdict::clone)
    }

    /// The same for all checks but the one that says why there are none.
    pub(super) async fn instance(&self) -> Result<&Instance, Verdict> {
        if self.config.clerk.secret_key.is_none() && !self.is_hosted() {
            return Err(Verdict::ok("not looked at: CLERK_SECRET_KEY is not set"));
        }
        let told = self.try_instance().await;
        told.map_err(|_| {
            Verdict::failed("not looked at, because Clerk's Backend API gives no answer", "mend `secret-key` first")
        })
    }

    /// The keys that tokens are verified with, or why there are none.
    pub(super) async fn published(&self) -> Result<&[SigningKey], Verdict> {
        let fetch = async || {
            match &self.config.clerk.keys {
            KeySource::Jwks { url } => crate::clerk::jwks::fetch_once(url.as_str()).await.map_err(|error| {
                let host = url.host_str().unwrap_or_default();
                Verdict::failed(
                    format!("no keys from {host}: {error:#}"),
                    "see whether CLERK_PUBLISHABLE_KEY (or CLERK_JWKS_URL) is that of your instance, and whether this machine may call it",
                )
            }),
            KeySource::Pem(pem) => SigningKey::from_pem(pem).map(|key| vec![key]).map_err(|error| {
                Verdict::failed(format!("CLERK_JWT_KEY cannot be used: {error}"), "copy it again from Clerk's dashboard, API keys")
            }),
            KeySource::Missing => Err(Verdict::failed("no Clerk instance is named", "set CLERK_PUBLISHABLE_KEY")),
        }
        };
        self.published.get_or_init(fetch).await.as_deref().map_err(Verdict::clone)
    }

    /// What Clerk's trouble means for whoever set the key.
    pub(super) fn refused(&self, trouble: &Trouble) -> Verdict {
        let host = &self.config.clerk.api_url;
        match trouble {
            Trouble::Key => Verdict::failed(
                format!("{host} refuses CLERK_SECRET_KEY (401)"),
                "copy it again from Clerk's dashboard, API keys; it may have been rolled or deleted",
            ),
            Trouble::Denied(cause) => Verdict::failed(
                format!("{host} does not answer this: {cause:#}"),
                "see whether CLERK_API_URL is Clerk's Backend API",
            ),
            Trouble::Refused(Refusal::NotConfigured) => Verdict::grave(
                self.is_hosted(),
                "CLERK_SECRET_KEY is not set, so members cannot be managed",
                "copy it from Clerk's dashboard, API keys",
            ),
            Trouble::Refused(refusal) => {
                let cause = match refusal {
                    Refusal::Away { cause, .. } => format!("{cause:#}"),
                    other => other.to_string(),
                };
                let mend =
                    "see whether this machine may call it, and whether Clerk has trouble: https://status.clerk.com";
                Verdict::failed(format!("{host} is away: {cause}"), mend)
            }
        }
    }
}
