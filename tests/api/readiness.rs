//! Whether an instance can serve: what makes it say so, what makes it say otherwise, and what asking costs.

use std::time::{Duration, Instant};

use axum::http::Method;
use clerk_emulator::{Fault, TokenRequest};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use serde_json::json;
use tenantry::clerk::api::{ApiConfig, BreakerConfig};
use tenantry::clerk::{Clock, KeySource, Verifier, VerifierConfig};
use tenantry::health::Readiness;
use tenantry::metrics::Metrics;
use tenantry::state::Parts;

use crate::support::{ORIGIN, Setup, TestApp};

/// The same service, its readiness by other parts.
fn with_readiness(app: &TestApp, readiness: Readiness) -> TestApp {
    let state = Parts { readiness, ..Parts::clone(&app.state) };
    app.serving(state.into())
}

on_both_databases! {
    async fn an_instance_that_is_told_to_end_wants_no_more_requests(app) {
        let setup = Setup::default();
        let instance = app.another_instance(&setup).await;
        assert_eq!(instance.nobody().get("/readyz").await.summary(), "200");
        setup.lifecycle.end();
        for path in ["/readyz", "/health"] {
            let answer = instance.nobody().get(path).await;
            assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (503, Some("stopping")), "{path}");
        }
        assert_eq!(instance.nobody().get("/livez").await.summary(), "200", "it is alive until it has ended");
        let task = app.organization("acme").await.admin().at(&instance).post("/api/tasks", json!({"title": "Late"})).await;
        assert_eq!(task.summary(), "201", "who comes all the same is served");
    }

    async fn what_nobody_can_mend_by_going_elsewhere_is_named_and_no_reason_to(app) {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut away = ApiConfig::new(format!("http://{nobody}"), Some("sk_test_x".into()));
        away.breaker = BreakerConfig { failures: 1, ..BreakerConfig::default() };
        let instance = app.another_instance(&Setup { backend_api: Some(away), ..Setup::default() }).await;
        let admin = app.organization("acme").await.admin().at(&instance);
        assert_eq!(admin.get("/readyz").await.json(), json!({"status": "ok", "database": "ok", "keys": "ok"}));
        assert_eq!(admin.patch("/api/me", json!({"first_name": "Ada"})).await.status, 503);
        let answer = admin.get("/readyz").await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.json(),
            json!({"status": "degraded", "database": "ok", "keys": "ok", "degraded": ["backend_api_away"]})
        );
    }

    async fn keys_that_clerk_does_not_confirm_are_stale_and_go_on(app) {
        let clock = Clock::manual(Duration::from_millis(Clock::system().unix_millis().unsigned_abs()));
        let url = format!("{}/.well-known/jwks.json", app.clerk.base_url());
        let keys = KeySource::Jwks { url, bearer: None };
        let config = VerifierConfig { clock: clock.clone(), ..VerifierConfig::new(app.clerk.issuer(), vec![ORIGIN.into()], keys) };
        let verifier = Verifier::new(config).unwrap();
        let acme = app.organization("acme").await;
        let token = app.clerk.session_token(TokenRequest::for_user(&*acme.admin_id).organization(&*acme.id)).unwrap();
        verifier.verify(&token).await.unwrap();
        let Parts { db, revocations, clerk, .. } = &*app.state;
        let instance = with_readiness(&app, Readiness::new(db, &verifier, revocations, clerk, &Setup::default().lifecycle));
        assert_eq!(instance.nobody().get("/readyz").await.json()["status"], "ok");

        app.clerk.fail(Fault::down().on(Method::GET, "/.well-known"));
        clock.advance(Duration::from_mins(11));
        let answer = instance.nobody().get("/readyz").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["degraded"]), (200, &json!(["keys_stale"])));
        clock.advance(Duration::from_hours(25));
        let answer = instance.nobody().get("/readyz").await;
        assert_eq!((answer.status.as_u16(), answer.json()["keys"].as_str()), (503, Some("unavailable")));
    }

    async fn a_flood_of_probes_is_none_of_statements(app) {
        let registry = Registry::new();
        let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().unwrap();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let db = app.db.clone().measured(&Metrics::new(provider.meter("test")));
        let instance = app.over(db, &Setup::default());
        let begun = Instant::now();
        let probes = (0..200).map(|_| instance.nobody()).map(async |caller| caller.get("/readyz").await.status.as_u16());
        for status in futures_util::future::join_all(probes).await {
            assert_eq!(status, 200);
        }
        let most = begun.elapsed().as_secs() + 1;
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        let pings = text.lines().find(|line| line.contains("_count") && line.contains("\"PING\"")).unwrap();
        let pings: u64 = pings.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((1..=most).contains(&pings), "{pings} statements for 200 probes in less than {most} s");
    }
}
