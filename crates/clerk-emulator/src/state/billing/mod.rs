//! Billing: one subscription for each payer, from free plan to seats and unpaid bills.
//!
//! A subscription holds items, each a plan for a time; exactly one of them is in force. Every change
//! leaves the events Clerk sends, and keeps the organization's plan and member limit in step.

mod change;
mod edit;
mod payment;
mod period;
mod plan;
mod seats;
mod subscription;

pub use plan::{Interval, PayerKind, Plan, SeatPrice};
pub use seats::Seats;

pub(crate) use payment::{Charge, Payment, PaymentOutcome};

use serde::{Deserialize, Serialize};

/// Whether payers have subscriptions, and those they have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Billing {
    pub(crate) enabled: bool,
    pub(crate) subscriptions: Vec<Subscription>,
}

/// Who a subscription belongs to, by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// `org_…`
    Organization(String),
    /// `user_…`
    User(String),
}

impl Payer {
    /// The organization's or the person's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Organization(id) | Self::User(id) => id,
        }
    }

    /// Which of the two it is.
    pub fn kind(&self) -> PayerKind {
        match self {
            Self::Organization(_) => PayerKind::Organization,
            Self::User(_) => PayerKind::User,
        }
    }
}

/// Where a subscription stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// In order, the free plan included.
    Active,
    /// An item of it is unpaid.
    PastDue,
}

impl SubscriptionStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
        }
    }
}

/// What a payer has, had and will have. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// `csub_…`, the same for as long as the payer exists.
    pub id: String,
    /// `cpayer_…`
    pub payer_id: String,
    pub payer: Payer,
    pub status: SubscriptionStatus,
    /// Oldest first, those that are over included.
    pub items: Vec<SubscriptionItem>,
    /// The first trial spends it.
    pub eligible_for_free_trial: bool,
    pub latest_payment_id: Option<String>,
    pub active_at: Option<i64>,
    pub past_due_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Subscription {
    /// The one item that decides what the payer has now.
    pub fn in_force(&self) -> Option<&SubscriptionItem> {
        self.items.iter().find(|item| item.status.is_in_force())
    }

    /// Items that are not over.
    pub fn living(&self) -> impl Iterator<Item = &SubscriptionItem> {
        self.items.iter().filter(|item| item.status.is_living())
    }
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// In force.
    Active,
    /// In force until the period ends, and not renewed.
    Canceled,
    /// In force, unpaid.
    PastDue,
    /// Comes into force when the one before it ends.
    Upcoming,
    /// A checkout that has not been paid.
    Incomplete,
    /// Replaced before it came into force.
    Abandoned,
    /// Over.
    Ended,
}

impl ItemStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Canceled => "canceled",
            Self::PastDue => "past_due",
            Self::Upcoming => "upcoming",
            Self::Incomplete => "incomplete",
            Self::Abandoned => "abandoned",
            Self::Ended => "ended",
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Active => "subscriptionItem.active",
            Self::Canceled => "subscriptionItem.canceled",
            Self::PastDue => "subscriptionItem.pastDue",
            Self::Upcoming => "subscriptionItem.upcoming",
            Self::Incomplete => "subscriptionItem.incomplete",
            Self::Abandoned => "subscriptionItem.abandoned",
            Self::Ended => "subscriptionItem.ended",
        }
    }

    fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::Canceled | Self::PastDue)
    }

    fn is_living(self) -> bool {
        !matches!(self, Self::Abandoned | Self::Ended)
    }
}

/// One plan for one time. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionItem {
    /// `csub_item_…`; the free plan's is the same for ever.
    pub id: String,
    /// The plan's slug.
    pub plan: String,
    pub status: ItemStatus,
    pub interval: Interval,
    pub is_free_trial: bool,
    pub period_start: i64,
    /// `None` for a plan that costs nothing.
    pub period_end: Option<i64>,
    /// Present on seat-based plans.
    pub seats: Option<Seats>,
    pub canceled_at: Option<i64>,
    pub past_due_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// How a plan is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// A month at a time unless it says otherwise.
    pub interval: Interval,
    /// Seats to buy, 0 for any number; what is needed when absent. For seat-based plans.
    pub seats: Option<u64>,
    /// Length of the first period instead of 30 or 365.
    pub period_days: Option<i64>,
}
