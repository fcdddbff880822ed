//! The library's calls that change subscriptions. A payer is an organization (id or slug) or a
//! person (id, e-mail address or short name); what is answered is the subscription afterwards.

use crate::{
    Checkout, Emulator, Result, Subscription,
    state::{Settings, State},
};

impl Emulator {
    /// Switches billing on: every payer gets a subscription to the first plan without a price, or to
    /// the plan its organization was made with. `subscription.created`, `subscriptionItem.active`,
    /// `subscription.active` for each.
    ///
    /// # Errors
    /// 422 when every plan of the seed has a price.
    pub fn enable_billing(&self) -> Result<()> {
        self.change(|state| state.all_or_nothing(State::enable_billing))
    }

    /// The subscription of a payer.
    ///
    /// # Errors
    /// 404 for an unknown payer, 403 `billing_not_enabled`.
    pub fn subscription(&self, payer: &str) -> Result<Subscription> {
        self.read(|state| state.subscription(&state.payer(payer)?).cloned())
    }

    /// Takes a plan for a month, paid: a dearer one at once (`subscriptionItem.incomplete`,
    /// `paymentAttempt.created`/`.updated`, `.ended` of the old item, `.active` of the new one), a
    /// cheaper one when the period ends (`.canceled`, `.upcoming`); then `subscription.updated`.
    /// The present plan, canceled before, is taken up again.
    ///
    /// # Errors
    /// 404 for an unknown payer or plan, 409 when on this plan already, 422 `plan_seat_limit_exceeded`.
    pub fn subscribe(&self, payer: &str, plan: &str) -> Result<Subscription> {
        self.subscribe_with(payer, plan, Checkout::default())
    }

    /// As [`Emulator::subscribe`], with another interval, a number of seats or another first period.
    ///
    /// # Errors
    /// As [`Emulator::subscribe`].
    pub fn subscribe_with(&self, payer: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        self.billed(|state| state.subscribe(payer, plan, with))
    }

    /// Opens a checkout and leaves it unpaid: `subscriptionItem.incomplete`, `subscription.updated`.
    /// [`Emulator::subscribe`] to the same plan pays it.
    ///
    /// # Errors
    /// 404 for an unknown payer or plan, 422 `plan_seat_limit_exceeded`.
    pub fn open_checkout(&self, payer: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        self.billed(|state| state.open_checkout(payer, plan, with))
    }

    /// Cancels the plan: `subscriptionItem.canceled` with its `period_end`, `.upcoming` of the free
    /// plan, `subscription.updated`.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 for the free plan or one that is canceled already.
    pub fn cancel_plan(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.cancel_plan(payer))
    }

    /// Takes a cancellation or downgrade back: `subscriptionItem.abandoned` of what waited, `.active`.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 when nothing was canceled.
    pub fn resume_plan(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.resume(payer))
    }

    /// Lets the period end now. Canceled: `subscriptionItem.ended`, then `.active` of what follows.
    /// Otherwise it is paid and renewed: `subscriptionItem.updated`. Unpaid: the plan ends.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 for the free plan, whose period never ends.
    pub fn end_period(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.end_period(payer))
    }

    /// Ends the plan at once, whatever was paid: `subscriptionItem.ended`, `.active` of the free plan.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 for the free plan.
    pub fn end_plan(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.end_plan(payer))
    }

    /// Takes a plan on trial: `subscriptionItem.ended`, `.active` with `is_free_trial`.
    ///
    /// # Errors
    /// 404 for an unknown payer or plan, 403 `plan_free_trials_disabled`, 409 when on it already.
    pub fn start_trial(&self, payer: &str, plan: &str) -> Result<Subscription> {
        self.start_trial_with(payer, plan, Checkout::default())
    }

    /// As [`Emulator::start_trial`], with a number of seats or another length of the trial.
    ///
    /// # Errors
    /// As [`Emulator::start_trial`].
    pub fn start_trial_with(&self, payer: &str, plan: &str, with: Checkout) -> Result<Subscription> {
        self.billed(|state| state.start_trial(payer, plan, with))
    }

    /// Moves a trial to three days before its end: `subscriptionItem.freeTrialEnding`.
    ///
    /// # Errors
    /// 404 for an unknown payer, 403 `subscription_item_not_in_free_trial`.
    pub fn trial_ending(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.trial_ending(payer))
    }

    /// Lets a trial end now, as [`Emulator::end_period`] does.
    ///
    /// # Errors
    /// 404 for an unknown payer, 403 `subscription_item_not_in_free_trial`.
    pub fn end_trial(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.end_trial(payer))
    }

    /// A recurring charge fails: `paymentAttempt.updated` (failed), `subscriptionItem.pastDue`,
    /// `subscription.pastDue`.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 when nothing is charged.
    pub fn fail_payment(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.fail_payment(payer))
    }

    /// The bill is paid after all: `paymentAttempt.updated` (paid), `subscriptionItem.active`,
    /// `subscription.active`.
    ///
    /// # Errors
    /// 404 for an unknown payer, 409 when nothing is unpaid.
    pub fn recover_payment(&self, payer: &str) -> Result<Subscription> {
        self.billed(|state| state.recover_payment(payer))
    }

    /// Sets the number of seats, 0 for any: `subscriptionItem.updated`, `organization.updated` with
    /// the new member limit, `subscription.updated`; a payment when there are more.
    ///
    /// # Errors
    /// 404 for an unknown payer, 422 when the plan is not seat-based.
    pub fn set_seats(&self, payer: &str, seats: u64) -> Result<Subscription> {
        self.billed(|state| state.set_seats(payer, seats))
    }

    fn billed(&self, work: impl FnOnce(&mut State) -> Result<Subscription>) -> Result<Subscription> {
        self.change(|state| state.all_or_nothing(work))
    }

    /// What the instance is set to.
    pub fn instance_settings(&self) -> Settings {
        self.read(|state| state.settings)
    }

    /// Changes what the instance is set to; no event tells.
    ///
    /// # Errors
    /// When the state file cannot be written.
    pub fn change_instance(&self, settings: Settings) -> Result<()> {
        self.change(|state| {
            state.changed = true;
            state.settings = settings;
            Ok(())
        })
    }
}
