//! What subscriptions look like in webhooks, in the Backend API and at the command line.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Served, demo};

const GET: Method = Method::GET;
const POST: Method = Method::POST;

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_item_names_payer_and_subscription_only_when_it_travels_alone() {
    let emulator = demo().build().unwrap();
    emulator.subscribe("rival", "team").unwrap();
    let events = emulator.take_events();
    let last = |kind: &str| &events.iter().rfind(|event| event["type"] == kind).unwrap()["data"];

    let alone = last("subscriptionItem.active");
    let rival = emulator.organization("rival").unwrap();
    assert_eq!(alone["object"], "subscription_item");
    assert_eq!(alone["payer"]["organization_id"], json!(rival.id));
    assert_eq!(alone["payer"]["organization_name"], "Rival Carpentry");
    assert_eq!((&alone["payer"]["user_id"], &alone["payer"]["email"]), (&json!(""), &json!("")));
    assert_eq!((&alone["interval"], &alone["seats"]), (&json!("month"), &json!({ "quantity": 3 })));
    assert_eq!((&alone["plan"]["slug"], &alone["plan"]["amount"]), (&json!("team"), &json!(2900)));
    assert_eq!(alone["plan"]["unit_prices"][0]["tiers"][1]["amount_per_block"], 800);
    assert!(alone["period_end"].as_i64() > alone["period_start"].as_i64());

    let whole = last("subscription.updated");
    assert_eq!((&whole["object"], &whole["status"]), (&json!("commerce_subscription"), &json!("active")));
    assert_eq!((&alone["subscription_id"], &whole["payer"]["id"]), (&whole["id"], &whole["payer_id"]));
    let inside = &whole["items"][0];
    assert_eq!((&inside["id"], &inside["object"]), (&alone["id"], &json!("commerce_subscription_item")));
    assert_eq!((&inside["payer"], &inside["subscription_id"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_payment_attempt_is_pending_then_paid_or_failed() {
    let emulator = demo().build().unwrap();
    emulator.subscribe("rival", "pro").unwrap();
    emulator.fail_payment("rival").unwrap();
    let events = emulator.take_events();
    let attempts: Vec<&Value> = events
        .iter()
        .filter(|e| e["type"].as_str().unwrap().starts_with("paymentAttempt"))
        .map(|e| &e["data"])
        .collect();

    let seen: Vec<Value> = attempts.iter().map(|a| json!([a["status"], a["charge_type"]])).collect();
    assert_eq!(
        seen,
        [
            json!(["pending", "checkout"]),
            json!(["paid", "checkout"]),
            json!(["pending", "recurring"]),
            json!(["failed", "recurring"])
        ]
    );
    assert_eq!(attempts[0]["id"], attempts[1]["id"]);
    assert_eq!(attempts[1]["totals"]["grand_total"]["amount"], 4900);
    assert_eq!(attempts[1]["totals"]["grand_total"]["amount_formatted"], "$49.00");
    assert_eq!(attempts[3]["failed_reason"]["code"], "card_declined");
    assert!(attempts[3]["failed_at"].is_i64() && attempts[3]["paid_at"].is_null());
    assert_eq!(attempts[3]["payer"]["organization_name"], "Rival Carpentry");
}

/// Names and nulls follow Clerk's document of 2026-05-12, which allows no others.
#[tokio::test]
async fn the_backend_api_answers_a_subscription_in_its_own_names() {
    let served = Served::demo().await;
    served.emulator.subscribe("rival", "pro").unwrap();
    served.emulator.cancel_plan("rival").unwrap();

    let own = served.get("/v1/organizations/rival/billing/subscription").await;

    assert_eq!(
        keys(&own),
        [
            "active_at",
            "created_at",
            "eligible_for_free_trial",
            "id",
            "instance_id",
            "object",
            "past_due_at",
            "payer_id",
            "status",
            "subscription_items",
            "updated_at",
        ]
    );
    let item = &own["subscription_items"][0];
    assert_eq!(
        keys(item),
        [
            "canceled_at",
            "created_at",
            "ended_at",
            "id",
            "instance_id",
            "is_free_trial",
            "next_payment",
            "object",
            "past_due_at",
            "payer",
            "payer_id",
            "period_end",
            "period_start",
            "plan",
            "plan_id",
            "plan_period",
            "price_id",
            "status",
            "updated_at",
        ]
    );
    assert_eq!((&item["status"], &item["plan_period"]), (&json!("canceled"), &json!("month")));
    assert_eq!((&item["payer"]["user_id"], &item["plan"]["fee"]["amount"]), (&Value::Null, &json!(4900)));
    assert_eq!(
        keys(&item["plan"]),
        [
            "annual_fee",
            "annual_monthly_fee",
            "avatar_url",
            "description",
            "features",
            "fee",
            "for_payer_type",
            "free_trial_days",
            "free_trial_enabled",
            "has_base_fee",
            "id",
            "is_default",
            "is_recurring",
            "name",
            "object",
            "product_id",
            "publicly_visible",
            "slug",
        ]
    );
    let next = &own["subscription_items"][1];
    assert_eq!((&next["status"], &next["period_end"]), (&json!("upcoming"), &Value::Null));
    assert_eq!((&next["plan"]["is_default"], &next["plan"]["slug"]), (&json!(true), &json!("free_org")));

    let missing = "/v1/organizations/none/billing/subscription";
    assert_eq!(served.refused(GET, missing, None).await, "404 resource_not_found");
    let uma = format!("/v1/users/{}/billing/subscription", served.id_of("uma"));
    assert_eq!(served.refused(GET, &uma, None).await, "403 billing_not_enabled");
}

#[tokio::test]
async fn a_seat_based_plan_keeps_its_limit_to_itself() {
    let served = Served::demo().await;
    served.emulator.subscribe("rival", "team").unwrap();
    let rival = "/v1/organizations/rival";
    let change = json!({ "max_allowed_memberships": 9 });
    let refusal = served.refused(Method::PATCH, rival, Some(change)).await;
    assert_eq!(refusal, "400 organization_member_limit_managed_by_billing");
    served.ok(Method::PATCH, rival, json!({ "name": "Rival Two" })).await;

    let invite = |n: u8| json!({ "email_address": format!("g{n}@example.net"), "role": "org:member" });
    let invitations = format!("{rival}/invitations");
    served.ok(POST, &invitations, invite(1)).await;
    let (status, answer) = served.send(POST, &invitations, Some(invite(2))).await;
    assert_eq!((status, &answer["errors"][0]["code"]), (402, &json!("insufficient_seats")));
    assert_eq!(answer["errors"][0]["meta"], json!({ "seats_quantity": 4 }));
    served.emulator.set_seats("rival", 4).unwrap();
    served.ok(POST, &invitations, invite(2)).await;
}

#[tokio::test]
async fn every_step_can_be_taken_with_curl() {
    let served = Served::demo().await;
    let step = async |path: &str| {
        let (status, answer) = served.send(POST, &format!("/control/billing/rival/{path}"), None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| format!("{} {}", item["plan"]["slug"].as_str().unwrap(), item["status"].as_str().unwrap()))
            .collect::<Vec<_>>()
            .join(", ")
    };

    assert_eq!(step("checkout?plan=pro").await, "free_org active, pro incomplete");
    assert_eq!(step("subscribe?plan=pro&annual=true").await, "pro active");
    assert_eq!(step("fail-payment").await, "pro past_due");
    assert_eq!(step("recover-payment").await, "pro active");
    assert_eq!(step("cancel").await, "pro canceled, free_org upcoming");
    assert_eq!(step("resume").await, "pro active");
    assert_eq!(step("end-period").await, "pro active");
    assert_eq!(step("end").await, "free_org active");
    assert_eq!(step("trial?plan=pro&period_days=5").await, "pro active");
    assert_eq!(step("trial-ending").await, "pro active");
    assert_eq!(step("end-trial").await, "pro active");
    assert_eq!(step("end").await, "free_org active");
    assert_eq!(step("subscribe?plan=team&seats=4").await, "team active");
    assert_eq!(step("seats?seats=6").await, "team active");
    assert_eq!(served.get("/control/billing/rival").await["items"][0]["seats"]["quantity"], 6);
    for (path, answer) in [
        ("rival/dance", "404 resource_not_found"),
        ("rival/subscribe", "422 form_param_missing plan"),
        ("rival/subscribe?plna=pro", "400 malformed_request_parameters"),
        ("nobody/cancel", "404 resource_not_found"),
        ("acme/subscribe?plan=pro", "409 conflict"),
    ] {
        assert_eq!(served.refused(POST, &format!("/control/billing/{path}"), None).await, answer, "{path}");
    }
}
