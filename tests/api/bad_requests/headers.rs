//! Malformed conditions, keys and credentials; and requests that only look bad.

use axum::http::Method;
use serde_json::json;

use super::{Bad, expect, invalid};

on_both_databases! {
    async fn a_malformed_condition_or_key_is_refused(app) {
        let path = app.organization("acme").await.admin().create_task("Ship it").await.path();
        let mut requests = Vec::new();
        for tag in ["v1", "\"v1", "v1\"", "\"v1\" \"v2\"", "", ",", "w/\"v1\"", "1", "\"v1\", x", "W/", "'v1'"] {
            let refused = |bad: Bad| bad.is("400 etag_malformed");
            requests.push(refused(Bad::get(&*path).header("if-none-match", tag)));
            requests.push(refused(Bad::new(Method::DELETE, &*path).header("if-match", tag)));
            requests.push(refused(Bad::sending(Method::PATCH, &*path, r#"{"title": "a"}"#).header("if-match", tag)));
            requests.push(refused(Bad::new(Method::PATCH, format!("{path}/complete")).header("if-match", tag)));
        }
        requests.push(Bad::new(Method::DELETE, &*path).header("if-match", b"\"\xff\"").is("400 etag_malformed"));
        for tag in ["\"v2\"", "\"other\"", "W/\"v1\"", "\"v01\"", "\"v99999999999999999999\"", "\"\"", "\"v-1\""] {
            requests.push(Bad::new(Method::DELETE, &*path).header("if-match", tag).is("412 precondition_failed"));
        }
        let body = r#"{"title": "Ship it"}"#;
        let keyed = |key: &[u8]| Bad::task(body).header("idempotency-key", key).is("400 idempotency_key_malformed");
        requests.extend([keyed(b""), keyed(&[b'k'; 256]), keyed("schlüssel".as_bytes()), keyed(b"\xff"), keyed(b"a b"), keyed(b"a\tb")]);
        requests.push(keyed(b"one").and_header("idempotency-key", "two"));
        requests.push(keyed(b"one").and_header("idempotency-key", "one"));
        let long = format!("/api/tasks?{}=1", "x".repeat(2_000));
        requests.push(Bad::sending(Method::POST, long, body).header("idempotency-key", "long").is(invalid(&"x".repeat(2_000), "unknown_parameter")));
        expect(&app, requests).await;
        let left = app.organization("acme").await.admin().get("/api/tasks").await.list().len();
        assert_eq!(left, 1, "a refused request must not change anything");
    }

    async fn odd_credentials_are_no_credentials(app) {
        let token = app.organization("acme").await.admin().token.unwrap();
        let bearer = format!("Bearer {token}");
        let nobody = app.nobody();
        for (values, expected) in [
            (vec![bearer.as_bytes(), bearer.as_bytes()], "401 token_invalid"),
            (vec![b"Basic eA==", bearer.as_bytes()], "401 token_invalid"),
            (vec![b"Basic eA=="], "401 token_missing"),
            (vec![b"Bearer"], "401 token_missing"),
            (vec![b"Bearer "], "401 token_missing"),
            (vec![token.as_bytes()], "401 token_invalid"),
            (vec![format!("Bearer  {token}").as_bytes()], "401 token_invalid"),
            (vec![format!("Bearer {token} {token}").as_bytes()], "401 token_invalid"),
            (vec![format!("Bearer {token},{token}").as_bytes()], "401 token_invalid"),
            (vec![b"Bearer \xff"], "401 token_invalid"),
            (vec![format!("Bearer {}", "a".repeat(20_000)).as_bytes()], "401 token_invalid"),
            (vec![b"Bearer a.b.c"], "401 token_invalid"),
            (vec![b"Bearer ..", ], "401 token_invalid"),
        ] {
            let what = String::from_utf8_lossy(values[0]).chars().take(60).collect::<String>();
            let bad = values.iter().fold(Bad::get("/api/tasks"), |bad, value| bad.and_header("authorization", value));
            let answer = bad.send(&app, &nobody).await;
            answer.assert_problem(&what);
            assert_eq!(answer.summary(), expected, "{what}");
        }
    }

    async fn what_only_looks_bad_is_accepted(app) {
        let admin = app.organization("acme").await.admin();
        let longest = json!({
            "title": format!("  {}  ", "ü".repeat(255)), "description": "🦀".repeat(10_000), "category": "c".repeat(50),
            "labels": (0..20).map(|n| format!("label {n}")).collect::<Vec<_>>(), "due_date": "2016-12-31T23:59:60Z",
        });
        let task = admin.create(longest).await;
        assert_eq!(task.body["title"], "ü".repeat(255));
        assert_eq!(task.body["due_date"], "2017-01-01T00:00:00Z", "one meaning of a leap second on both databases");
        let again = admin.get(task.path()).await;
        assert_eq!(again.json(), task.body, "what was answered on creation is what is stored");
        let charset = admin.clone().header("content-type", "Application/JSON; charset=utf-8");
        assert_eq!(charset.post("/api/tasks", json!({"title": "a"})).await.summary(), "201");
        for path in ["/api/tasks?", "/api/tasks?&&", "/api/tasks?search=", "/api/tasks?search=%zz", "/api/tasks?search=%25%5F%5C'%3B--",
            "/api/tasks?limit=200&offset=10000", "/api/tasks?limit=%31", "/livez?probe=1"] {
            assert_eq!(admin.get(path).await.summary(), "200", "{path}");
        }
    }
}
