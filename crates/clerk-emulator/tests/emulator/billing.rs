//! Billing: what each step does to the subscription, which events it causes, and what tokens carry.

use clerk_emulator::{Checkout, Emulator, ItemStatus, Plan, Seed, TokenRequest};
use serde_json::{Value, json};

use crate::support::{decode, demo, shared_key};

fn types(emulator: &Emulator) -> Vec<String> {
    let short = |event: &Value| event["type"].as_str().unwrap().replace("subscriptionItem", "item");
    emulator.take_events().iter().map(short).collect()
}

/// Plans and statuses of the items that are not over.
fn living(emulator: &Emulator, payer: &str) -> Vec<String> {
    let own = emulator.subscription(payer).unwrap();
    own.living().map(|item| format!("{} {}", item.plan, item.status.as_str())).collect()
}

fn claims(emulator: &Emulator, user: &str, organization: Option<&str>) -> Value {
    let mut request = TokenRequest::for_user(user);
    if let Some(organization) = organization {
        request = request.organization(organization);
    }
    decode(&emulator.session_token(&request).unwrap()).1
}

fn limit(emulator: &Emulator, organization: &str) -> u64 {
    emulator.organization(organization).unwrap().max_allowed_memberships
}

#[test]
fn a_dearer_plan_comes_at_once_and_reaches_the_next_token() {
    let emulator = demo().build().unwrap();
    assert_eq!(living(&emulator, "rival"), ["free_org active"]);

    emulator.subscribe("rival", "pro").unwrap();

    assert_eq!(
        types(&emulator),
        [
            "item.incomplete",
            "paymentAttempt.created",
            "paymentAttempt.updated",
            "item.ended",
            "item.active",
            "subscription.updated",
        ]
    );
    assert_eq!(living(&emulator, "rival"), ["pro active"]);
    let claims = claims(&emulator, "rob", Some("rival"));
    assert_eq!((&claims["pla"], &claims["fea"]), (&json!("o:pro"), &json!("o:tasks,o:members,o:exports")));
    assert_eq!(emulator.subscribe("rival", "pro").unwrap_err().status, 409);
}

#[test]
fn a_canceled_plan_stays_until_its_period_ends_and_the_free_item_keeps_its_id() {
    let emulator = demo().build().unwrap();
    let free = emulator.subscription("rival").unwrap().in_force().unwrap().id.clone();
    let bought = emulator.subscribe("rival", "pro").unwrap();
    let end = bought.in_force().unwrap().period_end;
    emulator.take_events();

    let canceled = emulator.cancel_plan("rival").unwrap();

    assert_eq!(types(&emulator), ["item.canceled", "item.upcoming", "subscription.updated"]);
    assert_eq!(living(&emulator, "rival"), ["pro canceled", "free_org upcoming"]);
    assert_eq!(canceled.in_force().unwrap().period_end, end);
    let waiting = canceled.items.iter().find(|item| item.status == ItemStatus::Upcoming).unwrap();
    assert_eq!((&waiting.id, Some(waiting.period_start)), (&free, end));
    assert_eq!(claims(&emulator, "rob", Some("rival"))["pla"], "o:pro");
    emulator.take_events();

    emulator.resume_plan("rival").unwrap();
    assert_eq!(types(&emulator), ["item.abandoned", "item.active", "subscription.updated"]);
    emulator.cancel_plan("rival").unwrap();
    emulator.take_events();
    let ended = emulator.end_period("rival").unwrap();
    assert_eq!(types(&emulator), ["item.ended", "item.active", "subscription.updated"]);
    assert_eq!((&ended.in_force().unwrap().id, ended.in_force().unwrap().period_end), (&free, None));
    assert_eq!(claims(&emulator, "rob", Some("rival"))["pla"], "o:free_org");
    assert_eq!(emulator.end_period("rival").unwrap_err().status, 409);
}

