//! The rows of subscriptions, their items and payments, as events and answers tell of them.
//!
//! A subscription carries its items whole, so each becomes a row of its own, of which the newest state stays, whoever told it.

use super::sync::{Announced, Source};
use super::{payment_attempt, subscription, subscription_item};
use crate::clerk::event;

impl Source<'_> {
    /// A subscription with its items.
    pub(super) fn subscription(&self, told: &event::Subscription) -> Announced {
        let mut items: Vec<_> = told.items.iter().map(|item| self.subscription_item(item)).collect();
        // One order always, so that two transactions cannot wait for each other.
        items.sort_by(|one, other| one.id.cmp(&other.id));
        let listed: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        let row = subscription::Model {
            tenant_id: told.payer.id().to_owned(),
            id: told.id.clone(),
            status: told.status.clone(),
            past_due_at: told.past_due_at,
            listed: (!listed.is_empty()).then_some(subscription::Listed(listed)),
            created_at: told.created_at,
            source_updated_at: told.updated_at.timestamp_millis(),
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        };
        Announced { subscription: Some(row), subscription_items: items, ..Announced::default() }
    }

    /// One item. Inside a subscription it is as whole as alone, and as true, so that both rank alike.
    pub(super) fn subscription_item(&self, told: &event::SubscriptionItem) -> subscription_item::Model {
        let plan = told.plan.as_ref();
        subscription_item::Model {
            tenant_id: told.payer.id().to_owned(),
            id: told.id.clone(),
            subscription: told.subscription_id.clone(),
            status: told.status.as_str().to_owned(),
            plan_id: plan.and_then(|plan| plan.id.clone()),
            plan_slug: plan.and_then(|plan| plan.slug.clone()),
            plan_name: plan.and_then(|plan| plan.name.clone()),
            is_recurring: plan.is_some_and(|plan| plan.is_recurring),
            is_free_trial: told.is_free_trial,
            is_seat_based: told.seats.is_some() || plan.is_some_and(|plan| plan.is_seat_based),
            seats: told.seats.and_then(|seats| seats.quantity),
            period: told.period.clone(),
            period_start: told.period_start,
            period_end: told.period_end,
            past_due_at: told.past_due_at,
            canceled_at: told.canceled_at,
            created_at: told.created_at,
            source_updated_at: told.updated_at.timestamp_millis(),
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    /// An attempt to collect money.
    pub(super) fn payment_attempt(&self, told: &event::PaymentAttempt) -> payment_attempt::Model {
        payment_attempt::Model {
            tenant_id: told.payer.id().to_owned(),
            id: told.id.clone(),
            status: told.status.clone(),
            charge_type: told.charge_type.clone(),
            failed_code: told.failed_code.clone(),
            amount: told.amount,
            currency: told.currency.clone(),
            paid_at: told.paid_at,
            failed_at: told.failed_at,
            created_at: told.created_at,
            source_updated_at: told.updated_at.timestamp_millis(),
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }
}
