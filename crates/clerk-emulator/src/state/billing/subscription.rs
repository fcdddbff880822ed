//! Subscriptions coming into being: when billing is switched on, and with each new payer.

use axum::http::StatusCode;

use super::{Checkout, ItemStatus, Payer, PayerKind, Plan, Subscription, SubscriptionItem, SubscriptionStatus};
use crate::{
    error::{ApiError, Result},
    ids, json,
    state::State,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl State {
    /// Gives every payer a subscription, and every later one.
    pub(crate) fn enable_billing(&mut self) -> Result<()> {
        if self.billing.enabled {
            return Ok(());
        }
        if self.default_plan(PayerKind::Organization).is_none() && self.default_plan(PayerKind::User).is_none() {
            return Err(ApiError::value("plan", "without a price is needed: everybody starts with it"));
        }
        self.billing.enabled = true;
        self.tick();
        let organizations = self.organizations.iter().map(|o| Payer::Organization(o.id.clone()));
        let users = self.users.iter().map(|user| Payer::User(user.id.clone()));
        for payer in organizations.chain(users).collect::<Vec<_>>() {
            self.open_subscription(payer);
        }
        Ok(())
    }

    /// The subscription of a new payer, if there is a plan to begin with.
    pub(crate) fn open_subscription(&mut self, payer: Payer) {
        let Some(free) = self.default_plan(payer.kind()).filter(|_| self.billing.enabled).cloned() else {
            return;
        };
        let now = self.tick();
        let mut subscription = Subscription {
            id: ids::derived("csub_", &[&self.instance.id, payer.id()]),
            payer_id: ids::derived("cpayer_", &[&self.instance.id, payer.id()]),
            status: SubscriptionStatus::Active,
            items: Vec::new(),
            eligible_for_free_trial: true,
            latest_payment_id: None,
            active_at: Some(now),
            past_due_at: None,
            created_at: now,
            updated_at: now,
            payer,
        };
        let mut first = self.new_item(&subscription, &free, Checkout::default(), now);
        if let Some(plan) = self.granted_plan(&subscription.payer, &free) {
            first = self.new_item(&subscription, &plan, Checkout::default(), now);
        }
        subscription.items.push(first.clone());
        let id = subscription.id.clone();
        self.billing.subscriptions.push(subscription);
        self.emit_subscription("subscription.created", &id);
        self.emit_item(ItemStatus::Active.event(), &id, &first.id);
        self.emit_subscription("subscription.active", &id);
        self.adopt_plan(&id, true);
    }

    /// The plan an organization was made with, when it is not the one everybody starts with.
    fn granted_plan(&self, payer: &Payer, free: &Plan) -> Option<Plan> {
        let slug = self.organization(payer.id()).ok()?.plan.clone()?;
        self.plan(&slug).filter(|plan| plan.slug != free.slug && plan.payer == payer.kind()).cloned()
    }

    /// An item that begins now. Not kept yet.
    pub(super) fn new_item(&self, own: &Subscription, plan: &Plan, with: Checkout, now: i64) -> SubscriptionItem {
        let days = with.period_days.unwrap_or_else(|| with.interval.days());
        let is_default = self.default_plan(plan.payer).is_some_and(|default| default.slug == plan.slug);
        SubscriptionItem {
            id: match is_default {
                true => ids::derived("csub_item_", &[&own.id, "free"]),
                false => ids::fresh("csub_item_"),
            },
            plan: plan.slug.clone(),
            status: ItemStatus::Active,
            interval: with.interval,
            is_free_trial: false,
            period_start: now,
            period_end: plan.is_paid().then_some(now + days * DAY_MS),
            seats: self.seats_of(&own.payer, plan, with.seats),
            canceled_at: None,
            past_due_at: None,
            ended_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// By id or slug of an organization; by id, e-mail address or short name of a person.
    pub(crate) fn payer(&self, who: &str) -> Result<Payer> {
        match (self.organization(who), self.find_user(who)) {
            (Ok(organization), _) => Ok(Payer::Organization(organization.id.clone())),
            (_, Ok(user)) => Ok(Payer::User(user.id.clone())),
            _ => Err(ApiError::not_found("payer", who)),
        }
    }

    /// The subscription of a payer, with Clerk's refusals where there is none.
    pub(crate) fn subscription(&self, payer: &Payer) -> Result<&Subscription> {
        let of = match payer.kind() {
            PayerKind::Organization => "organizations",
            PayerKind::User => "users",
        };
        if !self.billing.enabled || self.default_plan(payer.kind()).is_none() {
            let message = format!("The billing feature for {of} is not enabled for this instance");
            return Err(ApiError::forbidden("billing_not_enabled", message));
        }
        let found = self.billing.subscriptions.iter().find(|own| own.payer == *payer);
        found.ok_or_else(|| {
            ApiError::new(StatusCode::NOT_FOUND, "subscription_not_found", "The payer has no subscription")
        })
    }

    /// The slug of the plan in force for a person.
    pub(crate) fn plan_of_user(&self, user: &str) -> Option<&Plan> {
        let own = self.subscription(&Payer::User(user.to_owned())).ok()?;
        self.plan(&own.in_force()?.plan)
    }

    /// Ends every item that will not come back under its id.
    pub(crate) fn end_subscriptions(&mut self) {
        for own in self.billing.subscriptions.clone() {
            let free = ids::derived("csub_item_", &[&own.id, "free"]);
            for item in own.living().filter(|item| item.id != free) {
                // It exists: it was just listed.
                drop(self.move_item(&own.id, &item.id, ItemStatus::Ended));
            }
        }
    }

    /// Forgets a payer that is no more.
    pub(crate) fn drop_subscription(&mut self, payer: &str) {
        self.billing.subscriptions.retain(|own| own.payer.id() != payer);
    }

    pub(super) fn subscription_by_id(&self, id: &str) -> Result<&Subscription> {
        let found = self.billing.subscriptions.iter().find(|own| own.id == id);
        found.ok_or_else(|| ApiError::not_found("subscription", id))
    }

    pub(super) fn emit_subscription(&mut self, kind: &'static str, id: &str) {
        if let Ok(own) = self.subscription_by_id(id) {
            let data = json::subscription(self, own);
            self.emit(kind, data);
        }
    }

    pub(super) fn emit_item(&mut self, kind: &'static str, id: &str, item: &str) {
        let Ok(own) = self.subscription_by_id(id) else {
            return;
        };
        if let Some(item) = own.items.iter().find(|other| other.id == item) {
            let data = json::subscription_item(self, own, item);
            self.emit(kind, data);
        }
    }
}
