//! Failures of every kind as callers see them, and what every answer carries.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::routing::get;
use clerk_emulator::TokenRequest;
use serde_json::json;
use tenantry::config::LogFormat;
use tenantry::error::Error;
use tenantry::http::middleware::{Limits, wrap};
use tenantry::metrics::Metrics;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::support::{Answer, Database, Log, ORIGIN, Setup, TestApp};

/// Routes that fail, within the furniture of the real ones.
fn failing() -> Router {
    let routes = Router::new()
        .route("/panic", get(async || -> &'static str { panic!("the secret of {}", "the panic") }))
        .route("/slow", get(async || std::future::pending::<&'static str>().await))
        .route("/cause", get(async || Err::<(), Error>(anyhow::anyhow!("the secret cause").context("outer").into())))
        .route("/bare", get(async || StatusCode::IM_A_TEAPOT))
        .route("/long", get(async || "word ".repeat(1000)))
        .route("/tagged", get(async || ([("etag", "\"v1\"")], "word ".repeat(1000))));
    let limits = Limits {
        timeout: Duration::from_millis(50),
        body: 1024,
        concurrent: 10,
        origins: vec![HeaderValue::from_static(ORIGIN)],
    };
    wrap(routes, &limits, &Metrics::default())
}

async fn ask(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    Answer::read(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

#[tokio::test]
async fn a_failure_of_ours_says_nothing_of_its_cause_but_the_log_does() {
    let router = failing();
    for (path, summary, cause) in [
        ("/panic", "500 internal_error", "panic: the secret of the panic"),
        ("/cause", "500 internal_error", "outer: the secret cause"),
        ("/bare", "500 internal_error", "a bare 418"),
        ("/slow", "503 timeout", "timeout"),
    ] {
        let (log, _listening) = Log::capture(LogFormat::Json, "info");
        let answer = ask(&router, path, &[("x-request-id", "find-me-7")]).await;
        answer.assert_problem(path);
        assert_eq!(answer.summary(), summary);
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "a 5xx must not tell its cause: {path}");
        let lines = log.lines_with("find-me-7");
        assert_eq!(lines.len(), 1, "{path}: a failure is logged once: {lines:?}");
        assert!(lines[0].contains(cause), "{path}: the log should have the cause: {lines:?}");
    }
}

#[tokio::test]
async fn what_may_pass_says_when_to_come_again() {
    let answer = ask(&failing(), "/slow", &[]).await;
    assert_eq!((answer.summary().as_str(), answer.header("retry-after")), ("503 timeout", Some("1")));
}

#[tokio::test]
async fn only_answers_without_a_tag_are_compressed() {
    let router = failing();
    let gzip = [("accept-encoding", "gzip")];
    let long = ask(&router, "/long", &gzip).await;
    assert_eq!(long.header("content-encoding"), Some("gzip"));
    assert!(long.body.len() < 1000 && long.header("vary").is_some_and(|vary| vary.contains("accept-encoding")));
    assert_eq!(ask(&router, "/long", &[]).await.header("content-encoding"), None);
    let tagged = ask(&router, "/tagged", &gzip).await;
    assert_eq!((tagged.header("content-encoding"), tagged.body.len()), (None, 5000), "a strong ETag names these bytes");
}

on_both_databases! {
    async fn a_usable_request_id_is_kept_and_any_other_replaced(app) {
        for good in ["a", "01a1fdc5-cfce-7204", "trace/7:8_9.0+1=", &"x".repeat(128)] {
            let answer = app.nobody().header("x-request-id", good).get("/api/me").await;
            assert_eq!(answer.header("x-request-id"), Some(good));
            assert_eq!(answer.json()["request_id"], good);
        }
        for bad in ["", "a b", "ü", "a\"b", "{}", "<script>", &"x".repeat(129)] {
            let answer = app.nobody().header("x-request-id", bad).get("/api/me").await;
            let id = answer.header("x-request-id").unwrap();
            assert!(uuid::Uuid::parse_str(id).is_ok(), "{bad:?} became {id:?}");
            answer.assert_problem(bad);
        }
        let (one, two) = (app.nobody().get("/livez").await, app.nobody().get("/livez").await);
        assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    }

    async fn every_answer_carries_the_security_headers(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let answers = [admin.get("/api/tasks").await, admin.get(task.path()).await, admin.get("/nothing").await,
            app.nobody().get("/api/me").await, admin.delete(task.path()).await, admin.get("/docs/").await];
        for answer in answers {
            let shown = format!("{} {:?}", answer.status, answer.headers);
            for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")] {
                assert_eq!(answer.header(name), Some(value), "{name}: {shown}");
            }
            assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors 'none'")), "{shown}");
            assert!(answer.header("cache-control").is_some(), "what one tenant sees must not be shared: {shown}");
        }
    }

    async fn a_page_of_an_allowed_origin_may_call_with_credentials(app) {
        let admin = app.organization("acme").await.admin().header("origin", ORIGIN);
        let answers = [admin.get("/api/tasks").await, admin.get("/api/tasks?limit=0").await, admin.get("/nothing").await,
            app.nobody().header("origin", ORIGIN).get("/api/me").await];
        for answer in answers {
            let shown = format!("{} {:?}", answer.status, answer.headers);
            assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "also on errors: {shown}");
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{shown}");
            let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
            for name in ["etag", "link", "location", "retry-after", "x-total-count", "x-request-id", "idempotency-replayed", "ratelimit-remaining"] {
                assert!(exposed.split(',').any(|one| one == name), "{name} should be readable by the page: {exposed}");
            }
            let vary = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase()).collect::<Vec<_>>();
            assert!(vary.join(",").contains("origin"), "{shown}");
        }
    }

    async fn a_page_of_another_origin_may_not(app) {
        let admin = app.organization("acme").await.admin();
        for origin in ["https://evil.example", "http://localhost:3000.evil.example", "null", "http://localhost:3001", "https://localhost:3000"] {
            let answer = admin.clone().header("origin", origin).get("/api/tasks").await;
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        }
    }

    async fn a_preflight_is_answered_before_authentication(app) {
        let preflight = app.nobody().header("origin", ORIGIN).header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization,content-type,if-match,idempotency-key");
        for path in ["/api/tasks", "/api/tasks/0193b3a4-0000-7000-8000-000000000000", "/api/members/user_1"] {
            let answer = preflight.request(axum::http::Method::OPTIONS, path, None).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.summary());
            assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            let allowed = answer.header("access-control-allow-headers").unwrap().to_lowercase();
            for name in ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-request-id"] {
                assert!(allowed.split(',').any(|one| one == name), "{name} should be allowed: {allowed}");
            }
            let methods = answer.header("access-control-allow-methods").unwrap();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                assert!(methods.split(',').any(|one| one == method), "{method} should be allowed: {methods}");
            }
        }
        let refused = preflight.header("origin", "https://evil.example").request(axum::http::Method::OPTIONS, "/api/tasks", None).await;
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }

    async fn head_is_get_without_a_body(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        for path in [task.path(), "/api/tasks?count=exact".into(), "/livez".into(), "/api/me".into()] {
            let got = admin.get(&path).await;
            let head = admin.request(axum::http::Method::HEAD, &path, None).await;
            assert_eq!((head.status, head.body.len()), (got.status, 0), "{path}");
            for name in ["etag", "content-type", "x-total-count"] {
                assert_eq!(head.header(name), got.header(name), "{path} {name}");
            }
        }
        assert_eq!(app.nobody().request(axum::http::Method::HEAD, "/api/me", None).await.status, 401);
    }

    async fn a_refused_token_says_why(app) {
        let acme = app.organization("acme").await;
        let request = || TokenRequest::for_user(&*acme.admin_id).organization(&*acme.id);
        let minted = |request: TokenRequest| Some(app.clerk.session_token(&request).unwrap());
        let good = minted(request()).unwrap();
        let tampered = format!("{}AAAA", &good[..good.len() - 4]);
        for (what, token, code) in [
            ("none", None, "token_missing"),
            ("malformed", Some("not-a-token".into()), "token_invalid"),
            ("tampered with", Some(tampered), "token_invalid"),
            ("expired", minted(request().lifetime(-60)), "token_expired"),
            ("not active yet", minted(request().issued_at(chrono::Utc::now().timestamp() + 3600).lifetime(60)), "token_not_active"),
            ("of a foreign issuer", minted(request().claim("iss", json!("https://clerk.elsewhere.example"))), "token_invalid"),
            ("of a foreign party", minted(request().azp("https://evil.example")), "token_invalid"),
            ("of no party", minted(request().without_azp()), "token_invalid"),
            ("of a pending session", minted(request().status(Some("pending"))), "session_pending"),
            ("of an unknown key", minted(request().header("kid", json!("ins_unknown"))), "token_invalid"),
            ("unsigned", minted(request().header("alg", json!("none"))), "token_invalid"),
        ] {
            let caller = token.map_or_else(|| app.nobody(), |token| app.bearer(token));
            for path in ["/api/me", "/api/tasks"] {
                let answer = caller.get(path).await;
                answer.assert_problem(what);
                assert_eq!(answer.summary(), format!("401 {code}"), "{what}");
                let challenge = match code {
                    "token_missing" => "Bearer".to_owned(),
                    code => format!("Bearer error=\"invalid_token\", error_description=\"{code}\""),
                };
                assert_eq!(answer.header("www-authenticate"), Some(&*challenge), "{what}");
            }
        }
        assert_eq!(app.bearer(good).get("/api/me").await.summary(), "200");
    }

    async fn without_keys_a_readable_token_must_wait(app) {
        // Bound and dropped: nobody answers there.
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let setup = Setup { jwks_url: Some(format!("http://{nobody}/jwks.json")), ..Setup::default() };
        let admin = app.organization("acme").await.admin();
        let keyless = app.another_instance(&setup).await;
        let answer = admin.clone().at(&keyless).get("/api/tasks").await;
        answer.assert_problem("no keys");
        assert_eq!((answer.summary().as_str(), answer.header("retry-after")), ("503 keys_unavailable", Some("2")));
        assert_eq!(answer.header("www-authenticate"), None, "the token is not at fault");
        for unreadable in ["nonsense", "a.b.c", "sk_test_x", "e30.e30.e30"] {
            assert_eq!(keyless.bearer(unreadable).get("/api/tasks").await.summary(), "401 token_invalid", "{unreadable}");
        }
        assert_eq!(keyless.nobody().get("/api/tasks").await.summary(), "401 token_missing");
        let ready = keyless.nobody().get("/readyz").await;
        assert_eq!(ready.status, 503);
        assert_eq!(ready.json(), json!({"status": "unavailable", "database": "ok", "keys": "unavailable"}));
        assert_eq!(keyless.nobody().get("/livez").await.summary(), "200");
    }

    async fn the_database_is_away(app) {
        let admin = app.organization("acme").await.admin();
        assert_eq!(admin.get("/readyz").await.json(), json!({"status": "ok", "database": "ok", "keys": "ok"}));
        app.db.clone().close().await.unwrap();
        for answer in [admin.get("/api/tasks").await, admin.post("/api/tasks", json!({"title": "a"})).await, admin.get("/api/me").await] {
            answer.assert_problem("the database is away");
            assert_eq!((answer.summary().as_str(), answer.header("retry-after")), ("503 database_unavailable", Some("2")));
        }
        for path in ["/readyz", "/health"] {
            let answer = app.nobody().get(path).await;
            assert_eq!(answer.status, 503);
            assert_eq!(answer.json(), json!({"status": "unavailable", "database": "unavailable", "keys": "ok"}));
        }
        assert_eq!(app.nobody().get("/livez").await.summary(), "200", "a restart would not bring the database back");
    }

    async fn the_root_says_what_this_is(app) {
        let about = app.nobody().get("/").await.json();
        assert_eq!((about["name"].as_str(), about["version"].as_str()), (Some("Tenantry"), Some(env!("CARGO_PKG_VERSION"))));
        for link in about["links"].as_object().unwrap().values() {
            assert_eq!(app.nobody().get(link.as_str().unwrap()).await.summary(), "200", "{link}");
        }
        assert_eq!(app.nobody().header("accept", "*/*").get("/").await.summary(), "200");
        let browser = app.nobody().header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").get("/").await;
        let page = if tenantry::dashboard::is_built() { "/app/" } else { "/docs/" };
        assert_eq!((browser.status.as_u16(), browser.header("location")), (303, Some(page)));
        let vary: Vec<_> = browser.headers.get_all("vary").iter().collect();
        assert!(vary.iter().any(|name| *name == "accept"), "a cache must keep the two apart: {vary:?}");
    }

    async fn the_documentation_needs_no_other_host(app) {
        let page = app.nobody().get("/docs/").await;
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(!html.contains("//"), "the page should refer to nothing outside: {html}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("http"), "{policy}");
        let files: Vec<&str> = html.split('"').filter(|text| text.ends_with(".js") || text.ends_with(".css")).collect();
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            let answer = app.nobody().get(format!("/docs/{}", file.trim_start_matches("./"))).await;
            assert_eq!(answer.summary(), "200", "{file}");
        }
        let start = app.nobody().get("/docs/swagger-initializer.js").await;
        let script = String::from_utf8(start.body.to_vec()).unwrap();
        assert!(script.contains("/openapi.json") && !script.contains("://"), "{script}");
        assert!(script.contains("\"validatorUrl\": \"none\""), "the page would ask another host to check the document: {script}");
        assert!(app.nobody().get("/docs").await.status.is_redirection());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_dropped_is_away_too() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let admin = app.organization("acme").await.admin();
    admin.create_task("Ship it").await;
    app.scratch.drop_now();
    // The first finds its connection cut, the others find no database to connect to.
    for answer in [admin.get("/api/tasks").await, admin.get("/api/tasks").await, admin.get("/api/me").await] {
        answer.assert_problem("the database was dropped");
        assert_eq!(answer.summary(), "503 database_unavailable");
    }
    assert_eq!(app.nobody().get("/readyz").await.json()["database"], "unavailable");
}
