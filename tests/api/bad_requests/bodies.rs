//! Bodies that are too large, of another kind, no JSON, of another shape, or unacceptable.

use axum::body::{Body, Bytes};
use axum::http::Method;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::{Bad, expect, invalid};

const MEBIBYTE: usize = 1024 * 1024;
const MALFORMED: &str = "400 json_malformed";

on_both_databases! {
    async fn a_body_over_the_limit_is_refused(app) {
        let large = |size: usize| format!("{{\"title\": \"{}\"}}", "x".repeat(size - 13));
        let chunked = |size: usize| {
            let mut bad = Bad::task("");
            // Frames that pass through a closure do not say how many more will come.
            bad.body = Body::new(Full::new(Bytes::from(large(size))).map_frame(|frame| frame));
            bad
        };
        let path = app.organization("acme").await.admin().create_task("Ship it").await.path();
        expect(&app, vec![
            Bad::task(large(MEBIBYTE)).is(invalid("/title", "too_long")),
            Bad::task(large(MEBIBYTE + 1)).is("413 body_too_large"),
            Bad::task(large(MEBIBYTE + 1)).header("content-length", (MEBIBYTE + 1).to_string()).is("413 body_too_large"),
            chunked(MEBIBYTE + 1).is("413 body_too_large"),
            Bad::sending(Method::PATCH, &*path, large(MEBIBYTE + 1)).is("413 body_too_large"),
            Bad::sending(Method::PATCH, format!("{path}/complete"), large(MEBIBYTE + 1)).is("413 body_too_large"),
        ]).await;
    }

    async fn only_json_is_taken(app) {
        let body = r#"{"title": "Ship it"}"#;
        let kinds: [&[u8]; 10] = [b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x",
            b"application/xml", b"application/jsonp", b"json", b"text/json", b"", b"application/\xff", b"*/*"];
        let refused = |bad: Bad| bad.is("415 unsupported_media_type");
        let mut requests: Vec<Bad> = kinds.map(|kind| refused(Bad::task(body).header("content-type", kind))).into();
        requests.push(refused(Bad::task(body).without_header("content-type")));
        let complete = format!("{}/complete", app.organization("acme").await.admin().create_task("Ship it").await.path());
        requests.push(refused(Bad::sending(Method::PATCH, complete, "{}").header("content-type", "text/plain")));
        expect(&app, requests).await;
    }

    async fn what_is_not_one_json_text_is_malformed(app) {
        let bodies: [&[u8]; 22] = [b"", b" ", b"{", b"{\"title\"", b"{\"title\":", b"{\"title\": \"a", b"{\"title\": \"a\"", b"{\"title\": 1",
            b"{\"title\": \"a\"} x", b"{\"title\": \"a\"}{}", b"{\"title\": \"a\",}", b"{'title': 'a'}", b"{title: \"a\"}",
            b"{\"title\": \"a\"} // done", b"\xef\xbb\xbf{\"title\": \"a\"}", b"{\"title\": \"\xff\"}", b"\xff\xfe{\x00}\x00",
            b"{\"title\": \"\\ud800\"}", b"{\"title\": \"\\udc00\\ud800\"}", b"{\"title\": \"a\nb\"}", b"{\"title\": \"\x00\"}", b"{\"title\": NaN}"];
        expect(&app, bodies.map(|body| Bad::task(body).is(MALFORMED)).into()).await;
        expect(&app, vec![
            Bad::task(r#"{"title": "a", "description": 1e999999}"#).is(MALFORMED),
            Bad::task(r#"{"title": "a"}"#).header("content-encoding", "identity").header("content-type", "text/html").is("415 unsupported_media_type"),
            Bad::task(b"\x1f\x8b\x08\x00".as_slice()).header("content-encoding", "gzip").is(MALFORMED),
        ]).await;
    }

    async fn json_of_another_shape_is_pointed_at(app) {
        let deep = format!("{{\"title\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_labels = format!("{{\"labels\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_unknown = format!("{{\"x\": {}1{}}}", "{\"x\":".repeat(100_000), "}".repeat(100_000));
        let many = format!("[{}]", vec!["{}"; 100_000].join(","));
        expect(&app, vec![
            Bad::task("null").is(invalid("", "invalid_type")),
            Bad::task("[]").is(invalid("", "invalid_type")),
            Bad::task(r#"["Ship it", null, "pending", "low", null, null, null, null]"#).is(invalid("", "invalid_type")),
            Bad::task("1").is(invalid("", "invalid_type")),
            Bad::task("\"title\"").is(invalid("", "invalid_type")),
            Bad::task("123456789012345678901234567890").is(invalid("", "invalid_type")),
            Bad::task(many).is(invalid("", "invalid_type")),
            Bad::task(deep).is(MALFORMED),
            Bad::task(deep_labels).is(MALFORMED),
            Bad::task(deep_unknown).is(MALFORMED),
            Bad::task(r#"{"title": "a", "title": "b"}"#).is(invalid("/title", "duplicate_field")),
            Bad::task(r#"{"title": "a", "tit\u006ce": "b"}"#).is(invalid("/title", "duplicate_field")),
            Bad::task(r#"{"Title": "a"}"#).is(invalid("/Title", "unknown_field")),
            Bad::task(r#"{"title": "a", "completed": true}"#).is(invalid("/completed", "unknown_field")),
            Bad::task(r#"{"title": "a", "org_id": "org_other"}"#).is(invalid("/org_id", "unknown_field")),
            Bad::task(r#"{"title": "a", "tenant_id": "org_other"}"#).is(invalid("/tenant_id", "unknown_field")),
            Bad::task(r#"{"title": "a", "id": "x"}"#).is(invalid("/id", "unknown_field")),
            Bad::task(r#"{"title": "a", "a/b~c": 1}"#).is(invalid("/a~1b~0c", "unknown_field")),
        ]).await;
    }

    async fn a_field_of_another_type_is_pointed_at(app) {
        let path = app.organization("acme").await.admin().create_task("Ship it").await.path();
        let wrong = [json!(1), json!(1.5), json!(true), json!({}), json!([]), json!(-9_223_372_036_854_775_808_i64)];
        let mut requests = Vec::new();
        for field in ["title", "description", "category", "assignee_id"] {
            for value in &wrong {
                let mut body = json!({"title": "Ship it"});
                body[field] = value.clone();
                let expected = invalid(&format!("/{field}"), "invalid_type");
                requests.push(Bad::task(body.to_string()).is(&*expected));
                requests.push(Bad::sending(Method::PATCH, &*path, json!({ field: value }).to_string()).is(expected));
            }
        }
        for (body, expected) in [
            (json!({"labels": "a"}), invalid("/labels", "invalid_type")),
            (json!({"labels": {}}), invalid("/labels", "invalid_type")),
            (json!({"labels": ["a", 2]}), invalid("/labels/1", "invalid_type")),
            (json!({"labels": ["a", "b", null]}), invalid("/labels/2", "invalid_type")),
            (json!({"due_date": 1_700_000_000}), invalid("/due_date", "invalid_type")),
            (json!({"status": 1}), invalid("/status", "invalid_type")),
            (json!({"priority": []}), invalid("/priority", "invalid_type")),
            (json!({"completed": "true"}), invalid("/completed", "invalid_type")),
            (json!({"completed": 1}), invalid("/completed", "invalid_type")),
        ] {
            requests.push(Bad::sending(Method::PUT, &*path, body.to_string()).is(expected));
        }
        let complete = format!("{path}/complete");
        requests.push(Bad::sending(Method::PATCH, &*complete, "{}").is(invalid("/completed", "required")));
        requests.push(Bad::sending(Method::PATCH, &*complete, r#"{"completed": null}"#).is(invalid("/completed", "invalid_type")));
        requests.push(Bad::sending(Method::PATCH, &*complete, r#"{"done": true}"#).is(invalid("/done", "unknown_field")));
        expect(&app, requests).await;
    }

    async fn an_unacceptable_value_is_pointed_at(app) {
        let path = app.organization("acme").await.admin().create_task("Ship it").await.path();
        let mut requests = Vec::new();
        for (field, value, code) in unacceptable() {
            let place = if let Some(index) = value.as_array().and_then(|list| list.iter().position(|one| !is_label(one))) {
                format!("/labels/{index}")
            } else {
                format!("/{field}")
            };
            let mut body = json!({"title": "Ship it"});
            body[field] = value.clone();
            requests.push(Bad::task(body.to_string()).is(invalid(&place, code)));
            requests.push(Bad::sending(Method::PATCH, &*path, json!({ field: value }).to_string()).is(invalid(&place, code)));
        }
        requests.push(Bad::task("{}").is(invalid("/title", "required")));
        requests.push(Bad::task(r#"{"title": null}"#).is(invalid("/title", "required")));
        let null = |field: &str| json!({ field: null }).to_string();
        for field in ["title", "status", "priority", "completed"] {
            requests.push(Bad::sending(Method::PATCH, &*path, null(field)).is(invalid(&format!("/{field}"), "null")));
        }
        let both = r#"{"status": "pending", "completed": true}"#;
        requests.push(Bad::sending(Method::PATCH, &*path, both).is(invalid("/completed", "contradiction")));
        let several = json!({"title": " ", "description": "x".repeat(10_001), "category": "y".repeat(51)});
        requests.push(Bad::task(several.to_string()).is("422 validation_failed /title empty /description too_long /category too_long"));
        expect(&app, requests).await;
    }
}

/// Fields of a task with values that are not acceptable, and the code of the mistake.
fn unacceptable() -> Vec<(&'static str, Value, &'static str)> {
    let mut all = vec![
        ("title", json!(""), "empty"),
        ("title", json!(" \t\n\u{a0}\u{2003}"), "empty"),
        ("title", json!("x".repeat(256)), "too_long"),
        ("title", json!("ü".repeat(256)), "too_long"),
        ("title", json!("a\0b"), "invalid_character"),
        ("description", json!("x".repeat(10_001)), "too_long"),
        ("description", json!("\0"), "invalid_character"),
        ("category", json!(""), "empty"),
        ("category", json!("x".repeat(51)), "too_long"),
        ("category", json!("\0"), "invalid_character"),
        ("labels", json!(vec!["a"; 21]), "too_many"),
        ("labels", json!(["a", ""]), "empty"),
        ("labels", json!(["a", "b", "x".repeat(51)]), "too_long"),
        ("labels", json!(["a\0"]), "invalid_character"),
        ("assignee_id", json!("user_nobody"), "not_a_member"),
        ("assignee_id", json!(""), "not_a_member"),
        ("assignee_id", json!("\0"), "not_a_member"),
        ("assignee_id", json!("u".repeat(5_000)), "not_a_member"),
    ];
    for status in ["", "done", "Pending", "pending ", "in_progress"] {
        all.push(("status", json!(status), "invalid_value"));
    }
    for priority in ["", "urgent", "HIGH", "1"] {
        all.push(("priority", json!(priority), "invalid_value"));
    }
    for due in [
        "",
        "tomorrow",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "1767225600",
    ] {
        all.push(("due_date", json!(due), "invalid_value"));
    }
    for due in [
        "0001-01-01T00:00:00Z",
        "0999-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "+10000-01-01T00:00:00Z",
        "-262000-01-01T00:00:00Z",
    ] {
        all.push(("due_date", json!(due), "out_of_range"));
    }
    all
}

fn is_label(value: &Value) -> bool {
    value.as_str().is_some_and(|text| (1..=50).contains(&text.len()) && !text.contains('\0'))
}
