//! A Backend API that refuses, fails, or talks nonsense: never a 500, never a lie, and nothing changes here.

use clerk_emulator::NewUser;
use serde_json::{Value, json};
use tenantry::clerk::api::ApiConfig;
use tenantry::config::LogFormat;

use super::backend::SECRET;
use super::{Backend, asking, path, stored};
use crate::support::{Caller, Database, Log, TestApp};

/// A body as Clerk refuses.
fn refusal(code: &str, meta: Value) -> String {
    let message = "Something about ines@example.com";
    json!({"errors": [{"message": message, "long_message": message, "code": code, "meta": meta}], "clerk_trace_id": "abc123"})
        .to_string()
}

/// Role and removal, and what each came to: summary, mistakes where there are any, and `Retry-After`.
async fn both(caller: &Caller, user: &str) -> [String; 2] {
    let told = |answer: &crate::support::Answer| match answer.header("retry-after") {
        Some(seconds) => format!("{} after {seconds}", answer.mistakes()),
        None => answer.mistakes(),
    };
    [told(&caller.patch(path(user), json!({"role": "admin"})).await), told(&caller.delete(path(user)).await)]
}

on_both_databases! {
    async fn each_refusal_has_its_answer(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let before = stored(&app, &acme.id, &sam.user_id).await;
        let away = "503 clerk_unavailable after 5";
        let role = "422 validation_failed /role not_accepted";
        let none = json!({});
        for (status, code, meta, expected) in [
            (400, "organization_minimum_permissions_needed", none.clone(), "409 last_admin"),
            (404, "resource_not_found", none.clone(), "404 member_not_found"),
            (409, "organization_membership_managed_by_scim", none.clone(), "409 managed_by_directory"),
            (422, "personal_accounts_not_allowed", none.clone(), "409 only_organization"),
            (422, "form_param_value_invalid", json!({"param_name": "role"}), role),
            (422, "form_param_format_invalid", json!({"param_name": "user_id"}), "422 not_accepted"),
            (422, "something_new", none.clone(), "422 not_accepted"),
            // About us, and not about the request.
            (400, "api_version_invalid", none.clone(), away),
            (401, "clerk_key_invalid", none.clone(), away),
            (402, "unsupported_subscription_plan_features", none.clone(), away),
            (403, "authorization_invalid", none.clone(), away),
            (409, "resource_locked", none.clone(), away),
            (409, "role_migration_in_progress", none.clone(), away),
            (429, "too_many_requests", none.clone(), away),
            (500, "internal_clerk_error", none.clone(), away),
            (503, "service_unavailable", none.clone(), away),
            (504, "gateway_timeout", none, away),
        ] {
            let backend = Backend::answering(status, &[("content-type", "application/json")], refusal(code, meta)).await;
            let caller = acme.admin().at(&asking(&app, &backend));
            assert_eq!(both(&caller, &sam.user_id).await, [expected, expected], "{status} {code}");
        }
        assert_eq!(stored(&app, &acme.id, &sam.user_id).await, before);
    }

    async fn clerks_wish_to_wait_is_passed_on(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        for (told, passed) in [("7", 7), ("0", 1), ("999999", 3600), ("Fri, 31 Dec 1999 23:59:59 GMT", 5), ("-1", 5)] {
            let backend = Backend::answering(429, &[("retry-after", told)], refusal("too_many_requests", json!({}))).await;
            let caller = acme.admin().at(&asking(&app, &backend));
            let expected = format!("503 clerk_unavailable after {passed}");
            assert_eq!(both(&caller, &sam.user_id).await, [&*expected, &*expected], "{told}");
            // A wait of seconds is passed on; a short one is waited for, twice by each.
            let asked = if passed > 5 { 2 } else { 6 };
            assert_eq!(backend.asked().len(), asked, "{told}");
        }
    }

    async fn an_answer_that_says_nothing_is_an_outage(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let before = stored(&app, &acme.id, &sam.user_id).await;
        let other = json!({"id": "orgmem_1", "role": "org:admin", "created_at": 1, "updated_at": 1,
            "organization": {"id": "org_other", "name": "Other"}, "public_user_data": {"user_id": sam.user_id}});
        for (status, body) in [
            (200, "<html>Welcome</html>".to_owned()),
            (200, String::new()),
            (200, "{}".into()),
            (200, "[]".into()),
            (200, other.to_string()),
            (200, "x".repeat(300_000)),
            (201, "{}".into()),
            (204, String::new()),
            (302, String::new()),
            (500, "<html>".into()),
            (502, "{\"errors\": 1}".into()),
        ] {
            let backend = Backend::answering(status, &[("location", "http://127.0.0.1:9/")], body.clone()).await;
            let caller = acme.admin().at(&asking(&app, &backend));
            let away = "503 clerk_unavailable after 5";
            assert_eq!(both(&caller, &sam.user_id).await, [away, away], "{status} {:.40}", body);
        }
        assert_eq!(stored(&app, &acme.id, &sam.user_id).await, before);
    }

    async fn a_clerk_that_is_away_or_silent_is_503_and_reading_goes_on(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        for backend in [Backend::away().await, Backend::silent().await] {
            let caller = acme.admin().at(&asking(&app, &backend));
            let away = "503 clerk_unavailable after 5";
            assert_eq!(both(&caller, &sam.user_id).await, [away, away]);
            let asked = backend.asked().len();
            for read in ["/api/members", &path(&sam.user_id), "/api/me", "/api/organization", "/api/organizations", "/api/tasks"] {
                assert_eq!(caller.get(read).await.summary(), "200", "{read}");
            }
            assert_eq!(backend.asked().len(), asked, "reading asks Clerk nothing");
        }
    }

    async fn a_server_without_a_secret_key_says_so(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let mut backend = Backend::away().await;
        backend.config = ApiConfig::new(app.clerk.base_url(), None);
        let caller = acme.admin().at(&asking(&app, &backend));
        let answer = "503 clerk_not_configured after 60";
        assert_eq!(both(&caller, &sam.user_id).await, [answer, answer]);
    }

    async fn clerk_is_asked_under_the_tokens_organization_with_key_and_version(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let backend = Backend::answering(404, &[], refusal("resource_not_found", json!({}))).await;
        both(&acme.admin().at(&asking(&app, &backend)), &sam.user_id).await;
        let membership = format!("/v1/organizations/{}/memberships", acme.id);
        let expected = [
            format!("PATCH {membership}/{}", sam.user_id),
            // Was it the person or the role that Clerk does not know?
            format!("GET {membership}?user_id={}&limit=2", sam.user_id),
            format!("DELETE {membership}/{}", sam.user_id),
        ];
        let asked = backend.asked();
        assert_eq!(asked.iter().map(|(line, _)| line.clone()).collect::<Vec<_>>(), expected);
        for (_, headers) in &asked {
            assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
            assert_eq!(headers["clerk-api-version"], "2026-05-12");
            assert!(headers["user-agent"].to_str().unwrap().starts_with("tenantry/"));
        }
    }
}

