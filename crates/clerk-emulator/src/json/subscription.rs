//! Subscriptions, their items and payers as webhooks carry them.
//!
//! An item names its payer and its subscription only when it travels alone.

use serde_json::{Value, json};

use super::{image_url, plan};
use crate::state::{Payer, State, Subscription, SubscriptionItem};

pub(crate) fn subscription(state: &State, own: &Subscription) -> Value {
    let items = own.living().map(|part| item(state, part, "commerce_subscription_item"));
    json!({
        "object": "commerce_subscription",
        "id": own.id,
        "status": own.status.as_str(),
        "items": items.collect::<Vec<_>>(),
        "payer_id": own.payer_id,
        "payer": payer(state, own),
        "payment_source_id": own.latest_payment_id.as_ref().map(|_| super::payment::source_id(own)),
        "latest_payment_id": own.latest_payment_id,
        "active_at": own.active_at,
        "past_due_at": own.past_due_at,
        "canceled_at": null,
        "ended_at": null,
        "created_at": own.created_at,
        "updated_at": own.updated_at,
    })
}

pub(crate) fn subscription_item(state: &State, own: &Subscription, part: &SubscriptionItem) -> Value {
    let mut object = item(state, part, "subscription_item");
    object["payer"] = payer(state, own);
    object["subscription_id"] = json!(own.id);
    object
}

fn item(state: &State, item: &SubscriptionItem, object: &str) -> Value {
    let mut value = json!({
        "object": object,
        "id": item.id,
        "status": item.status.as_str(),
        "is_free_trial": item.is_free_trial,
        "interval": item.interval.as_str(),
        "period_start": item.period_start,
        "period_end": item.period_end,
        "plan_id": plan::plan_id(state, &item.plan),
        "plan": state.plan(&item.plan).map(|own| plan::brief(state, own)),
        "payer": null,
        "subscription_id": null,
        "canceled_at": item.canceled_at,
        "past_due_at": item.past_due_at,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    });
    if let Some(seats) = item.seats {
        value["seats"] = json!({ "quantity": seats.quantity });
    }
    value
}

/// What does not apply to the kind of payer is an empty text, as in real deliveries.
pub(super) fn payer(state: &State, own: &Subscription) -> Value {
    let mut object = json!({
        "object": "commerce_payer",
        "id": own.payer_id,
        "user_id": "",
        "first_name": "",
        "last_name": "",
        "email": "",
        "organization_id": "",
        "organization_name": "",
        "image_url": image_url(state, own.payer.id()),
        "created_at": own.created_at,
        "updated_at": own.created_at,
    });
    match &own.payer {
        Payer::Organization(id) => {
            object["organization_id"] = json!(id);
            object["organization_name"] = json!(state.organization(id).map_or("", |o| o.name.as_str()));
        }
        Payer::User(id) => {
            object["user_id"] = json!(id);
            if let Ok(user) = state.user(id) {
                object["first_name"] = json!(user.first_name.as_deref().unwrap_or_default());
                object["last_name"] = json!(user.last_name.as_deref().unwrap_or_default());
                object["email"] = json!(user.email().unwrap_or_default());
            }
        }
    }
    object
}
