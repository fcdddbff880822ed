//! What a request costs through the whole router: our own work alone, and a list of 20 of 1 000 tasks on SQLite.

#[path = "support/service.rs"]
mod service;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use clerk_emulator::{Emulator, NewOrganization, NewUser, Seed, TokenRequest};
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt;
use migration::{Migrator, MigratorTrait};
use service::{ORIGIN, callers, limited, limits, state};
use tenantry::auth::{RequireView, authenticate};
use tenantry::clerk::{KeySource, Verifier, VerifierConfig};
use tenantry::http::around::around;
use tenantry::http::middleware::{Limits, wrap};
use tenantry::metrics::Metrics;
use tenantry::state::AppState;
use tower::ServiceExt;

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
    let keys = KeySource::Pem(clerk.public_key_pem());
    let config = VerifierConfig::new(clerk.issuer(), vec![ORIGIN.into()], keys);
    let state = state(Verifier::new(config).expect("a verifier"), &url, Metrics::default()).await;
    #[expect(clippy::disallowed_methods, reason = "a bench makes its own schema")]
    Migrator::up(state.db.system_connection(), None).await.expect("a schema");
    Bench { state, limits: limits(), token, _folder: folder }
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
        .route_layer(around(callers(&bench.state), authenticate));
    let guarded = wrap(guarded, &bench.limits, &bench.state.metrics).with_state(bench.state.clone());
    c.bench_function("request/guarded_handler", |b| {
        b.to_async(&runtime).iter(|| send(&guarded, bench.request("GET", "/guarded", Body::empty())));
    });
    for (name, rate) in [("request/guarded_and_not_limited", 0), ("request/guarded_and_limited", 100_000)] {
        let limited = limited(&bench.state, rate);
        c.bench_function(name, |b| {
            b.to_async(&runtime).iter(|| send(&limited, bench.request("GET", "/guarded", Body::empty())));
        });
    }
    c.bench_function("request/list_20_of_1000_sqlite", |b| {
        b.to_async(&runtime).iter(|| send(&app, bench.request("GET", "/api/tasks?limit=20", Body::empty())));
    });
}

criterion_group!(benches, requests);
criterion_main!(benches);
