//! Plans and money; the Backend API's plan holds more than the one in webhooks.

use serde_json::{Value, json};

use crate::{
    ids,
    state::{PayerKind, Plan, SeatPrice, State},
};

pub(super) const CURRENCY: &str = "USD";

pub(super) fn money(cents: u64) -> Value {
    json!({
        "amount": cents,
        "amount_formatted": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": CURRENCY,
        "currency_symbol": "$",
    })
}

pub(super) fn plan_id(state: &State, slug: &str) -> String {
    ids::derived("cplan_", &[&state.instance.id, slug])
}

/// The plan inside an item of a webhook.
pub(super) fn brief(state: &State, plan: &Plan) -> Value {
    let mut object = json!({
        "id": plan_id(state, &plan.slug),
        "slug": plan.slug,
        "name": plan.display_name(),
        "is_recurring": plan.is_paid(),
        "amount": plan.price,
        "currency": CURRENCY,
    });
    if let Some(seats) = &plan.seats {
        object["unit_prices"] = unit_prices(seats, |cents| json!({ "amount_per_block": cents, "currency": CURRENCY }));
    }
    object
}

/// Two tiers: the included seats cost nothing, the others the same each. `price` writes it down.
fn unit_prices(seats: &SeatPrice, price: impl Fn(u64) -> Value) -> Value {
    let tier = |from: u64, to: Option<u64>, cents: u64| {
        let mut tier = price(cents);
        tier["starts_at_block"] = json!(from);
        tier["ends_after_block"] = json!(to);
        tier
    };
    let mut tiers = Vec::new();
    if seats.included > 0 {
        tiers.push(tier(1, Some(seats.included), 0));
    }
    tiers.push(tier(seats.included + 1, None, seats.price));
    json!([{ "name": "seats", "block_size": 1, "tiers": tiers }])
}

/// The plan inside an item of the Backend API.
pub(super) fn full(state: &State, plan: &Plan) -> Value {
    let is_default = state.default_plan(plan.payer).is_some_and(|default| default.slug == plan.slug);
    let mut object = json!({
        "object": "commerce_plan",
        "id": plan_id(state, &plan.slug),
        "name": plan.display_name(),
        "slug": plan.slug,
        "description": null,
        "fee": money(plan.price),
        "annual_fee": plan.annual_price.map(money),
        "annual_monthly_fee": plan.annual_price.map(|cents| money(cents / 12)),
        "product_id": ids::derived("cprod_", &[&state.instance.id]),
        "is_default": is_default,
        "is_recurring": plan.is_paid(),
        "publicly_visible": true,
        "has_base_fee": plan.price > 0,
        "for_payer_type": if plan.payer == PayerKind::User { "user" } else { "org" },
        "avatar_url": null,
        "features": plan.features.iter().map(|slug| feature(state, slug)).collect::<Vec<_>>(),
        "free_trial_enabled": plan.trial_days > 0,
        "free_trial_days": (plan.trial_days > 0).then_some(plan.trial_days),
    });
    if let Some(seats) = &plan.seats {
        object["unit_prices"] = unit_prices(seats, |cents| json!({ "fee_per_block": money(cents) }));
    }
    object
}

fn feature(state: &State, slug: &str) -> Value {
    json!({
        "object": "feature",
        "id": ids::derived("feat_", &[&state.instance.id, slug]),
        "name": slug,
        "description": null,
        "slug": slug,
        "avatar_url": null,
    })
}
