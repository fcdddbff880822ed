//! Billing's objects as webhooks and the Backend API carry them, cut down to what is kept.
//!
//! The two differ in names: `items` here is `subscription_items` there, `interval` is `plan_period`. Either is read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Fields, Unreadable};

/// The price by the number of members, as Clerk names it.
const SEATS: &str = "seats";

/// Who pays: for an organization, or for their own workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payer {
    /// `org_…`
    Organization(String),
    /// `user_…`
    User(String),
}

impl Payer {
    /// The tenant whose plan it is.
    pub fn id(&self) -> &str {
        match self {
            Self::Organization(id) | Self::User(id) => id,
        }
    }

    /// Who pays for a tenant.
    pub fn of_tenant(id: &str) -> Self {
        if id.starts_with("user_") { Self::User(id.to_owned()) } else { Self::Organization(id.to_owned()) }
    }

    /// Absent, null and empty ids are alike: Clerk writes each.
    fn read(data: &Fields<'_>) -> Result<Self, Unreadable> {
        if data.optional_id("organization_id")?.is_some() {
            return data.organization_id("organization_id").map(Self::Organization);
        }
        data.user_id("user_id").map(Self::User)
    }
}

/// A subscription: one for each payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `csub_…`
    pub id: String,
    /// As Clerk writes it; what is in force the items say.
    pub status: String,
    /// Whose it is.
    pub payer: Payer,
    /// Since when something is unpaid.
    pub past_due_at: Option<DateTime<Utc>>,
    /// What it consists of.
    pub items: Vec<SubscriptionItem>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

/// A payer, a plan and a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionItem {
    /// `csub_item_…`; that of the free plan stays the same for ever.
    pub id: String,
    /// `csub_…`
    pub subscription_id: Option<String>,
    /// Whose it is.
    pub payer: Payer,
    /// How it stands.
    pub status: ItemStatus,
    /// Whether this period is a trial.
    pub is_free_trial: bool,
    /// `month` or `annual`.
    pub period: Option<String>,
    /// When the period begins.
    pub period_start: DateTime<Utc>,
    /// When it ends; the free plan's does not.
    pub period_end: Option<DateTime<Utc>>,
    /// Since when it is unpaid, where Clerk tells.
    pub past_due_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub canceled_at: Option<DateTime<Utc>>,
    /// The plan, where Clerk tells.
    pub plan: Option<BilledPlan>,
    /// How many seats were bought, of a plan that is based on seats.
    pub seats: Option<Seats>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

/// The plan of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledPlan {
    /// `cplan_…`
    pub id: Option<String>,
    /// The name that the catalogue knows it by.
    pub slug: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it is paid for again and again; the free plan is not.
    pub is_recurring: bool,
    /// Whether its price depends on the number of members.
    pub is_seat_based: bool,
}

/// The seats of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// How many; none means any number.
    pub quantity: Option<i64>,
}

macro_rules! item_statuses {
    ($($(#[$doc:meta])* $status:ident $text:literal,)*) => {
        /// How an item stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ItemStatus {
            $($(#[$doc])* $status,)*
        }

        impl ItemStatus {
            /// As Clerk writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$status => $text,)*
                }
            }

            /// Reads what [`Self::as_str`] writes; anything else is unknown.
            pub fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$status,)*
                    _ => Self::Unknown,
                }
            }
        }
    };
}

item_statuses! {
    /// In force.
    Active "active",
    /// In force until the period ends.
    Canceled "canceled",
    /// Not in force any more.
    Ended "ended",
    /// In force, and not paid.
    PastDue "past_due",
    /// Begins later.
    Upcoming "upcoming",
    /// Being bought.
    Incomplete "incomplete",
    /// Replaced before it began.
    Abandoned "abandoned",
    /// Not in force any more.
    Expired "expired",
    /// A status that is not known here.
    Unknown "unknown",
}

/// An attempt to collect money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentAttempt {
    /// `pa_…`
    pub id: String,
    /// Whose it is.
    pub payer: Payer,
    /// `pending`, `paid` or `failed`.
    pub status: String,
    /// `checkout` or `recurring`.
    pub charge_type: Option<String>,
    /// Why it failed.
    pub failed_code: Option<String>,
    /// What was asked for, in the smallest unit of the currency.
    pub amount: Option<i64>,
    /// Of the amount.
    pub currency: Option<String>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it failed.
    pub failed_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

