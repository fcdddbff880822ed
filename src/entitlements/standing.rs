//! How a subscription stands at a moment: a pure function of its items, the time and the grace.
//!
//! Statuses are Clerk's, and only the clock is ours: `canceled` ends with its period, `past_due` with the grace. An item that
//! a newer list of its subscription leaves out has ended, though nobody said so.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clerk::event::ItemStatus;
use crate::directory::{subscription, subscription_item};

/// The status of a whole subscription of which something is unpaid.
const PAST_DUE: &str = "past_due";

/// A part of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Clerk's id of it.
    pub id: String,
    /// The plan's slug, where Clerk told it.
    pub plan: Option<String>,
    /// What Clerk says of it.
    pub status: ItemStatus,
    /// Whether it is paid for again and again.
    pub is_recurring: bool,
    /// Whether this period is a trial.
    pub is_free_trial: bool,
    /// The seats, of a plan that counts them.
    pub seats: Option<Seats>,
    /// `month` or `annual`.
    pub period: Option<String>,
    /// When its period begins.
    pub period_start: DateTime<Utc>,
    /// When its period ends.
    pub period_end: Option<DateTime<Utc>>,
    /// Since when it is unpaid.
    pub past_due_at: Option<DateTime<Utc>>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
    /// Whether the newest list of its subscription still has it.
    pub is_listed: bool,
}

/// The seats of a plan that counts them; Clerk enforces their number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// How many; none means any number.
    pub quantity: Option<u64>,
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BillingStatus)]
pub enum Status {
    /// In force.
    Active,
    /// In force, and free until the trial ends.
    Trialing,
    /// In force until the period ends.
    Canceled,
    /// In force, and not paid for; the grace runs.
    PastDue,
    /// Not in force: it was not paid for, and the grace is over.
    Unpaid,
    /// Not in force.
    Ended,
}

/// How a subscription stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which of its items is in force, if any.
    pub in_force: Option<Item>,
    /// How it stands.
    pub status: Status,
    /// Since when the one that was or is to be paid for is unpaid.
    pub past_due_since: Option<DateTime<Utc>>,
    /// When the grace ends, or ended.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// What begins later.
    pub upcoming: Option<Item>,
    /// The last moment at which anything of it changed; a token issued later knows of that.
    pub since: DateTime<Utc>,
    /// When the clock alone will change it.
    pub changes_at: Option<DateTime<Utc>>,
}

/// What becomes of an item by the clock.
enum Hold {
    /// In force, until the clock ends it.
    InForce(Option<DateTime<Utc>>),
    /// The clock ended it.
    OverSince(DateTime<Utc>),
    /// Not in force.
    No,
}

impl Item {
    fn hold(&self, now: DateTime<Utc>, grace: TimeDelta) -> Hold {
        let until = match self.status {
            _ if !self.is_listed => return Hold::No,
            ItemStatus::Active => return Hold::InForce(None),
            // Without an end there is nothing left to wait for.
            ItemStatus::Canceled => self.period_end.unwrap_or(self.updated_at),
            ItemStatus::PastDue => self.grace_ends_at(grace),
            _ => return Hold::No,
        };
        if now < until { Hold::InForce(Some(until)) } else { Hold::OverSince(until) }
    }

    /// Clerk need not say since when: then since it last changed the item.
    fn past_due_since(&self) -> DateTime<Utc> {
        self.past_due_at.unwrap_or(self.updated_at)
    }

    fn grace_ends_at(&self, grace: TimeDelta) -> DateTime<Utc> {
        self.past_due_since().checked_add_signed(grace).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Of several in force the greatest counts: a paid one, then the one that began last.
    fn rank(&self) -> (bool, DateTime<Utc>, DateTime<Utc>, &str) {
        (self.is_recurring, self.period_start, self.updated_at, &self.id)
    }
}

/// How a subscription with these items stands. Without any item there is none, and nothing is known.
pub fn standing(items: &[Item], now: DateTime<Utc>, grace: TimeDelta) -> Option<Standing> {
    let mut since = items.iter().map(|item| item.updated_at).max()?;
    let (mut in_force, mut changes_at): (Vec<&Item>, Option<DateTime<Utc>>) = (Vec::new(), None);
    for item in items {
        match item.hold(now, grace) {
            Hold::InForce(until) => {
                in_force.push(item);
                changes_at = changes_at.into_iter().chain(until).min();
            }
            Hold::OverSince(end) => since = since.max(end),
            Hold::No => {}
        }
    }
    let best = in_force.into_iter().max_by(|one, other| one.rank().cmp(&other.rank()));
    // What is owed is told even while something free is in force beside it.
    let unpaid = || items.iter().filter(|item| item.is_listed && item.status == ItemStatus::PastDue);
    let owed = best.filter(|item| item.status == ItemStatus::PastDue).or_else(|| {
        unpaid()
            .filter(|_| best.is_none_or(|best| !best.is_recurring))
            .max_by(|one, other| one.rank().cmp(&other.rank()))
    });
    Some(Standing {
        status: status(best, owed),
        past_due_since: owed.map(Item::past_due_since),
        grace_ends_at: owed.map(|item| item.grace_ends_at(grace)),
        upcoming: upcoming(items).cloned(),
        in_force: best.cloned(),
        since,
        changes_at,
    })
}

fn status(best: Option<&Item>, owed: Option<&Item>) -> Status {
    match (best, owed) {
        (Some(item), _) if item.status == ItemStatus::PastDue => Status::PastDue,
        (_, Some(_)) => Status::Unpaid,
        (Some(item), None) if item.status == ItemStatus::Canceled => Status::Canceled,
        (Some(item), None) if item.is_free_trial => Status::Trialing,
        (Some(_), None) => Status::Active,
        (None, None) => Status::Ended,
    }
}

fn upcoming(items: &[Item]) -> Option<&Item> {
    let waiting = items.iter().filter(|item| item.is_listed && item.status == ItemStatus::Upcoming);
    waiting.min_by(|one, other| one.period_start.cmp(&other.period_start).then(other.rank().cmp(&one.rank())))
}

impl From<(subscription_item::Model, Option<subscription::Model>)> for Item {
    fn from((row, whole): (subscription_item::Model, Option<subscription::Model>)) -> Self {
        let status = ItemStatus::parse(&row.status);
        let is_listed = whole.as_ref().is_none_or(|whole| is_listed(&row, whole));
        let heard_at = whole.as_ref().filter(|_| !is_listed).map_or(0, |whole| whole.source_updated_at);
        // While Clerk says that it is past due; a time that is left from another year is none.
        let owed_since = whole.filter(|whole| whole.status == PAST_DUE).and_then(|whole| whole.past_due_at);
        Self {
            plan: row.plan_slug,
            status,
            is_recurring: row.is_recurring,
            is_free_trial: row.is_free_trial,
            seats: row.is_seat_based.then(|| Seats { quantity: row.seats.and_then(|seats| u64::try_from(seats).ok()) }),
            period: row.period,
            period_start: row.period_start,
            period_end: row.period_end,
            past_due_at: row.past_due_at.or(owed_since),
            updated_at: DateTime::from_timestamp_millis(row.source_updated_at.max(heard_at)).unwrap_or_default(),
            is_listed,
            id: row.id,
        }
    }
}

/// An item that is newer than the list cannot be missing from it. A list without any item is none.
fn is_listed(row: &subscription_item::Model, whole: &subscription::Model) -> bool {
    let Some(listed) = &whole.listed else { return true };
    row.source_updated_at >= whole.source_updated_at || listed.0.contains(&row.id)
}
