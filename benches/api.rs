//! What a request costs through the whole router: our own work alone, and a list of 20 of 1 000 tasks on SQLite.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use chrono::TimeDelta;
use clerk_emulator::{Emulator, NewOrganization, NewUser, Seed, TokenRequest};
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt;
use migration::{Migrator, MigratorTrait};
use tenantry::auth::{RequireView, Revocations, StepUp, Workspaces, authenticate};
use tenantry::clerk::api::ApiConfig;
use tenantry::clerk::{Api, Clock, KeySource, Verifier, VerifierConfig};
use tenantry::config::{Catalogue, DatabaseConfig, DatabaseUrl, LimitsConfig, Rates};
use tenantry::dashboard::Dashboard;
use tenantry::db::Db;
use tenantry::entitlements::Entitlements;
use tenantry::events::Feed;
use tenantry::health::Readiness;
use tenantry::http::middleware::{Limits, wrap};
use tenantry::limits::{Door, Limiter, limit_address, limit_caller};
use tenantry::mail::Mail;
use tenantry::metrics::Metrics;
use tenantry::server::Lifecycle;
use tenantry::state::AppState;
use tenantry::tasks::TrashHold;
use tenantry::webhooks::Signatures;
use tower::ServiceExt;

const ORIGIN: &str = "http://localhost:3000";

struct Bench {
    state: AppState,
    limits: Limits,
    token: String,
    _folder: tempfile::TempDir,
}

async fn prepare() -> Bench {
    let clerk = Emulator::builder().seed(Seed::empty()).authorized_party(ORIGIN).build().expect("a local Clerk");
    let user = clerk.create_user(NewUser::default()).expect("a person").id;
    let new = NewOrganization { name: "Acme".into(), created_by: Some(user.clone()), ..NewOrganization::default() };
    let organization = clerk.create_organization(new).expect("an organization").id;
    let request = TokenRequest::for_user(&*user).organization(organization).lifetime(3600);
    let token = clerk.session_token(&request).expect("a token");

    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("bench.db").display());
    let db = Db::connect(&database(&url)).await.expect("a database");
    #[expect(clippy::disallowed_methods, reason = "a bench makes its own schema")]
    Migrator::up(db.system_connection(), None).await.expect("a schema");

    let keys = KeySource::Pem(clerk.public_key_pem());
    let config = VerifierConfig::new(clerk.issuer(), vec![ORIGIN.into()], keys);
    let revocations = Revocations::default();
    let grace = chrono::TimeDelta::days(7);
    let verifier = Verifier::new(config).expect("a verifier");
    let clerk = Api::new(ApiConfig::new(clerk.base_url(), None)).expect("a client");
    let state = AppState {
        readiness: Readiness::new(&db, &verifier, &revocations, &clerk, &Lifecycle::default()),
        metrics: Metrics::default(),
        events: Feed::new(db.clone(), Clock::system(), 10),
        dashboard: Dashboard::default(),
        db,
        entitlements: Entitlements::new(Catalogue::default(), grace, Clock::system(), &revocations),
        verifier,
        revocations,
        signatures: Signatures::new(&[]).expect("no secret"),
        mail: Mail::default(),
        limiter: Limiter::new(&limits_of(0), 4, &Clock::system()),
        workspaces: Workspaces { personal: false },
        clerk,
        step_up: StepUp(None),
        trash: TrashHold(TimeDelta::days(30)),
    };
    let limits = Limits {
        timeout: Duration::from_secs(10),
        body: 1024 * 1024,
        concurrent: 512,
        origins: vec![HeaderValue::from_static(ORIGIN)],
    };
    Bench { state, limits, token, _folder: folder }
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

impl Bench {
    fn request(&self, method: &str, path: &str, body: Body) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body)
            .expect("a request")
    }
}

async fn send(router: &Router, request: Request<Body>) -> usize {
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.into_body().collect().await.expect("a body").to_bytes().len()
}

fn requests(c: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let bench = runtime.block_on(prepare());
    let app = tenantry::app(bench.state.clone(), &bench.limits);
    runtime.block_on(async {
        for number in 0..1000 {
            let body = format!(r#"{{"title": "Task {number}", "priority": "high", "category": "work"}}"#);
            send(&app, bench.request("POST", "/api/tasks", Body::from(body))).await;
        }
    });

    // Ours is the difference between these two: middleware, token, guard.
    let bare: Router = Router::new().route("/bare", get(async || "ok"));
    c.bench_function("request/bare_handler", |b| {
        b.to_async(&runtime).iter(|| send(&bare, bench.request("GET", "/bare", Body::empty())));
    });
    let guarded = Router::new()
        .route("/guarded", get(async |_: RequireView| "ok"))
        .route_layer(from_fn_with_state((bench.state.verifier.clone(), bench.state.revocations.clone()), authenticate));
    let guarded = wrap(guarded, &bench.limits, &bench.state.metrics).with_state(bench.state.clone());
    c.bench_function("request/guarded_handler", |b| {
        b.to_async(&runtime).iter(|| send(&guarded, bench.request("GET", "/guarded", Body::empty())));
    });
    for (name, rate) in [("request/guarded_and_not_limited", 0), ("request/guarded_and_limited", 100_000)] {
        let limited = limited(&bench, rate);
        c.bench_function(name, |b| {
            b.to_async(&runtime).iter(|| send(&limited, bench.request("GET", "/guarded", Body::empty())));
        });
    }
    c.bench_function("request/list_20_of_1000_sqlite", |b| {
        b.to_async(&runtime).iter(|| send(&app, bench.request("GET", "/api/tasks?limit=20", Body::empty())));
    });
}

/// The guarded handler behind door and buckets, as `router.rs` puts them.
fn limited(bench: &Bench, rate: u32) -> Router {
    let limiter = Limiter::new(&limits_of(rate), 4, &Clock::system());
    let door = Door { limiter: limiter.clone(), verifier: bench.state.verifier.clone() };
    let routes = Router::new()
        .route("/guarded", get(async |_: RequireView| "ok"))
        .route_layer(from_fn_with_state(limiter, limit_caller))
        .route_layer(from_fn_with_state((bench.state.verifier.clone(), bench.state.revocations.clone()), authenticate))
        .layer(from_fn_with_state(door, limit_address));
    wrap(routes, &bench.limits, &bench.state.metrics).with_state(bench.state.clone())
}

criterion_group!(benches, requests);
criterion_main!(benches);
