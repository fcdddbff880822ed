//! Time going by: periods that end, trials, bills that are not paid.

use super::{
    Charge, Checkout, ItemStatus, PaymentOutcome, Subscription, SubscriptionItem, SubscriptionStatus, change::conflict,
};
use crate::{
    error::{ApiError, Result},
    state::State,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long before its end a trial is announced to end.
const TRIAL_NOTICE_MS: i64 = 3 * DAY_MS;

impl State {
    /// Lets the period end now: what was canceled or unpaid gives way to what follows, the rest is renewed and paid.
    pub(crate) fn end_period(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        if current.period_end.is_none() {
            return Err(conflict("The free plan has no period that could end"));
        }
        match current.status {
            ItemStatus::Canceled => self.give_way(who, &id, &current),
            ItemStatus::PastDue => self.end_plan(who),
            _ => self.renew(&id, &current),
        }
    }

    /// Ends every period that is over by the clock, once for each payer.
    pub(crate) fn end_due_periods(&mut self) {
        let now = self.now();
        let due = |own: &&Subscription| own.in_force().and_then(|item| item.period_end).is_some_and(|end| end <= now);
        let payers: Vec<String> =
            self.billing.subscriptions.iter().filter(due).map(|own| own.payer.id().to_owned()).collect();
        for payer in payers {
            // It has a period: that was looked at just now.
            drop(self.end_period(&payer));
        }
    }

    /// Ends the item and begins the one that waits for it, or the free plan.
    fn give_way(&mut self, who: &str, id: &str, current: &SubscriptionItem) -> Result<Subscription> {
        self.edit_item(id, &current.id, ItemStatus::Ended.event(), |item, now| {
            item.status = ItemStatus::Ended;
            item.period_end = Some(now);
            item.ended_at = Some(now);
        })?;
        let own = self.subscription_by_id(id)?;
        let next = match own.items.iter().find(|item| item.status == ItemStatus::Upcoming) {
            Some(next) => next.clone(),
            None => self.new_item(own, &self.free_plan(&self.payer(who)?)?, Checkout::default(), self.clock()),
        };
        self.charge(id, Charge::recurring(self.price_of(&next)), PaymentOutcome::Paid)?;
        self.begin(id, next)?;
        self.settle(id)
    }

    fn renew(&mut self, id: &str, current: &SubscriptionItem) -> Result<Subscription> {
        self.charge(id, Charge::recurring(self.price_of(current)), PaymentOutcome::Paid)?;
        let days = current.interval.days();
        self.edit_item(id, &current.id, "subscriptionItem.updated", |item, now| {
            item.is_free_trial = false;
            item.period_start = now;
            item.period_end = Some(now + days * DAY_MS);
        })?;
        self.edit_subscription(id, "subscription.updated", |_, _| {})
    }

    /// Ends the plan now, whatever was paid: the free one follows.
    pub(crate) fn end_plan(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        let free = self.free_plan(&self.payer(who)?)?;
        if current.plan == free.slug {
            return Err(conflict("The free plan cannot end"));
        }
        let item = self.new_item(self.subscription_by_id(&id)?, &free, Checkout::default(), self.clock());
        self.replace(&id, &current, item)
    }

    /// Announces the new set of items; nothing unpaid is left in it.
    pub(super) fn settle(&mut self, id: &str) -> Result<Subscription> {
        let changed = self.edit_subscription(id, "subscription.updated", |_, _| {})?;
        match changed.status {
            SubscriptionStatus::Active => Ok(changed),
            SubscriptionStatus::PastDue => self.recovered(id),
        }
    }

    /// Takes a plan without paying until its trial ends.
    pub(crate) fn start_trial(&mut self, who: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        let payer = self.payer(who)?;
        let (id, current) = self.current(who)?;
        let plan = self.plan_for(&payer, plan)?;
        if plan.trial_days == 0 {
            return Err(ApiError::forbidden("plan_free_trials_disabled", "Free trials are disabled for this plan"));
        }
        if current.plan == plan.slug {
            return Err(conflict("The payer is on this plan already"));
        }
        self.check_seats(&payer, &plan, with)?;
        let with = Checkout { period_days: with.period_days.or(Some(plan.trial_days.into())), ..with };
        let now = self.tick();
        let mut item = self.new_item(self.subscription_by_id(&id)?, &plan, with, now);
        item.is_free_trial = true;
        self.replace(&id, &current, item)?;
        self.edit_subscription(&id, "subscription.updated", |own, _| own.eligible_for_free_trial = false)
    }

    /// Moves a trial to three days before its end, and announces that.
    pub(crate) fn trial_ending(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current_trial(who)?;
        self.edit_item(&id, &current.id, "subscriptionItem.freeTrialEnding", |item, now| {
            let soon = now + TRIAL_NOTICE_MS;
            item.period_end = Some(item.period_end.map_or(soon, |end| end.min(soon)));
        })?;
        Ok(self.subscription_by_id(&id)?.clone())
    }

    /// Lets a trial end now: it is paid from here on, or was canceled.
    pub(crate) fn end_trial(&mut self, who: &str) -> Result<Subscription> {
        self.current_trial(who)?;
        self.end_period(who)
    }

    fn current_trial(&self, who: &str) -> Result<(String, SubscriptionItem)> {
        let (id, current) = self.current(who)?;
        match current.is_free_trial {
            true => Ok((id, current)),
            false => {
                let message = "Subscription item is not in free trial";
                Err(ApiError::forbidden("subscription_item_not_in_free_trial", message))
            }
        }
    }

    /// A recurring charge fails; the plan stays in force, unpaid.
    pub(crate) fn fail_payment(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        if self.price_of(&current) == 0 {
            return Err(conflict("Nothing is charged for this plan"));
        }
        self.charge(&id, Charge::recurring(self.price_of(&current)), PaymentOutcome::Failed)?;
        if current.status == ItemStatus::PastDue {
            return self.edit_subscription(&id, "subscription.updated", |_, _| {});
        }
        self.edit_item(&id, &current.id, ItemStatus::PastDue.event(), |item, now| {
            item.status = ItemStatus::PastDue;
            item.is_free_trial = false;
            item.past_due_at = Some(now);
        })?;
        self.edit_subscription(&id, "subscription.pastDue", |own, now| {
            own.status = SubscriptionStatus::PastDue;
            own.past_due_at = Some(now);
        })
    }

    /// The bill is paid after all, and a new period begins.
    pub(crate) fn recover_payment(&mut self, who: &str) -> Result<Subscription> {
        let (id, current) = self.current(who)?;
        if current.status != ItemStatus::PastDue {
            return Err(conflict("Nothing is unpaid"));
        }
        self.charge(&id, Charge::recurring(self.price_of(&current)), PaymentOutcome::Paid)?;
        let days = current.interval.days();
        self.edit_item(&id, &current.id, ItemStatus::Active.event(), |item, now| {
            item.status = ItemStatus::Active;
            item.past_due_at = None;
            item.period_start = now;
            item.period_end = Some(now + days * DAY_MS);
        })?;
        self.recovered(&id)
    }

    fn recovered(&mut self, id: &str) -> Result<Subscription> {
        self.edit_subscription(id, "subscription.active", |own, now| {
            own.status = SubscriptionStatus::Active;
            own.past_due_at = None;
            own.active_at = Some(now);
        })
    }
}
