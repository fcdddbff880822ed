//! Changing plans: upgrades at once, downgrades and cancellations at the end of the period.

use axum::http::StatusCode;

use super::{Charge, Checkout, ItemStatus, Payer, PaymentOutcome, Plan, Subscription, SubscriptionItem};
use crate::{
    error::{ApiError, Result},
    state::State,
};

impl State {
    /// Subscription id and item in force of a payer, given in any of its names.
    pub(super) fn current(&self, who: &str) -> Result<(String, SubscriptionItem)> {
        let own = self.subscription(&self.payer(who)?)?;
        let item = own.in_force().cloned();
        Ok((own.id.clone(), item.ok_or_else(|| conflict("The subscription has nothing in force"))?))
    }

    /// Opens a checkout without paying: an `incomplete` item.
    pub(crate) fn open_checkout(&mut self, who: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        let payer = self.payer(who)?;
        let (id, _) = self.current(who)?;
        let plan = self.plan_for(&payer, plan)?;
        self.check_seats(&payer, &plan, with)?;
        self.checkout(&id, &plan, with)?;
        self.edit_subscription(&id, "subscription.updated", |_, _| {})
    }

    fn checkout(&mut self, id: &str, plan: &Plan, with: Checkout) -> Result<SubscriptionItem> {
        let now = self.tick();
        let mut item = self.new_item(self.subscription_by_id(id)?, plan, with, now);
        item.status = ItemStatus::Incomplete;
        self.put_item(id, item.clone())?;
        Ok(item)
    }

    /// Takes a plan: a dearer one now, a cheaper one when the period ends, the present one again when it was canceled.
    pub(crate) fn subscribe(&mut self, who: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        let payer = self.payer(who)?;
        let (id, current) = self.current(who)?;
        let plan = self.plan_for(&payer, plan)?;
        if current.plan == plan.slug {
            return match current.status {
                ItemStatus::Canceled => self.resume(who),
                _ => Err(conflict("The payer is on this plan already")),
            };
        }
        self.check_seats(&payer, &plan, with)?;
        if self.is_dearer(&payer, &current.plan, &plan) {
            return self.schedule(&id, &current, &plan, with);
        }
        let mut open = self.subscription_by_id(&id)?.items.iter();
        let is_open = |item: &&SubscriptionItem| item.status == ItemStatus::Incomplete && item.plan == plan.slug;
        let item = match open.rfind(is_open).cloned() {
            Some(item) => item,
            None => self.checkout(&id, &plan, with)?,
        };
        self.charge(&id, Charge::checkout(self.price_of(&item)), PaymentOutcome::Paid)?;
        self.replace(&id, &current, item)
    }

    /// Whether the plan now in force costs more than another.
    fn is_dearer(&self, payer: &Payer, current: &str, other: &Plan) -> bool {
        let current = self.plan_for(payer, current);
        current.is_ok_and(|current| (current.price, current.is_paid()) > (other.price, other.is_paid()))
    }

    /// Ends one item and puts another in force, now.
    pub(super) fn replace(&mut self, id: &str, old: &SubscriptionItem, new: SubscriptionItem) -> Result<Subscription> {
        self.abandon_waiting(id, Some(&new.id))?;
        self.move_item(id, &old.id, ItemStatus::Ended)?;
        self.begin(id, new)?;
        self.settle(id)
    }

    /// Puts an item in force from now on, for as long as it was meant to be.
    pub(super) fn begin(&mut self, id: &str, mut item: SubscriptionItem) -> Result<()> {
        let now = self.tick();
        item.period_end = item.period_end.map(|end| now + (end - item.period_start));
        item.period_start = now;
        item.status = ItemStatus::Active;
        (item.canceled_at, item.past_due_at, item.ended_at) = (None, None, None);
        self.put_item(id, item)?;
        self.adopt_plan(id, false);
        Ok(())
    }

    /// Stops renewing the plan; the free one follows.
    pub(crate) fn cancel_plan(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        let free = self.free_plan(&self.payer(who)?)?;
        if current.plan == free.slug {
            return Err(conflict("The free plan cannot be canceled"));
        }
        if current.status == ItemStatus::Canceled {
            return Err(conflict("The plan is canceled already"));
        }
        self.schedule(&id, &current, &free, Checkout::default())
    }

    pub(super) fn free_plan(&self, payer: &Payer) -> Result<Plan> {
        let plan = self.default_plan(payer.kind()).cloned();
        plan.ok_or_else(|| ApiError::not_found("plan", "without a price"))
    }

    /// Lets another plan follow when the period ends.
    fn schedule(&mut self, id: &str, old: &SubscriptionItem, plan: &Plan, with: Checkout) -> Result<Subscription> {
        self.abandon_waiting(id, None)?;
        if old.status != ItemStatus::Canceled {
            self.move_item(id, &old.id, ItemStatus::Canceled)?;
        }
        let start = old.period_end.unwrap_or_else(|| self.clock());
        let mut item = self.new_item(self.subscription_by_id(id)?, plan, with, start);
        item.status = ItemStatus::Upcoming;
        item.created_at = self.clock();
        self.put_item(id, item)?;
        self.edit_subscription(id, "subscription.updated", |_, _| {})
    }

    /// Takes a cancellation or a downgrade back.
    pub(crate) fn resume(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        if current.status != ItemStatus::Canceled {
            return Err(conflict("The plan is not canceled"));
        }
        self.abandon_waiting(&id, None)?;
        self.move_item(&id, &current.id, ItemStatus::Active)?;
        self.edit_subscription(&id, "subscription.updated", |_, _| {})
    }

    /// Another plan without a word to anybody, as if every event of it were lost.
    pub(crate) fn swap_silently(&mut self, organization: &str, plan: &str) -> Result<()> {
        let (id, current) = self.current(organization)?;
        if current.plan != plan {
            let heard = self.outbox.len();
            let plan = self.plan_for(&self.payer(organization)?, plan)?;
            let item = self.new_item(self.subscription_by_id(&id)?, &plan, Checkout::default(), self.clock());
            self.replace(&id, &current, item)?;
            self.outbox.truncate(heard);
        }
        Ok(())
    }
}

pub(super) fn conflict(message: &str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "conflict", message)
}
