//! The buckets of callers and tenants.

use std::time::Duration;

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::json;
use tenantry::config::{LimitsConfig, LogFormat, Rates};

use super::{FEW, limited, parked, rates, standing};
use crate::support::{Answer, Caller, Database, Log, ORIGIN, TestApp};

/// One request of a kind.
async fn one(caller: &Caller, kind: &str) -> Answer {
    match kind {
        "read" => caller.get("/api/tasks?limit=1").await,
        "search" => caller.get("/api/tasks?search=milk").await,
        _ => caller.post("/api/tasks", json!({"title": "Ship it"})).await,
    }
}

on_both_databases! {
    async fn each_kind_of_request_has_its_own_burst_and_its_own_rate(app) {
        let (limited, clock) = limited(&app, rates(Rates { read: 3, write: 2, search: 1, webhook: 0 })).await;
        let admin = app.organization("acme").await.admin().at(&limited);
        for (kind, rate, fine) in [("read", 3_u32, "200"), ("write", 2, "201"), ("search", 1, "200")] {
            let burst = 2 * rate;
            for sent in 1..=burst {
                let reset = sent.div_ceil(rate);
                assert_eq!(standing(&one(&admin, kind).await), format!("{fine} {burst}/{}/{reset}", burst - sent), "{kind}");
            }
            let refused = one(&admin, kind).await;
            refused.assert_problem(kind);
            // The next is there in 1/rate seconds, and the last of them after two in all.
            assert_eq!(standing(&refused), format!("429 rate_limited {burst}/0/2"), "{kind}");
            assert_eq!(refused.header("retry-after"), Some("1"), "{kind}");

            clock.advance(Duration::from_secs(1) / rate);
            assert_eq!(standing(&one(&admin, kind).await), format!("{fine} {burst}/0/2"), "{kind}: one has come back");
            assert_eq!(one(&admin, kind).await.summary(), "429 rate_limited", "{kind}: and no more");
        }
        clock.advance(Duration::from_secs(2));
        assert_eq!(standing(&one(&admin, "read").await), "200 6/5/1", "everything has come back");
    }

    async fn colleagues_have_a_bucket_each_and_share_their_tenants(app) {
        let limits = LimitsConfig { tenant_factor: 2, ..rates(FEW) };
        let (limited, clock) = limited(&app, limits).await;
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let one = acme.admin().at(&limited);
        let two = acme.member("org:member").await.at(&limited);
        let three = acme.member("org:member").await.at(&limited);
        for left in [3, 2, 1, 0] {
            assert_eq!(standing(&one.get("/api/me").await), format!("200 4/{left}/{}", (4_usize - left).div_ceil(2)));
        }
        for _ in 0..3 {
            assert_eq!(one.get("/api/me").await.summary(), "429 rate_limited");
        }
        // What one was refused is not taken from the others.
        for left in [3, 2, 1] {
            assert_eq!(standing(&two.get("/api/me").await), format!("200 4/{left}/{}", (4_usize - left).div_ceil(2)));
        }
        assert_eq!(standing(&two.get("/api/me").await), "200 4/0/2");
        let refused = three.get("/api/me").await;
        assert_eq!(standing(&refused), "429 rate_limited 8/0/2", "the tenant has none left");
        assert_eq!(standing(&rival.admin().at(&limited).get("/api/me").await), "200 4/3/1", "another tenant is untouched");

        clock.advance(Duration::from_millis(250));
        assert_eq!(standing(&three.get("/api/me").await), "200 8/0/2", "the tighter of the two is told");
    }

    async fn a_fresh_token_and_another_session_do_not_begin_anew(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        let acme = app.organization("acme").await;
        for _ in 0..4 {
            assert_eq!(acme.admin().at(&limited).get("/api/me").await.summary(), "200");
        }
        assert_eq!(acme.admin().at(&limited).get("/api/me").await.summary(), "429 rate_limited", "a fresh token");
        let session = app.clerk.create_session(&acme.admin_id).unwrap().id;
        let request = TokenRequest::for_user(&*acme.admin_id).organization(&*acme.id).session(session);
        let token = app.clerk.session_token(request).unwrap();
        assert_eq!(limited.bearer(token).get("/api/me").await.summary(), "429 rate_limited", "another session");
    }

    async fn a_person_has_a_bucket_in_each_organization(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let elsewhere = rival.add(&acme.admin_id, "org:member").await.at(&limited);
        let alone = app.clerk.session_token(TokenRequest::for_user(&*acme.admin_id)).unwrap();
        for caller in [acme.admin().at(&limited), elsewhere, limited.bearer(alone)] {
            assert_eq!(standing(&caller.get("/api/me").await), "200 4/3/1");
        }
    }

    async fn whoever_is_refused_costs_nothing_further(app) {
        let (limited, _clock) = limited(&app, rates(Rates { write: 1, ..FEW })).await;
        let admin = app.organization("acme").await.admin();
        let there = admin.clone().at(&limited);
        for _ in 0..2 {
            assert_eq!(one(&there, "write").await.summary(), "201");
        }
        // The database could not answer now.
        limited.db.clone().close().await.unwrap();
        let (body, hold) = parked(r#"{"title": "Too much"}"#);
        let refused = there.send(Method::POST, "/api/tasks", Some(body)).await;
        assert_eq!(refused.summary(), "429 rate_limited");
        assert!(!hold.is_asked(), "the body of a refused request was read");
    }

    async fn a_page_may_read_how_it_stands(app) {
        let (limited, _clock) = limited(&app, rates(Rates { read: 1, ..FEW })).await;
        let admin = app.organization("acme").await.admin().at(&limited).header("origin", ORIGIN).header("accept-encoding", "gzip");
        for expected in ["200 2/1/1", "200 2/0/2", "429 rate_limited 2/0/2"] {
            let answer = admin.get("/api/me").await;
            assert_eq!(standing(&answer), expected);
            assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{expected}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{expected}");
            let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
            for name in ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"] {
                assert!(exposed.split(',').any(|one| one == name), "{name} should be readable by the page: {exposed}");
            }
        }
    }

    async fn every_answer_to_a_verified_caller_says_how_they_stand(app) {
        let (limited, _clock) = limited(&app, rates(Rates { read: 100, write: 100, search: 100, webhook: 0 })).await;
        let admin = app.organization("acme").await.admin().at(&limited);
        let task = admin.create_task("Ship it").await;
        let viewer = app.organization("acme").await.member_with(&["org:tasks:view"]).await.at(&limited);
        for answer in [
            admin.get(task.path()).await,
            admin.clone().header("if-none-match", &task.etag).get(task.path()).await,
            admin.get("/api/tasks?limit=0").await,
            admin.get("/api/tasks/0193b3a4-0000-7000-8000-000000000000").await,
            viewer.post("/api/tasks", json!({"title": "No"})).await,
            admin.clone().header("if-match", "\"v9\"").delete(task.path()).await,
            admin.delete(task.path()).await,
        ] {
            assert_eq!(answer.header("ratelimit-limit"), Some("200"), "{}", answer.summary());
        }
    }

    async fn without_limits_nothing_is_counted(app) {
        let admin = app.organization("acme").await.admin();
        for _ in 0..300 {
            assert_eq!(standing(&admin.get("/api/me").await), "200 -/-/-");
        }
        assert_eq!(standing(&app.nobody().get("/api/me").await), "401 token_missing -/-/-");
    }
}

#[tokio::test]
async fn a_refusal_is_logged_once() {
    let app = TestApp::start(Database::Sqlite).await;
    let (limited, _clock) = limited(&app, rates(Rates { read: 1, ..FEW })).await;
    let admin = app.organization("acme").await.admin().at(&limited);
    for _ in 0..2 {
        admin.get("/api/me").await;
    }
    let (log, _listening) = Log::capture(LogFormat::Json, "info");
    admin.header("x-request-id", "find-me-8").get("/api/me").await;
    let lines = log.lines_with("find-me-8");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("rate_limited") && lines[0].contains("429"), "{lines:?}");
}