impl Subscription {
    /// Reads an answer of the Backend API, which does not say whose subscription was asked for.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub(super) fn answered(value: &Value, payer: Payer, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        Self::of(&Fields::of(value, "")?, payer, otherwise)
    }

    pub(super) fn read(data: &Fields<'_>, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        Self::of(data, Payer::read(&data.object("payer")?)?, otherwise)
    }

    fn of(data: &Fields<'_>, payer: Payer, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        let updated_at = data.time("updated_at")?.unwrap_or(otherwise);
        let id = data.id("id")?;
        let mut items = Vec::new();
        for listed in data.objects("items")?.iter().chain(&data.objects("subscription_items")?) {
            // Inside a subscription neither is said, and what is said would be the same.
            items.push(SubscriptionItem::of(listed, Some(id.clone()), payer.clone(), None, updated_at)?);
        }
        Ok(Self {
            id,
            status: data.required_text("status")?,
            payer,
            past_due_at: data.time("past_due_at")?,
            items,
            created_at: data.time("created_at")?.unwrap_or(updated_at),
            updated_at,
        })
    }
}

impl SubscriptionItem {
    /// `usual` is the status that the event's type implies where the item does not tell its own.
    pub(super) fn read(
        data: &Fields<'_>,
        otherwise: DateTime<Utc>,
        usual: Option<ItemStatus>,
    ) -> Result<Self, Unreadable> {
        let payer = Payer::read(&data.object("payer")?)?;
        Self::of(data, data.optional_id("subscription_id")?, payer, usual, otherwise)
    }

    fn of(
        data: &Fields<'_>,
        subscription_id: Option<String>,
        payer: Payer,
        usual: Option<ItemStatus>,
        otherwise: DateTime<Utc>,
    ) -> Result<Self, Unreadable> {
        let updated_at = data.time("updated_at")?.unwrap_or(otherwise);
        let created_at = data.time("created_at")?.unwrap_or(updated_at);
        let status = match (data.text("status")?, usual) {
            (None, Some(usual)) => usual,
            _ => ItemStatus::parse(&data.required_text("status")?),
        };
        let period = data.text("interval")?.map_or_else(|| data.text("plan_period"), |told| Ok(Some(told)))?;
        let plan = data.optional_object("plan")?.map(|plan| BilledPlan::read(&plan)).transpose()?;
        let seats = data.optional_object("seats")?.map(|seats| Seats::read(&seats)).transpose()?;
        Ok(Self {
            id: data.id("id")?,
            subscription_id,
            payer,
            status,
            is_free_trial: data.flag("is_free_trial")?,
            period,
            period_start: data.time("period_start")?.unwrap_or(created_at),
            period_end: data.time("period_end")?,
            past_due_at: data.time("past_due_at")?,
            canceled_at: data.time("canceled_at")?,
            plan,
            seats,
            created_at,
            updated_at,
        })
    }
}

impl BilledPlan {
    fn read(data: &Fields<'_>) -> Result<Self, Unreadable> {
        let mut is_seat_based = false;
        for price in data.objects("unit_prices")? {
            is_seat_based |= price.text("name")?.as_deref() == Some(SEATS);
        }
        Ok(Self {
            id: data.optional_id("id")?,
            slug: data.text("slug")?,
            name: data.text("name")?,
            is_recurring: data.flag("is_recurring")?,
            is_seat_based,
        })
    }
}

impl Seats {
    fn read(data: &Fields<'_>) -> Result<Self, Unreadable> {
        Ok(Self { quantity: data.integer("quantity")? })
    }
}

impl PaymentAttempt {
    pub(super) fn read(data: &Fields<'_>, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        let updated_at = data.time("updated_at")?.unwrap_or(otherwise);
        let reason = data.optional_object("failed_reason")?;
        let total = match data.optional_object("totals")? {
            Some(totals) => totals.optional_object("grand_total")?,
            None => None,
        };
        Ok(Self {
            id: data.id("id")?,
            payer: Payer::read(&data.object("payer")?)?,
            status: data.required_text("status")?,
            charge_type: data.text("charge_type")?.map_or_else(|| data.text("type"), |told| Ok(Some(told)))?,
            failed_code: reason.map(|reason| reason.text("code")).transpose()?.flatten(),
            amount: total.as_ref().map(|total| total.integer("amount")).transpose()?.flatten(),
            currency: total.as_ref().map(|total| total.text("currency")).transpose()?.flatten(),
            paid_at: data.time("paid_at")?,
            failed_at: data.time("failed_at")?,
            created_at: data.time("created_at")?.unwrap_or(updated_at),
            updated_at,
        })
    }
}
