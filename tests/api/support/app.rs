//! The router under test with everything around it real: a database, a local Clerk on a free port, signed webhooks.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use clerk_emulator::{Emulator, Plan, Seed, SigningKey};
use secrecy::SecretString;
use tenantry::auth::{Revocations, StepUp, Workspaces};
use tenantry::clerk::api::ApiConfig;
use tenantry::clerk::reverification::Preset;
use tenantry::clerk::{Api, Clock, KeySource, Verifier, VerifierConfig};
use tenantry::config::{Catalogue, LimitsConfig, MailConfig};
use tenantry::dashboard::Dashboard;
use tenantry::db::Db;
use tenantry::entitlements::Entitlements;
use tenantry::events::Feed;
use tenantry::health::Readiness;
use tenantry::http::middleware::Limits;
use tenantry::limits::Limiter;
use tenantry::mail::Mail;
use tenantry::metrics::Metrics;
use tenantry::server::Lifecycle;
use tenantry::state::{AppState, Parts};
use tenantry::tasks::TrashHold;
use tenantry::webhooks::Signatures;
use tenantry::worker::worker;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{Answer, Caller, Database, Organization, Scratch};

/// The origin of the front end, which is the authorized party.
pub const ORIGIN: &str = "http://localhost:3000";

/// The service with its surroundings.
#[derive(Clone)]
pub struct TestApp {
    pub router: Router,
    pub clerk: Emulator,
    pub db: Db,
    pub revocations: Revocations,
    pub scratch: Arc<Scratch>,
    pub on: Database,
    pub state: AppState,
}

/// What may differ from test to test.
#[derive(Debug, Clone)]
pub struct Setup {
    pub personal_workspaces: bool,
    pub timeout: Duration,
    pub webhook_secrets: Option<Vec<SecretString>>,
    /// Where the keys are fetched, instead of the local Clerk.
    pub jwks_url: Option<String>,
    /// The Backend API, instead of the local Clerk's own.
    pub backend_api: Option<ApiConfig>,
    pub reverification: Option<Preset>,
    pub trash_hold: TimeDelta,
    pub limits: LimitsConfig,
    /// How people are told by mail.
    pub mail: Option<MailConfig>,
    /// Stands for the connections of the pool, of which a tenant has half.
    pub connections: usize,
    /// The time by which limits are kept, and by which periods of plans end.
    pub clock: Clock,
    pub plans: Catalogue,
    /// Whom and what the local Clerk begins with, if not with nobody.
    pub seed: Option<Seed>,
    pub past_due_grace: TimeDelta,
    /// Whether the process was told to end.
    pub lifecycle: Lifecycle,
    pub metrics: Metrics,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            personal_workspaces: false,
            timeout: Duration::from_secs(30),
            webhook_secrets: None,
            jwks_url: None,
            backend_api: None,
            reverification: Some(Preset::Strict),
            trash_hold: TimeDelta::days(30),
            limits: LimitsConfig::default(),
            mail: None,
            connections: 1000,
            clock: Clock::system(),
            plans: Catalogue::default(),
            seed: None,
            past_due_grace: TimeDelta::days(7),
            lifecycle: Lifecycle::default(),
            metrics: Metrics::default(),
        }
    }
}

impl TestApp {
    /// The service as most tests want it.
    pub async fn start(on: Database) -> Self {
        Self::with(on, Setup::default()).await
    }

    /// The service set up differently.
    pub async fn with(on: Database, setup: Setup) -> Self {
        let clerk = local_clerk(setup.seed.clone().unwrap_or_else(seed)).await;
        let scratch = Arc::new(on.scratch().await);
        let db = Db::connect(&scratch.config).await.unwrap();
        let revocations = Revocations::default();
        let state = state(&clerk, db.clone(), &revocations, &setup);
        Self { router: router(&state, &setup), clerk, db, revocations, scratch, on, state }
    }

    /// The same database and Clerk served by another instance.
    pub async fn another_instance(&self, setup: &Setup) -> Self {
        self.over(Db::connect(&self.scratch.config).await.unwrap(), setup)
    }

    /// The same Clerk over another pool, such as one that is observed, small or far away.
    pub fn over(&self, db: Db, setup: &Setup) -> Self {
        let revocations = Revocations::default();
        let state = state(&self.clerk, db.clone(), &revocations, setup);
        Self { router: router(&state, setup), db, revocations, state, ..self.clone() }
    }

    /// The same service of other parts.
    pub fn serving(&self, state: AppState) -> Self {
        Self { router: router(&state, &Setup::default()), state, ..self.clone() }
    }

