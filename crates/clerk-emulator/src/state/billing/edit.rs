//! Single steps of a change: one item or the subscription altered, dated and announced.

use super::{ItemStatus, Payer, Subscription, SubscriptionItem};
use crate::{
    error::{ApiError, Result},
    state::State,
};

impl State {
    fn subscription_mut(&mut self, id: &str) -> Result<&mut Subscription> {
        let found = self.billing.subscriptions.iter_mut().find(|own| own.id == id);
        found.ok_or_else(|| ApiError::not_found("subscription", id))
    }

    /// Alters an item and announces it as `event`.
    pub(super) fn edit_item(
        &mut self,
        id: &str,
        item: &str,
        event: &'static str,
        edit: impl FnOnce(&mut SubscriptionItem, i64),
    ) -> Result<()> {
        let now = self.tick();
        let own = self.subscription_mut(id)?;
        let found = own.items.iter_mut().find(|other| other.id == item);
        let found = found.ok_or_else(|| ApiError::not_found("subscription item", item))?;
        edit(found, now);
        found.updated_at = now;
        self.emit_item(event, id, item);
        Ok(())
    }

    /// Moves an item to another status and announces that.
    pub(super) fn move_item(&mut self, id: &str, item: &str, status: ItemStatus) -> Result<()> {
        self.edit_item(id, item, status.event(), |item, now| {
            item.status = status;
            match status {
                ItemStatus::Canceled => item.canceled_at = Some(now),
                ItemStatus::PastDue => item.past_due_at = Some(now),
                ItemStatus::Ended => item.ended_at = Some(now),
                ItemStatus::Active => (item.canceled_at, item.past_due_at) = (None, None),
                _ => {}
            }
        })
    }

    /// Adds an item, or puts it in the place of an earlier one of the same id; its status says how it is announced.
    pub(super) fn put_item(&mut self, id: &str, item: SubscriptionItem) -> Result<()> {
        let (event, item_id) = (item.status.event(), item.id.clone());
        let own = self.subscription_mut(id)?;
        let earlier = own.items.iter().find(|other| other.id == item_id).map(|other| other.created_at);
        own.items.retain(|other| other.id != item_id);
        own.items.push(SubscriptionItem { created_at: earlier.unwrap_or(item.created_at), ..item });
        self.edit_item(id, &item_id, event, |_, _| {})
    }

    /// Alters the subscription itself and announces it as `event`.
    pub(super) fn edit_subscription(
        &mut self,
        id: &str,
        event: &'static str,
        edit: impl FnOnce(&mut Subscription, i64),
    ) -> Result<Subscription> {
        let now = self.tick();
        let own = self.subscription_mut(id)?;
        edit(own, now);
        own.updated_at = now;
        let own = own.clone();
        self.emit_subscription(event, id);
        Ok(own)
    }

    /// Items that wait for their turn, or for a payment, will never have it.
    pub(super) fn abandon_waiting(&mut self, id: &str, but: Option<&str>) -> Result<()> {
        let waiting = |item: &&SubscriptionItem| {
            matches!(item.status, ItemStatus::Upcoming | ItemStatus::Incomplete) && Some(item.id.as_str()) != but
        };
        let own = self.subscription_by_id(id)?;
        let waiting: Vec<String> = own.items.iter().filter(waiting).map(|item| item.id.clone()).collect();
        for item in waiting {
            self.move_item(id, &item, ItemStatus::Abandoned)?;
        }
        Ok(())
    }

    /// Makes the plan in force the organization's: in its tokens, and in its member limit.
    ///
    /// Seat-based plans bring their own limit; any other new plan brings back the instance's.
    pub(super) fn adopt_plan(&mut self, id: &str, opening: bool) {
        let Ok(own) = self.subscription_by_id(id) else {
            return;
        };
        let (Payer::Organization(organization), Some(item)) = (&own.payer, own.in_force()) else {
            return;
        };
        let (organization, plan, seats) = (organization.clone(), item.plan.clone(), item.seats);
        let default = self.settings.max_allowed_memberships;
        let Ok(current) = self.organization(&organization) else {
            return;
        };
        let limit = match seats {
            Some(seats) => seats.quantity.unwrap_or(0),
            None if opening || current.plan.as_ref() == Some(&plan) => current.max_allowed_memberships,
            None => default,
        };
        let changed = current.max_allowed_memberships != limit;
        self.name_plan(&organization, plan);
        if changed {
            self.force_member_limit(&organization, limit);
        }
    }
}
