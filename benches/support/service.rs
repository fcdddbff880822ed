//! The service without anybody to call but the database, and its middleware around one guarded handler.

use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::get;
use chrono::TimeDelta;
use tenantry::auth::{Callers, RequireView, Revocations, StepUp, Workspaces};
use tenantry::clerk::api::ApiConfig;
use tenantry::clerk::{Api, Clock, Verifier};
use tenantry::config::{Catalogue, DatabaseConfig, DatabaseUrl, LimitsConfig, Rates};
use tenantry::dashboard::Dashboard;
use tenantry::db::Db;
use tenantry::entitlements::Entitlements;
use tenantry::events::Feed;
use tenantry::health::Readiness;
use tenantry::http::around::around;
use tenantry::http::middleware::{Limits, wrap};
use tenantry::limits::{Door, Limiter, limit_address};
use tenantry::mail::Mail;
use tenantry::metrics::Metrics;
use tenantry::router::identify_and_limit;
use tenantry::server::Lifecycle;
use tenantry::state::{AppState, Parts};
use tenantry::tasks::TrashHold;
use tenantry::webhooks::Signatures;

/// The page that calls.
pub const ORIGIN: &str = "http://localhost:3000";

/// What the routes are given.
pub async fn state(verifier: Verifier, url: &str, metrics: Metrics) -> AppState {
    let db = Db::connect(&database(url)).await.expect("a database");
    let revocations = Revocations::default();
    let clerk = Api::new(ApiConfig::new("http://127.0.0.1:9", None)).expect("a client");
    AppState::from(Parts {
        readiness: Readiness::new(&db, &verifier, &revocations, &clerk, &Lifecycle::default()),
        metrics,
        events: Feed::new(db.clone(), Clock::system(), 10),
        dashboard: Dashboard::default(),
        db,
        entitlements: Entitlements::new(Catalogue::default(), TimeDelta::days(7), Clock::system(), &revocations),
        verifier,
        revocations,
        signatures: Signatures::new(&[]).expect("no secret"),
        mail: Mail::default(),
        limiter: Limiter::new(&limits_of(0), 4, &Clock::system()),
        workspaces: Workspaces { personal: false },
        clerk,
        step_up: StepUp(None),
        trash: TrashHold(TimeDelta::days(30)),
    })
}

/// What every request is held to.
pub fn limits() -> Limits {
    Limits {
        timeout: Duration::from_secs(10),
        body: 1024 * 1024,
        concurrent: 512,
        origins: vec![HeaderValue::from_static(ORIGIN)],
    }
}

/// A guarded handler behind door and buckets, as `router.rs` puts them, and everything around.
pub fn limited(state: &AppState, rate: u32) -> Router {
    let limiter = Limiter::new(&limits_of(rate), 4, &Clock::system());
    let door = Door { limiter: limiter.clone(), verifier: state.verifier.clone() };
    let routes = Router::new()
        .route("/guarded", get(async |_: RequireView| "ok"))
        .route_layer(around((callers(state), limiter), identify_and_limit))
        .layer(around(door, limit_address));
    wrap(routes, &limits(), &state.metrics).with_state(state.clone())
}

/// What tells who calls.
pub fn callers(state: &AppState) -> Callers {
    Callers { verifier: state.verifier.clone(), revocations: state.revocations.clone() }
}

/// So many of everything a second, none of which is reached.
fn limits_of(rate: u32) -> LimitsConfig {
    let rates = Rates { read: rate, write: rate, search: rate, webhook: rate };
    LimitsConfig { rates, tenant_factor: 10, ..LimitsConfig::default() }
}

fn database(url: &str) -> DatabaseConfig {
    let url = DatabaseUrl::parse(url).expect("an address");
    DatabaseConfig {
        direct_url: url.clone(),
        migration_url: url.clone(),
        url,
        max_connections: 4,
        min_connections: 0,
        acquire_timeout: Duration::from_secs(3),
        statement_timeout: Duration::from_secs(5),
        auto_migrate: false,
    }
}
