//! The tables of billing that are compared. Payments are not: nothing follows from them.

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};

use super::asking::{Asking, Subscribed};
use super::difference::What;
use super::mirrored::{Comparable, Field, Removable, time};
use crate::clerk::api::Found;
use crate::clerk::event::{Event, ItemStatus, Notice, Payer};
use crate::directory::sync::Announced;
use crate::directory::{subscription, subscription_item};

/// What Clerk lists: items that are in force, or may still come to be.
pub(super) const LIVING: [ItemStatus; 5] =
    [ItemStatus::Active, ItemStatus::Canceled, ItemStatus::PastDue, ItemStatus::Upcoming, ItemStatus::Incomplete];

impl Comparable for subscription::Entity {
    const WHAT: What = What::Subscription;

    fn row(rows: Announced) -> Option<subscription::Model> {
        rows.subscription
    }

    fn id(row: &subscription::Model) -> &str {
        &row.id
    }

    fn organization(row: &subscription::Model) -> Option<&str> {
        Some(&row.tenant_id)
    }

    fn fields(row: &subscription::Model) -> Vec<Field> {
        // A set: Clerk promises no order.
        let listed = row.listed.clone().map(|mut listed| {
            listed.0.sort_unstable();
            listed.0.join(",")
        });
        vec![
            ("status", Some(row.status.clone()), false),
            ("past_due_at", time(row.past_due_at), false),
            ("items", listed, false),
        ]
    }

    fn id_column() -> subscription::Column {
        subscription::Column::Id
    }

    async fn look(clerk: &mut Asking<'_>, row: &subscription::Model) -> Result<Found> {
        look(clerk, &row.tenant_id).await
    }
}

impl Comparable for subscription_item::Entity {
    const WHAT: What = What::SubscriptionItem;

    /// One is announced alone.
    fn row(rows: Announced) -> Option<subscription_item::Model> {
        rows.subscription_items.into_iter().next()
    }

    fn id(row: &subscription_item::Model) -> &str {
        &row.id
    }

    fn organization(row: &subscription_item::Model) -> Option<&str> {
        Some(&row.tenant_id)
    }

    fn fields(row: &subscription_item::Model) -> Vec<Field> {
        let seats = row.is_seat_based.then(|| row.seats.map_or_else(|| "any".to_owned(), |seats| seats.to_string()));
        vec![
            ("subscription", row.subscription.clone(), false),
            ("status", Some(row.status.clone()), false),
            ("plan_slug", row.plan_slug.clone(), false),
            ("plan_name", row.plan_name.clone(), false),
            ("is_recurring", Some(row.is_recurring.to_string()), false),
            ("is_free_trial", Some(row.is_free_trial.to_string()), false),
            ("seats", seats, false),
            ("period", row.period.clone(), false),
            ("period_start", time(Some(row.period_start)), false),
            ("period_end", time(row.period_end), false),
            ("past_due_at", time(row.past_due_at), false),
            ("canceled_at", time(row.canceled_at), false),
        ]
    }

    fn id_column() -> subscription_item::Column {
        subscription_item::Column::Id
    }

    /// Clerk shows none singly, hence its subscription, asked again: the mirror had the item before.
    async fn look(clerk: &mut Asking<'_>, row: &subscription_item::Model) -> Result<Found> {
        let Found::There(whole) = look(clerk, &row.tenant_id).await? else {
            bail!("the subscription of {} went while it was compared; run again", row.tenant_id)
        };
        let is_it = |item: &Notice| matches!(&item.event, Event::SubscriptionItem(item) if item.id == row.id);
        let found = whole.items().into_iter().find(is_it);
        Ok(found.map_or(Found::Absent(whole.occurred_at), |item| Found::There(Box::new(item))))
    }
}

impl Removable for subscription_item::Entity {
    /// Clerk deletes none. What became of it nobody says any more; that it is over is certain.
    fn gone(row: subscription_item::Model, at: DateTime<Utc>) -> Announced {
        let status = match ItemStatus::parse(&row.status) {
            ItemStatus::Incomplete => ItemStatus::Abandoned,
            _ => ItemStatus::Ended,
        };
        let at_millis = at.timestamp_millis();
        let over = subscription_item::Model {
            status: status.as_str().to_owned(),
            source_updated_at: at_millis,
            source_event_at: at_millis,
            source_digest: Vec::new(),
            ..row
        };
        Announced { subscription_items: vec![over], ..Announced::default() }
    }
}

async fn look(clerk: &mut Asking<'_>, tenant: &str) -> Result<Found> {
    match clerk.subscription(&Payer::of_tenant(tenant)).await? {
        Subscribed::To(found) => Ok(found),
        Subscribed::Unreadable(why) => bail!(why),
        Subscribed::NotBilled => bail!("billing was switched off at Clerk while it was compared; run again"),
    }
}