/// The log tells what an operator needs, and nobody's name, address or key.
#[tokio::test]
async fn a_refusal_is_in_the_log_and_nothing_personal_is() {
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let ines = NewUser { first_name: Some("Inesperada".into()), ..NewUser::with_email("ines@example.com") };
    let ines = app.clerk.create_user(ines).unwrap().id;
    acme.add(&ines, "org:member").await;
    let (log, _guard) = Log::capture(LogFormat::Json, "trace");
    let refusing = Backend::answering(401, &[], refusal("clerk_key_invalid", json!({}))).await;
    let rude = Backend::answering(500, &[], refusal("Inesperada said\n", json!({}))).await;
    for backend in [&refusing, &rude, &Backend::away().await] {
        both(&acme.admin().at(&asking(&app, backend)), &ines).await;
    }
    assert_eq!(acme.admin().patch(path(&ines), json!({"role": "admin"})).await.summary(), "200");
    assert_eq!(acme.admin().delete(path(&ines)).await.summary(), "204");
    let told = log.lines_with("clerk_unavailable");
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(told[0].contains("answered 401 clerk_key_invalid (trace abc123)"), "{}", told[0]);
    for secret in [SECRET, &app.clerk.secret_key(), "ines@example.com", "Inesperada"] {
        let lines = log.lines_with(secret);
        assert!(lines.is_empty(), "{secret} must not reach the log: {lines:#?}");
    }
}