#[test]
fn a_cheaper_plan_waits_for_the_end_and_a_later_choice_replaces_it() {
    let emulator = demo().build().unwrap();
    emulator.subscribe("rival", "pro").unwrap();
    emulator.take_events();

    emulator.subscribe("rival", "team").unwrap();

    assert_eq!(types(&emulator), ["item.canceled", "item.upcoming", "subscription.updated"]);
    emulator.subscribe("rival", "free_org").unwrap();
    assert_eq!(types(&emulator), ["item.abandoned", "item.upcoming", "subscription.updated"]);
    assert_eq!(living(&emulator, "rival"), ["pro canceled", "free_org upcoming"]);
}

#[test]
fn a_period_that_is_not_canceled_is_paid_and_renewed() {
    let emulator = demo().build().unwrap();
    let before = emulator.subscribe("rival", "pro").unwrap().in_force().unwrap().clone();
    emulator.take_events();

    let after = emulator.end_period("rival").unwrap().in_force().unwrap().clone();

    let renewal = ["paymentAttempt.created", "paymentAttempt.updated", "item.updated", "subscription.updated"];
    assert_eq!(types(&emulator), renewal);
    assert_eq!(before.id, after.id);
    assert!(after.period_end > before.period_end);
}

#[test]
fn a_trial_begins_nears_its_end_and_is_paid_or_canceled() {
    let emulator = demo().build().unwrap();
    let trial = emulator.start_trial("rival", "pro").unwrap();
    assert_eq!(types(&emulator), ["item.ended", "item.active", "subscription.updated", "subscription.updated"]);
    let item = trial.in_force().unwrap();
    assert!(item.is_free_trial && !trial.eligible_for_free_trial);
    assert_eq!(item.period_end.unwrap() - item.period_start, 14 * 24 * 3600 * 1000);

    emulator.trial_ending("rival").unwrap();
    let event = emulator.take_events().pop().unwrap();
    assert_eq!(event["type"], "subscriptionItem.freeTrialEnding");
    assert_eq!(event["data"]["is_free_trial"], true);
    let left = event["data"]["period_end"].as_i64().unwrap() - event["data"]["updated_at"].as_i64().unwrap();
    assert_eq!(left, 3 * 24 * 3600 * 1000);

    let paid = emulator.end_trial("rival").unwrap();
    let renewal = ["paymentAttempt.created", "paymentAttempt.updated", "item.updated", "subscription.updated"];
    assert_eq!(types(&emulator), renewal);
    assert!(!paid.in_force().unwrap().is_free_trial);
    assert_eq!(emulator.end_trial("rival").unwrap_err().code(), "subscription_item_not_in_free_trial");
    assert_eq!(emulator.start_trial("acme", "team").unwrap_err().code(), "plan_free_trials_disabled");
}

#[test]
fn a_bill_that_is_not_paid_keeps_the_plan_until_it_is_given_up() {
    let emulator = demo().build().unwrap();
    emulator.subscribe("rival", "pro").unwrap();
    emulator.take_events();
    let attempt = ["paymentAttempt.created", "paymentAttempt.updated"];

    let unpaid = emulator.fail_payment("rival").unwrap();

    assert_eq!(types(&emulator), [&attempt[..], &["item.pastDue", "subscription.pastDue"]].concat());
    assert_eq!((unpaid.status.as_str(), unpaid.in_force().unwrap().status), ("past_due", ItemStatus::PastDue));
    assert_eq!(claims(&emulator, "rob", Some("rival"))["pla"], "o:pro");
    emulator.take_events();
    let paid = emulator.recover_payment("rival").unwrap();
    assert_eq!(types(&emulator), [&attempt[..], &["item.active", "subscription.active"]].concat());
    assert_eq!((paid.status.as_str(), paid.past_due_at), ("active", None));
    assert_eq!(emulator.recover_payment("rival").unwrap_err().status, 409);

    emulator.fail_payment("rival").unwrap();
    emulator.take_events();
    let given_up = emulator.end_period("rival").unwrap();
    assert_eq!(types(&emulator), ["item.ended", "item.active", "subscription.updated", "subscription.active"]);
    assert_eq!((given_up.status.as_str(), living(&emulator, "rival")), ("active", vec!["free_org active".to_owned()]));
}

