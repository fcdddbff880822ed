//! Billing events as the contract describes them. Times are days since the history began.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The first millisecond of every history.
const BEGINNING: i64 = 1_772_442_000_000;
const DAY: i64 = 86_400_000;

/// The payer of every history; tests put another one in its place.
pub const PAYER: &str = "org_payer";

/// A moment, in days.
pub fn day(days: f64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis(days)).unwrap()
}

fn millis(days: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "days of a test")]
    let since = (days * DAY as f64) as i64;
    BEGINNING + since
}

/// An item of a subscription.
#[derive(Debug, Clone)]
pub struct Item(Value);

/// An item of a plan with a status, changed on a day. Those of the free plan have one id for ever.
pub fn item(id: &str, plan: &str, status: &str, changed: f64) -> Item {
    let free = plan.starts_with("free");
    let amount = if free { 0 } else { 4900 };
    Item(json!({
        "id": format!("csub_item_{id}"), "object": "commerce_subscription_item", "status": status, "interval": "month",
        "is_free_trial": false, "period_start": millis(0.0), "period_end": null, "plan_id": format!("cplan_{plan}"),
        "plan": { "id": format!("cplan_{plan}"), "slug": plan, "name": plan, "is_recurring": !free, "amount": amount, "currency": "USD" },
        "created_at": millis(0.0), "updated_at": millis(changed),
    }))
}

impl Item {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }

    /// From one day to another.
    pub fn period(self, from: f64, to: f64) -> Self {
        self.with("period_start", json!(millis(from))).with("period_end", json!(millis(to)))
    }

    /// From a day on.
    pub fn from(self, from: f64) -> Self {
        self.with("period_start", json!(millis(from)))
    }

    pub fn trial(self) -> Self {
        self.with("is_free_trial", json!(true))
    }

    pub fn past_due_since(self, since: f64) -> Self {
        self.with("past_due_at", json!(millis(since)))
    }

    /// Of a plan that counts seats; none means any number.
    pub fn seats(self, quantity: Option<u64>) -> Self {
        self.with("seats", json!({ "quantity": quantity }))
    }

    pub fn without_plan(self) -> Self {
        self.with("plan", Value::Null).with("plan_id", Value::Null)
    }

    /// Told alone: `subscriptionItem.active` and so on.
    pub fn event(&self, verb: &str) -> Value {
        let mut data = self.0.clone();
        data["object"] = json!("subscription_item");
        data["subscription_id"] = json!("csub_1");
        data["payer"] = payer();
        // The event comes a moment after the change.
        let at = data["updated_at"].as_i64().unwrap() + 150;
        json!({ "type": format!("subscriptionItem.{verb}"), "object": "event", "timestamp": at, "data": data })
    }
}

fn payer() -> Value {
    json!({ "id": "cpayer_1", "object": "commerce_payer", "organization_id": PAYER, "organization_name": "Northwind", "user_id": "" })
}

/// A whole subscription, changed on a day: `subscription.updated` and so on.
pub fn subscription(verb: &str, changed: f64, items: &[Item]) -> Value {
    let items: Vec<Value> = items.iter().map(|item| item.0.clone()).collect();
    let past_due = items.iter().any(|item| item["status"] == "past_due");
    let status = if past_due { "past_due" } else { "active" };
    json!({ "type": format!("subscription.{verb}"), "object": "event", "timestamp": millis(changed) + 300, "data": {
        "id": "csub_1", "object": "commerce_subscription", "status": status, "items": items, "payer": payer(),
        "payer_id": "cpayer_1", "created_at": millis(0.0), "updated_at": millis(changed) + 50, "past_due_at": null,
    }})
}