    /// An organization, made at its first mention; its mirror is up to date.
    pub async fn organization(&self, slug: &str) -> Organization {
        Organization::find_or_create(self, slug).await
    }

    /// Somebody who brings this token.
    pub fn bearer(&self, token: impl Into<String>) -> Caller {
        Caller::with_token(self, token.into())
    }

    /// Somebody who brings none.
    pub fn nobody(&self) -> Caller {
        Caller::nobody(self)
    }

    /// One request through the whole router.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.answer(request).await).await
    }

    /// The same, its body not read yet.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Does every job that is due, and says how many it began.
    pub async fn run_jobs(&self) -> usize {
        self.run_jobs_in(TimeDelta::zero()).await
    }

    /// The same for what is due so long from now.
    pub async fn run_jobs_in(&self, from_now: TimeDelta) -> usize {
        // A moment later, so that what was enqueued just now is due.
        let now = Utc::now() + from_now + TimeDelta::milliseconds(1);
        let clock = Clock::manual(Duration::from_millis(now.timestamp_millis().try_into().unwrap()));
        worker(&self.state, 16, &clock).drain().await.unwrap()
    }

    /// Delivers every event the local Clerk has had to tell since the last time; returns the answers.
    pub async fn deliver_webhooks(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for event in self.clerk.take_events() {
            answers.push(self.deliver(&event).await);
        }
        answers
    }

    /// Delivers one event, signed.
    pub async fn deliver(&self, event: &serde_json::Value) -> Answer {
        let bytes = serde_json::to_vec(event).unwrap();
        let signed = clerk_emulator::sign_event(&self.clerk.webhook_secret(), &bytes).unwrap();
        let mut request = Request::post("/api/webhooks/clerk").body(Body::from(signed.body)).unwrap();
        request.headers_mut().extend(signed.headers);
        self.send(request).await
    }
}

fn state(clerk: &Emulator, db: Db, revocations: &Revocations, setup: &Setup) -> AppState {
    let url = setup.jwks_url.clone().unwrap_or_else(|| format!("{}/.well-known/jwks.json", clerk.base_url()));
    let keys = KeySource::Jwks { url, bearer: None };
    let verifier = Verifier::new(VerifierConfig::new(clerk.issuer(), vec![ORIGIN.into()], keys)).unwrap();
    let secrets = setup.webhook_secrets.clone().unwrap_or_else(|| vec![clerk.webhook_secret().into()]);
    let signatures = Signatures::new(&secrets).unwrap();
    let workspaces = Workspaces { personal: setup.personal_workspaces };
    let own = || ApiConfig::new(clerk.base_url(), Some(clerk.secret_key().into()));
    let backend_api = Api::new(setup.backend_api.clone().unwrap_or_else(own)).unwrap();
    let (revocations, step_up) = (revocations.clone(), StepUp(setup.reverification));
    let limiter = Limiter::for_plans(&setup.limits, setup.connections, &setup.clock, &setup.plans);
    let entitlements = Entitlements::new(setup.plans.clone(), setup.past_due_grace, setup.clock.clone(), &revocations);
    let trash = TrashHold(setup.trash_hold);
    let mail = Mail::new(setup.mail.as_ref()).unwrap();
    let lifecycle = setup.lifecycle.clone();
    AppState::from(Parts {
        readiness: Readiness::new(&db, &verifier, &revocations, &backend_api, &lifecycle),
        metrics: setup.metrics.clone(),
        events: Feed::new(db.clone(), setup.clock.clone(), setup.limits.max_event_streams),
        db,
        verifier,
        revocations,
        clerk: backend_api,
        signatures,
        entitlements,
        mail,
        limiter,
        workspaces,
        step_up,
        dashboard: Dashboard::default(),
        trash,
    })
}

fn router(state: &AppState, setup: &Setup) -> Router {
    let limits = Limits {
        timeout: setup.timeout,
        body: 1024 * 1024,
        concurrent: setup.limits.max_concurrent,
        origins: vec![HeaderValue::from_static(ORIGIN)],
    };
    tenantry::app(state.clone(), &limits)
}

/// The key that every local Clerk of this process signs with; making one takes longer than most tests.
pub fn signing_key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(SigningKey::generate().unwrap())).clone()
}

async fn local_clerk(seed: Seed) -> Emulator {
    let clerk = Emulator::builder().seed(seed).signing_key(signing_key()).authorized_party(ORIGIN).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    clerk.spawn(listener).await.unwrap();
    clerk
}

/// Nobody yet; two plans, one of which leaves the tasks out.
fn seed() -> Seed {
    let plans = vec![Plan::new("everything", &["tasks", "members"]), Plan::new("no_tasks", &["members"])];
    Seed { plans, ..Seed::empty() }
}
