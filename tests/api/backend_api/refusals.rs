//! Each of Clerk's refusals, over real HTTP, and what our own callers are told.

use serde_json::{Value, json};
use tenantry::clerk::api::{Found, Names, Refusal, Trouble};
use tenantry::clerk::event::Payer;
use tenantry::config::LogFormat;
use tenantry::error::Error;

use super::{client, invite, look, refused};
use crate::members::backend::Backend;
use crate::support::Log;

const ABSENT: Error = Error::NotFound { code: "absent", detail: "Absent." };

/// `402 member_limit_reached`, with the pointers of mistakes, the seats and the permission where there are any.
fn told(refusal: Refusal) -> String {
    let error = refusal.into_error(ABSENT);
    let problem = serde_json::to_value(error.problem("id")).unwrap();
    let mut text = format!("{} {}", problem["status"], problem["code"].as_str().unwrap());
    for mistake in problem["errors"].as_array().into_iter().flatten() {
        text.push_str(&format!(" {}", mistake["pointer"].as_str().unwrap()));
    }
    for member in ["seats_quantity", "permission"] {
        if !problem[member].is_null() {
            text.push_str(&format!(" {member}={}", problem[member].to_string().trim_matches('"')));
        }
    }
    text
}

#[tokio::test]
async fn every_row_of_the_table_is_told_as_what_it_means() {
    let none = json!({});
    let named = |name: &str| json!({ "param_name": name });
    let rows: Vec<(u16, &str, Value, &str)> = vec![
        (403, "organization_membership_quota_exceeded", none.clone(), "402 member_limit_reached"),
        (402, "insufficient_seats", json!({"seats_quantity": 5}), "402 member_limit_reached seats_quantity=5"),
        (402, "insufficient_seats", none.clone(), "402 member_limit_reached"),
        (400, "organization_invitation_not_unique", none.clone(), "409 invitation_exists"),
        (400, "duplicate_record", json!({"email_addresses": ["uma@example.com"]}), "409 invitation_exists"),
        (400, "already_a_member_in_organization", none.clone(), "409 already_member"),
        (400, "organization_minimum_permissions_needed", none.clone(), "409 last_admin"),
        (404, "organization_invitation_not_pending", none.clone(), "409 invitation_not_pending"),
        (409, "organization_membership_managed_by_scim", none.clone(), "409 managed_by_directory"),
        (422, "personal_accounts_not_allowed", none.clone(), "409 only_organization"),
        (422, "exclusive_organization_membership", none.clone(), "409 exclusive_membership"),
        (400, "organization_member_limit_managed_by_billing", none.clone(), "409 limit_managed_by_billing"),
        (
            403,
            "missing_organization_permission",
            none.clone(),
            "403 permission_missing permission=org:sys_memberships:manage",
        ),
        (403, "not_a_member_in_organization", none.clone(), "403 not_a_member"),
        (404, "organization_not_found_or_unauthorized", none.clone(), "403 not_a_member"),
        (404, "resource_not_found", none.clone(), "404 absent"),
        (404, "something_new", none.clone(), "404 absent"),
        (422, "form_param_format_invalid", named("email_address"), "422 validation_failed /email_address"),
        (422, "form_param_value_invalid", named("role"), "422 validation_failed /role"),
        (422, "form_param_value_invalid", named("password"), "422 not_accepted"),
        (422, "something_new", none.clone(), "422 not_accepted"),
        // About us, and not about the request.
        (400, "api_version_invalid", none.clone(), "503 clerk_unavailable"),
        (400, "bulk_size_exceeded", none.clone(), "503 clerk_unavailable"),
        (401, "clerk_key_invalid", none.clone(), "503 clerk_unavailable"),
        (402, "unsupported_subscription_plan_features", none.clone(), "503 clerk_unavailable"),
        (403, "authorization_invalid", none.clone(), "503 clerk_unavailable"),
        (403, "billing_not_enabled", none.clone(), "503 clerk_unavailable"),
        (409, "resource_locked", none.clone(), "503 clerk_unavailable"),
        (410, "operation_deprecated", none.clone(), "503 clerk_unavailable"),
        (429, "too_many_requests", none.clone(), "503 clerk_unavailable"),
        (500, "internal_clerk_error", none.clone(), "503 clerk_unavailable"),
        (503, "service_unavailable", none.clone(), "503 clerk_unavailable"),
        (504, "gateway_timeout", none, "503 clerk_unavailable"),
    ];
    for (status, code, meta, expected) in rows {
        let backend = Backend::answering(status, &[], refused(code, meta)).await;
        assert_eq!(told(invite(&client(&backend)).await.unwrap_err()), expected, "{status} {code}");
    }
}

#[tokio::test]
async fn every_field_that_is_named_is_told_once() {
    let item = |name: &str| json!({"code": "form_param_format_invalid", "meta": {"param_name": name}});
    let body = json!({"errors": [item("first_name"), item("last_name"), item("first_name")]}).to_string();
    let backend = Backend::answering(422, &[], body).await;
    let refusal = client(&backend).rename_user("user_a", &Names::default()).await.unwrap_err();
    assert_eq!(told(refusal), "422 validation_failed /first_name /last_name");
}

#[tokio::test]
async fn where_there_is_no_subscription_that_is_told_apart_from_no_billing() {
    let payer = Payer::Organization("org_a".into());
    for (status, code) in [(404, "subscription_not_found"), (404, "payer_not_found")] {
        let backend = Backend::answering(status, &[], refused(code, json!({}))).await;
        let found = client(&backend).look_up_subscription(&payer).await;
        assert!(matches!(found, Ok(Found::Absent(_))), "{found:?}");
    }
    let backend = Backend::answering(403, &[], refused("billing_not_enabled", json!({}))).await;
    let off = client(&backend).look_up_subscription(&payer).await;
    assert!(matches!(off, Err(Trouble::Refused(Refusal::BillingOff))), "{off:?}");
}

/// A wrong key is our mistake, and no caller can mend it: whoever runs the server is told, once until it works again.
#[tokio::test]
async fn a_refused_key_is_said_loudly_and_once() {
    let (log, _guard) = Log::capture(LogFormat::Json, "trace");
    let refused = || (401, "", refused("clerk_key_invalid", json!({})));
    let fine = (200, "", super::invitation("orginv_1"));
    let backend = Backend::in_turn(&[refused(), refused(), fine, refused()]).await;
    let api = client(&backend);
    let loud = || log.lines_with("CLERK_SECRET_KEY").iter().filter(|line| line.contains("ERROR")).count();
    for (answered, said) in [(false, 1), (false, 1), (true, 1), (false, 2)] {
        let looked = look(&api).await;
        assert_eq!((looked.is_ok(), loud()), (answered, said), "{looked:?}");
        assert!(answered || matches!(looked, Err(Refusal::KeyRefused { .. })));
    }
}
