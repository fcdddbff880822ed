//! Unknown addresses and methods, malformed paths, parameters and cursors.

use axum::http::Method;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Bad, expect, invalid};

on_both_databases! {
    async fn there_is_nothing_at_an_unknown_address(app) {
        let paths = [
            "/nothing", "/api", "/api/", "/api/nothing", "/api/tasks/", "/api/task", "/API/TASKS",
            "//api/tasks", "/api/tasks/stats/more", "/%2e%2e/api/tasks", "/api/tasks%2fstats", "/openapi.yaml", "/.env",
        ];
        expect(&app, paths.map(|path| Bad::get(path).is("404 route_not_found")).into()).await;
        let post = Bad::sending(Method::POST, "/api/nothing", "{}").is("404 route_not_found");
        expect(&app, vec![post, Bad::new(Method::DELETE, "/").is("405 method_not_allowed")]).await;
    }

    async fn another_method_is_told_which_there_are(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await.path();
        for (method, path, allowed) in [
            ("DELETE", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("PUT", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("TRACE", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("CONNECT", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("PROPFIND", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("get", "/api/tasks", vec!["GET", "HEAD", "POST"]),
            ("POST", &task, vec!["DELETE", "GET", "HEAD", "PATCH", "PUT"]),
            ("POST", "/api/tasks/stats", vec!["GET", "HEAD"]),
            ("GET", &format!("{task}/complete"), vec!["PATCH"]),
            ("POST", "/livez", vec!["GET", "HEAD"]),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = Bad::new(method.clone(), path).send(&app, &admin).await;
            answer.assert_problem(path);
            assert_eq!(answer.summary(), "405 method_not_allowed", "{method} {path}");
            let mut allow: Vec<&str> = answer.header("allow").unwrap_or_default().split(',').map(str::trim).collect();
            allow.sort_unstable();
            assert_eq!(allow, allowed, "RFC 9110 section 15.5.6 demands Allow: {method} {path}");
        }
    }

    async fn a_malformed_path_is_refused(app) {
        let mut requests = Vec::new();
        for id in ["1", "x", "null", "0193", "%zz", "%", "%00", "..%2fme", "0193b3a4-0000-7000-8000-00000000000g", "%F0%9F%A6%80", "-1"] {
            let path = format!("/api/tasks/{id}");
            let refused = |bad: Bad| bad.is(invalid("id", "invalid_value"));
            requests.push(refused(Bad::get(&*path)));
            requests.push(refused(Bad::sending(Method::PATCH, &*path, r#"{"title": "a"}"#)));
            requests.push(refused(Bad::sending(Method::PUT, &*path, r#"{"title": "a"}"#)));
            requests.push(refused(Bad::new(Method::DELETE, &*path)));
            requests.push(refused(Bad::new(Method::PATCH, format!("{path}/complete"))));
        }
        requests.push(Bad::get("/api/tasks/%FF").is("400 path_malformed"));
        requests.push(Bad::get("/api/%FF/tasks").is("400 path_malformed"));
        requests.push(Bad::get("/api/%C3%28/stats").is("400 path_malformed"));
        requests.push(Bad::get(format!("/api/tasks/{}", "x".repeat(8_000))).is(invalid("id", "invalid_value")));
        requests.push(Bad::get("/api/user_somebody_else/tasks").is("403 other_person"));
        requests.push(Bad::get("/api/user%00/tasks").is("403 other_person"));
        requests.push(Bad::get("/api//tasks").is("403 other_person"));
        requests.push(Bad::get("/api/tasks/00000000-0000-0000-0000-000000000000").is("404 task_not_found"));
        expect(&app, requests).await;
    }

    async fn an_unacceptable_parameter_is_named(app) {
        let mut requests = Vec::new();
        for (query, parameter, code) in PARAMETERS {
            requests.push(Bad::get(format!("/api/tasks?{query}")).is(invalid(parameter, code)));
        }
        let long = "x".repeat(201);
        requests.push(Bad::get(format!("/api/tasks?search={long}")).is(invalid("search", "too_long")));
        requests.push(Bad::get(format!("/api/members?search={long}")).is(invalid("search", "too_long")));
        let values = vec!["a"; 101].join(",");
        requests.push(Bad::get(format!("/api/tasks?label={values}")).is(invalid("label", "invalid_value")));
        for query in ["search=%FF", "search=%00", "search=%C3%28", "%FF=1", "label=a%00b", "limit=%ED%A0%80"] {
            requests.push(Bad::get(format!("/api/tasks?{query}")).is("400 query_malformed"));
            requests.push(Bad::get(format!("/api/members?{query}")).is("400 query_malformed"));
        }
        let many: Vec<String> = (0..100).map(|n| format!("p{n}=1")).collect();
        requests.push(Bad::get(format!("/api/tasks?{}", many.join("&"))).is("400 query_malformed"));
        for query in ["limit=0", "limit=201", "offset=10001", "role=", "colour=red", "limit=1&limit=1"] {
            let parameter = query.split('=').next().unwrap();
            let code = match query {
                "colour=red" => "unknown_parameter",
                "limit=0" | "limit=201" | "offset=10001" => "out_of_range",
                _ => "invalid_value",
            };
            requests.push(Bad::get(format!("/api/members?{query}")).is(invalid(parameter, code)));
        }
        requests.push(Bad::get("/api/tasks?limit=0&offset=10001").is("422 validation_failed limit out_of_range offset out_of_range"));
        expect(&app, requests).await;
    }

    async fn a_cursor_that_was_not_ours_is_refused(app) {
        let cursor = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let good = json!({"by": "created_at", "order": "desc", "key": {"time": "2026-01-01T00:00:00Z"}, "id": "0193b3a4-0000-7000-8000-000000000000"});
        let with = |member: &str, value: Value| {
            let mut changed = good.clone();
            changed[member] = value;
            cursor(&changed)
        };
        let mut requests = Vec::new();
        for text in ["x", "%2B%2F", "====", "bm90IGpzb24", &BASE64_URL_SAFE_NO_PAD.encode([0xff; 9]), &"A".repeat(50_000),
            &cursor(&json!(null)), &cursor(&json!([])), &cursor(&json!({})), &cursor(&json!({"by": "created_at"})),
            &with("id", json!(7)), &with("id", json!("x")), &with("order", json!("up")), &with("key", json!({"text": "a"})),
            &with("key", json!({"rank": 1})), &with("key", json!({"text": "\0"})), &with("key", json!("time")),
            &with("key", json!({"time": "yesterday"})), &with("key", json!({"rank": 99_999})),
            &with("key", json!({"time": "-262000-01-01T00:00:00Z"})), &with("key", json!({"time": "+262000-01-01T00:00:00Z"})),
        ] {
            requests.push(Bad::get(format!("/api/tasks?cursor={text}")).is(invalid("cursor", "invalid_value")));
        }
        let good_text = cursor(&good);
        for query in ["&sort_by=title", "&sort_order=asc", "&sort_by=due_date&sort_order=asc"] {
            requests.push(Bad::get(format!("/api/tasks?cursor={good_text}{query}")).is(invalid("cursor", "contradiction")));
        }
        requests.push(Bad::get(format!("/api/tasks?cursor={good_text}&offset=0")).is(invalid("offset", "contradiction")));
        requests.push(Bad::get(format!("/api/tasks?cursor={good_text}&cursor={good_text}")).is(invalid("cursor", "invalid_value")));
        for id in [json!("\0"), json!(1)] {
            requests.push(Bad::get(format!("/api/members?cursor={}", with("id", id))).is(invalid("cursor", "invalid_value")));
        }
        for key in [json!({"time": "-262000-01-01T00:00:00Z"}), json!({"text": "a"}), json!({"rank": 1})] {
            requests.push(Bad::get(format!("/api/members?cursor={}", with("key", key))).is(invalid("cursor", "invalid_value")));
        }
        expect(&app, requests).await;
    }
}

/// Queries of `GET /api/tasks`, the parameter at fault, and the code of the mistake.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("colour=red", "colour", "unknown_parameter"),
    ("Limit=1", "Limit", "unknown_parameter"),
    ("=1", "", "unknown_parameter"),
    ("page=2", "page", "unknown_parameter"),
    ("limit=0", "limit", "out_of_range"),
    ("limit=201", "limit", "out_of_range"),
    ("limit=-1", "limit", "invalid_value"),
    ("limit=x", "limit", "invalid_value"),
    ("limit=", "limit", "invalid_value"),
    ("limit", "limit", "invalid_value"),
    ("limit=1.5", "limit", "invalid_value"),
    ("limit=99999999999999999999", "limit", "invalid_value"),
    ("limit=1&limit=2", "limit", "invalid_value"),
    ("limit=1&l%69mit=1", "limit", "invalid_value"),
    ("offset=10001", "offset", "out_of_range"),
    ("offset=18446744073709551615", "offset", "out_of_range"),
    ("offset=-1", "offset", "invalid_value"),
    ("status=done", "status", "invalid_value"),
    ("status=pending,,started", "status", "invalid_value"),
    ("status=", "status", "invalid_value"),
    ("status=pending&status=done", "status", "invalid_value"),
    ("priority=urgent", "priority", "invalid_value"),
    ("completed=yes", "completed", "invalid_value"),
    ("completed=true&completed=false", "completed", "invalid_value"),
    ("due_before=tomorrow", "due_before", "invalid_value"),
    ("due_after=2026-01-01", "due_after", "invalid_value"),
    ("due_before=-262000-01-01T00:00:00Z", "due_before", "invalid_value"),
    ("due_after=%2B262000-01-01T00:00:00Z", "due_after", "invalid_value"),
    ("sort_by=id", "sort_by", "invalid_value"),
    ("sort_by=title%3BDROP", "sort_by", "invalid_value"),
    ("sort_order=up", "sort_order", "invalid_value"),
    ("sort_by=title&sort_by=title", "sort_by", "invalid_value"),
    ("count=all", "count", "invalid_value"),
    ("search=a&search=b", "search", "invalid_value"),
];
