//! The long-lived parts of the program, built once.

use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::FromRef;

use crate::auth::{Revocations, StepUp, Workspaces};
use crate::clerk::api::ApiConfig;
use crate::clerk::{Api, Clock, KeySource, PartyPolicy, Verifier, VerifierConfig};
use crate::config::{self, ClerkConfig, Config};
use crate::dashboard::Dashboard;
use crate::db::Db;
use crate::entitlements::Entitlements;
use crate::events::Feed;
use crate::health::Readiness;
use crate::limits::Limiter;
use crate::mail::Mail;
use crate::metrics::Metrics;
use crate::server::Lifecycle;
use crate::tasks::TrashHold;
use crate::webhooks::Signatures;

/// What the routes are given: [`Parts`] that all of them share, so that a clone is one count and not one for each part. A request
/// makes several.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// The parts.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Verifies session tokens.
    pub verifier: Verifier,
    /// What verified tokens claim in vain.
    pub revocations: Revocations,
    /// Changes things at Clerk.
    pub clerk: Api,
    /// Verifies webhook deliveries.
    pub signatures: Signatures,
    /// What plans allow.
    pub entitlements: Entitlements,
    /// Tells people by mail.
    pub mail: Mail,
    /// Tells pages what changes.
    pub events: Feed,
    /// How much anybody may ask for.
    pub limiter: Limiter,
    /// Whether personal workspaces are switched on.
    pub workspaces: Workspaces,
    /// How fresh a factor must be for what cannot be undone.
    pub step_up: StepUp,
    /// What the page at `/app/` is told.
    pub dashboard: Dashboard,
    /// How long a deleted task can be restored.
    pub trash: TrashHold,
    /// How this instance is.
    pub readiness: Readiness,
    /// What is counted and timed.
    pub metrics: Metrics,
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Lets a handler ask for any part alone.
macro_rules! given {
    ($($part:ident: $kind:ty),* $(,)?) => {$(
        impl FromRef<AppState> for $kind {
            fn from_ref(state: &AppState) -> Self {
                state.$part.clone()
            }
        }
    )*};
}

given! {
    db: Db,
    verifier: Verifier,
    revocations: Revocations,
    clerk: Api,
    signatures: Signatures,
    entitlements: Entitlements,
    mail: Mail,
    events: Feed,
    limiter: Limiter,
    workspaces: Workspaces,
    step_up: StepUp,
    dashboard: Dashboard,
    trash: TrashHold,
    readiness: Readiness,
    metrics: Metrics,
}

impl AppState {
    /// Builds the parts that the configuration describes.
    ///
    /// # Errors
    /// When a key or a secret is unusable.
    pub fn build(config: &Config, db: Db, lifecycle: &Lifecycle, metrics: Metrics) -> Result<Self> {
        let connections = usize::try_from(config.database.max_connections).unwrap_or(usize::MAX);
        let (clock, revocations) = (Clock::system(), Revocations::default());
        let plans = config.plans.clone();
        let verifier = Verifier::new(verifier(&config.clerk)?).context("the keys of session tokens")?;
        let clerk = backend_api(config, &metrics)?;
        Ok(Self::from(Parts {
            readiness: Readiness::new(&db, &verifier, &revocations, &clerk, lifecycle),
            events: Feed::new(db.clone(), clock.clone(), config.limits.max_event_streams),
            db,
            limiter: Limiter::for_plans(&config.limits, connections, &clock, &plans),
            entitlements: Entitlements::new(plans, config.past_due_grace, clock, &revocations),
            verifier,
            revocations,
            clerk,
            signatures: Signatures::new(&config.clerk.webhook_secrets).context("CLERK_WEBHOOK_SIGNING_SECRET")?,
            mail: Mail::new(config.mail.as_ref()).context("mail")?,
            workspaces: Workspaces { personal: config.personal_workspaces },
            step_up: StepUp(config.reverification),
            dashboard: Dashboard::new(config),
            trash: TrashHold(config.trash_hold),
            metrics,
        }))
    }
}

fn backend_api(config: &Config, metrics: &Metrics) -> Result<Api> {
    let api = ApiConfig::new(&config.clerk.api_url, config.clerk.secret_key.clone());
    let api = ApiConfig { metrics: metrics.clone(), ..api };
    Api::new(api.within(config.http.request_timeout)).context("CLERK_API_URL")
}

fn verifier(clerk: &ClerkConfig) -> Result<VerifierConfig> {
    let keys = match &clerk.keys {
        config::KeySource::Jwks { url } => KeySource::Jwks { url: url.to_string(), bearer: None },
        config::KeySource::Pem(pem) => KeySource::Pem(pem.clone()),
        config::KeySource::Missing => bail!("no Clerk instance is configured; set CLERK_PUBLISHABLE_KEY"),
    };
    let policy = match clerk.party_policy {
        config::PartyPolicy::Required => PartyPolicy::Required,
        config::PartyPolicy::IfPresent => PartyPolicy::IfPresent,
        config::PartyPolicy::Off => PartyPolicy::Off,
    };
    Ok(VerifierConfig {
        issuers: clerk.issuers.clone(),
        policy,
        clock_skew: clerk.clock_skew,
        stale_ceiling: clerk.jwks_stale_ceiling,
        ..VerifierConfig::new("", clerk.authorized_parties.clone(), keys)
    })
}
