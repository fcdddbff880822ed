//! A subscription as the Backend API answers it: other names than in webhooks, and null for what is absent.

use serde_json::{Value, json};

use super::{
    image_url,
    plan::{self, money},
};
use crate::{
    ids,
    state::{ItemStatus, Payer, State, Subscription, SubscriptionItem},
};

pub(crate) fn billing_subscription(state: &State, own: &Subscription) -> Value {
    let items: Vec<Value> = own.living().map(|part| item(state, own, part)).collect();
    let mut object = json!({
        "object": "commerce_subscription",
        "id": own.id,
        "instance_id": state.instance.id,
        "status": own.status.as_str(),
        "payer_id": own.payer_id,
        "created_at": own.created_at,
        "updated_at": own.updated_at,
        "active_at": own.active_at,
        "past_due_at": own.past_due_at,
        "subscription_items": items,
        "eligible_for_free_trial": own.eligible_for_free_trial,
    });
    if let Some((date, cents)) = own.living().find_map(|item| next_payment(state, own, item)) {
        object["next_payment"] = json!({ "date": date, "amount": money(cents) });
    }
    object
}

/// When an item is paid next, and how much.
fn next_payment(state: &State, own: &Subscription, item: &SubscriptionItem) -> Option<(i64, u64)> {
    let date = match item.status {
        ItemStatus::Active | ItemStatus::PastDue => item.period_end?,
        ItemStatus::Upcoming => own.in_force()?.period_end?,
        _ => return None,
    };
    let cents = state.price_of(item);
    (cents > 0).then_some((date, cents))
}

fn item(state: &State, own: &Subscription, item: &SubscriptionItem) -> Value {
    let next = next_payment(state, own, item);
    let mut object = json!({
        "object": "commerce_subscription_item",
        "id": item.id,
        "instance_id": state.instance.id,
        "status": item.status.as_str(),
        "plan_id": plan::plan_id(state, &item.plan),
        "price_id": ids::derived("cprice_", &[&state.instance.id, &item.plan, item.interval.as_str()]),
        "plan": state.plan(&item.plan).map(|own| plan::full(state, own)),
        "plan_period": item.interval.as_str(),
        "next_payment": next.map(|(date, cents)| json!({ "date": date, "amount": money(cents) })),
        "payer_id": own.payer_id,
        "payer": payer(state, own),
        "is_free_trial": item.is_free_trial,
        "period_start": item.period_start,
        "period_end": item.period_end,
        "canceled_at": item.canceled_at,
        "past_due_at": item.past_due_at,
        "ended_at": item.ended_at,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    });
    if let Some(seats) = item.seats {
        object["seats"] = json!({ "quantity": seats.quantity });
    }
    object
}

fn payer(state: &State, own: &Subscription) -> Value {
    let (organization, user) = match &own.payer {
        Payer::Organization(id) => (state.organization(id).ok(), None),
        Payer::User(id) => (None, state.user(id).ok()),
    };
    json!({
        "object": "commerce_payer",
        "id": own.payer_id,
        "instance_id": state.instance.id,
        "user_id": user.map(|user| &user.id),
        "first_name": user.and_then(|user| user.first_name.as_ref()),
        "last_name": user.and_then(|user| user.last_name.as_ref()),
        "email": user.and_then(|user| user.email()),
        "organization_id": organization.map(|o| &o.id),
        "organization_name": organization.map(|o| &o.name),
        "image_url": image_url(state, own.payer.id()),
        "created_at": own.created_at,
        "updated_at": own.created_at,
    })
}