#[test]
fn seats_set_the_member_limit_and_another_plan_brings_the_default_back() {
    let emulator = demo().build().unwrap();
    let with = Checkout { seats: Some(3), ..Checkout::default() };
    assert_eq!(
        emulator.subscribe_with("rival", "team", Checkout { seats: Some(1), ..with }).unwrap_err().code(),
        "plan_seat_limit_exceeded"
    );
    assert_eq!(living(&emulator, "rival"), ["free_org active"]);

    emulator.subscribe_with("rival", "team", with).unwrap();
    assert_eq!(limit(&emulator, "rival"), 3);
    emulator.take_events();
    emulator.set_seats("rival", 12).unwrap();

    let expected = [
        "item.updated",
        "paymentAttempt.created",
        "paymentAttempt.updated",
        "organization.updated",
        "subscription.updated",
    ];
    assert_eq!(types(&emulator), expected);
    assert_eq!(limit(&emulator, "rival"), 12);
    emulator.set_seats("rival", 0).unwrap();
    assert_eq!(limit(&emulator, "rival"), 0);
    emulator.take_events();
    emulator.subscribe("rival", "pro").unwrap();
    assert_eq!(limit(&emulator, "rival"), 5);
    assert!(types(&emulator).contains(&"organization.updated".to_owned()));
    assert_eq!(emulator.set_seats("rival", 2).unwrap_err().status, 422);
}

#[test]
fn a_person_pays_for_themselves() {
    let plans = vec![Plan::new("free_user", &[]).for_users(), Plan::new("plus", &["exports"]).price(500).for_users()];
    let seed = Seed { billing: true, plans, ..Seed::demo() };
    let seed = Seed { organizations: Vec::new(), ..seed };
    let emulator = Emulator::builder().seed(seed).signing_key(shared_key()).build().unwrap();
    assert_eq!(claims(&emulator, "uma", None)["pla"], "u:free_user");

    emulator.subscribe("uma", "plus").unwrap();

    let events = emulator.take_events();
    let item = events.iter().find(|event| event["type"] == "subscriptionItem.active").unwrap();
    let payer = &item["data"]["payer"];
    assert_eq!(payer["user_id"], json!(emulator.user("uma").unwrap().id));
    assert_eq!((&payer["organization_id"], &payer["email"]), (&json!(""), &json!("uma@example.org")));
    let claims = claims(&emulator, "uma", None);
    assert_eq!((&claims["pla"], &claims["fea"]), (&json!("u:plus"), &json!("u:exports")));
}

#[test]
fn a_new_organization_starts_on_the_free_plan_and_takes_its_subscription_along() {
    let emulator = demo().build().unwrap();
    let made = emulator.create_organization(clerk_emulator::NewOrganization::named("Third")).unwrap();

    let begun = ["organization.created", "subscription.created", "item.active", "subscription.active"];
    assert_eq!(types(&emulator), begun);
    assert_eq!(made.plan.as_deref(), Some("free_org"));
    emulator.delete_organization(&made.id).unwrap();
    assert_eq!(emulator.subscription(&made.id).unwrap_err().status, 404);
}

#[test]
fn billing_can_be_switched_on_later_and_plans_swapped_without_a_word() {
    let plans = vec![Plan::new("free", &["tasks"]), Plan::new("gold", &["tasks", "members"]).price(100)];
    let seed = Seed { plans, ..Seed::empty() };
    let emulator = Emulator::builder().seed(seed).signing_key(shared_key()).build().unwrap();
    emulator.create_organization(clerk_emulator::NewOrganization::named("First")).unwrap();
    assert_eq!(emulator.subscription("first").unwrap_err().code(), "billing_not_enabled");
    emulator.take_events();

    emulator.enable_billing().unwrap();
    assert_eq!(types(&emulator), ["subscription.created", "item.active", "subscription.active"]);
    emulator.enable_billing().unwrap();
    emulator.set_plan("first", Some("gold")).unwrap();

    assert_eq!(types(&emulator), [""; 0]);
    assert_eq!(living(&emulator, "first"), ["gold active"]);
    assert_eq!(emulator.subscribe("first", "none").unwrap_err().status, 404);
    assert_eq!(emulator.subscribe("nobody", "gold").unwrap_err().status, 404);
}
