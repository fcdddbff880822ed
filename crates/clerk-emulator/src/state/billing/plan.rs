//! Plans: what a payer can be subscribed to, and what it costs.

use serde::{Deserialize, Serialize};

use super::{Payer, SubscriptionItem};
use crate::{
    error::{ApiError, Result},
    state::State,
};

/// What an organization, or a person, can be subscribed to. Prices are US cents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The name in `pla`, without scope.
    pub slug: String,
    /// Slugs of the features it includes, in the order of `fea`.
    pub features: Vec<String>,
    /// Shown to people; the slug when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// What a month costs. The first plan without a price is the one everybody starts with.
    #[serde(default)]
    pub price: u64,
    /// What a year costs when paid at once; no such offer when absent.
    #[serde(default)]
    pub annual_price: Option<u64>,
    /// Length of its free trial; none when 0.
    #[serde(default)]
    pub trial_days: u32,
    /// Present when members are paid for: Clerk then sets the organization's member limit itself.
    #[serde(default)]
    pub seats: Option<SeatPrice>,
    /// Who can have it.
    #[serde(default)]
    pub payer: PayerKind,
}

/// What the members of an organization on a seat-based plan cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatPrice {
    /// Seats that the plan's own price covers.
    pub included: u64,
    /// What each further seat costs a month, in cents.
    pub price: u64,
}

/// Who pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayerKind {
    /// An organization.
    #[default]
    Organization,
    /// A person, for themselves.
    User,
}

/// How often a plan is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Every 30 days.
    #[default]
    Month,
    /// Every 365 days.
    Annual,
}

impl Interval {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Annual => "annual",
        }
    }

    pub(super) fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Annual => 365,
        }
    }
}

impl Plan {
    /// A plan for organizations that costs nothing.
    pub fn new(slug: impl Into<String>, features: &[&str]) -> Self {
        let features = features.iter().map(|feature| (*feature).to_owned()).collect();
        Self { slug: slug.into(), features, ..Self::default() }
    }

    /// At this price a month, in cents.
    #[must_use]
    pub fn price(mut self, cents: u64) -> Self {
        self.price = cents;
        self
    }

    /// With a free trial of so many days.
    #[must_use]
    pub fn trial(mut self, days: u32) -> Self {
        self.trial_days = days;
        self
    }

    /// Seat-based: some seats included, the others at a price a month in cents.
    #[must_use]
    pub fn seats(mut self, included: u64, price: u64) -> Self {
        self.seats = Some(SeatPrice { included, price });
        self
    }

    /// For people instead of organizations.
    #[must_use]
    pub fn for_users(mut self) -> Self {
        self.payer = PayerKind::User;
        self
    }

    pub(crate) fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.slug)
    }

    /// Whether it is ever paid for.
    pub(crate) fn is_paid(&self) -> bool {
        self.price > 0 || self.seats.is_some()
    }
}

impl State {
    /// The plan a payer of this kind has without paying: the first without a price.
    pub(crate) fn default_plan(&self, kind: PayerKind) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.payer == kind && !plan.is_paid())
    }

    pub(crate) fn plan(&self, slug: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.slug == slug)
    }

    pub(super) fn plan_for(&self, payer: &Payer, slug: &str) -> Result<Plan> {
        match self.plan(slug) {
            Some(plan) if plan.payer == payer.kind() => Ok(plan.clone()),
            _ => Err(ApiError::not_found("plan", slug)),
        }
    }

    /// What one period of an item costs, in cents.
    pub(crate) fn price_of(&self, item: &SubscriptionItem) -> u64 {
        let Some(plan) = self.plan(&item.plan) else {
            return 0;
        };
        let months = if item.interval == Interval::Annual { 12 } else { 1 };
        let base = match (item.interval, plan.annual_price) {
            (Interval::Annual, Some(price)) => price,
            _ => plan.price * months,
        };
        let bought = item.seats.and_then(|seats| seats.quantity).unwrap_or(0);
        let seats = plan.seats.as_ref().map_or(0, |s| bought.saturating_sub(s.included) * s.price * months);
        base + seats
    }
}
