//! `GET /api/billing`: plan, status, period, limits and usage.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::RequireAdmin;
use crate::directory::payment_attempt;
use crate::entitlements::standing::{Item, Standing, Status};
use crate::entitlements::{Claimed, Entitled, Entitlements, Numbers, usage};
use crate::error::{Problem, Result};
use crate::http::query::NoQuery;
use crate::tasks;

/// What an organization pays for, and what it has of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Billing {
    /// The slug of the plan whose limits apply; null while no plan is known, which means no limits.
    pub plan: Option<String>,
    /// How the subscription stands; null while none is known.
    pub status: Option<Status>,
    /// The period of the plan in force; null for a plan without periods.
    pub period: Option<Period>,
    /// When the trial ends.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// When the plan, which was cancelled, ends.
    pub access_ends_at: Option<DateTime<Utc>>,
    /// Since when the plan is not paid for.
    pub past_due_since: Option<DateTime<Utc>>,
    /// When a plan that is not paid for ends, or ended.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// What begins later.
    pub upcoming: Option<Upcoming>,
    /// The features that may be used.
    pub features: Vec<String>,
    /// The most there may be; 0 is no limit.
    pub limits: Numbers,
    /// What there is; pending invitations count as members.
    pub usage: Numbers,
    /// Those of the members in `usage` that are pending invitations.
    pub pending_invitations: u64,
    /// By how much usage exceeds the limits. Nothing is deleted for that; only more is refused.
    pub over_limit: Numbers,
    /// The last attempt to collect money.
    pub last_payment: Option<Payment>,
}

/// From when to when a plan is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// `month` or `annual`.
    pub interval: Option<String>,
    /// When it began.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
}

/// A plan that begins later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Upcoming {
    /// Its slug.
    pub plan: Option<String>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
}

/// An attempt to collect money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Payment {
    /// `pending`, `paid` or `failed`.
    pub status: String,
    /// In the smallest unit of the currency.
    pub amount: Option<i64>,
    /// Of the amount, such as `USD`.
    pub currency: Option<String>,
    /// Why it failed.
    pub failed_code: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Get plan, limits and usage.
///
/// As the mirror has them: a change at Clerk shows when its webhook has come.
#[utoipa::path(
    get, path = "/", tag = "billing",
    responses(
        (status = 200, description = "How the organization stands", body = Billing),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_billing(
    guard: RequireAdmin,
    _: NoQuery,
    State(entitlements): State<Entitlements>,
) -> Result<Json<Billing>> {
    let entitled = entitlements.of(&guard.db, &guard.user).await?;
    let (members, tasks) = (usage::members(&guard.db).await?, tasks::count(&guard.db).await?);
    Ok(Json(Billing {
        features: entitled.features(&Claimed::of(&guard.user)),
        pending_invitations: usage::pending_invitations(&guard.db).await?,
        last_payment: payment_attempt::last(&guard.db).await?.map(Payment::from),
        ..Billing::of(entitled, Numbers { members, tasks })
    }))
}

impl Billing {
    fn of(entitled: Entitled, usage: Numbers) -> Self {
        let limits = Numbers::limits(&entitled);
        let standing = entitled.standing.as_ref();
        let in_force = standing.and_then(|standing| standing.in_force.as_ref());
        let ends_when = |status| in_force.filter(|_| standing.is_some_and(|standing| standing.status == status));
        Self {
            status: standing.map(|standing| standing.status),
            period: in_force.and_then(Period::of),
            trial_ends_at: ends_when(Status::Trialing).and_then(|item| item.period_end),
            access_ends_at: ends_when(Status::Canceled).and_then(|item| item.period_end),
            past_due_since: standing.and_then(|standing| standing.past_due_since),
            grace_ends_at: standing.and_then(|standing| standing.grace_ends_at),
            upcoming: standing.and_then(Upcoming::of),
            features: Vec::new(),
            limits,
            usage,
            pending_invitations: 0,
            over_limit: usage.over(limits),
            last_payment: None,
            plan: entitled.plan,
        }
    }
}

impl Period {
    fn of(item: &Item) -> Option<Self> {
        Some(Self { interval: item.period.clone(), start: item.period_start, end: item.period_end? })
    }
}

impl Upcoming {
    fn of(standing: &Standing) -> Option<Self> {
        let item = standing.upcoming.as_ref()?;
        Some(Self { plan: item.plan.clone(), starts_at: item.period_start })
    }
}

impl From<payment_attempt::Model> for Payment {
    fn from(row: payment_attempt::Model) -> Self {
        Self {
            status: row.status,
            amount: row.amount,
            currency: row.currency,
            failed_code: row.failed_code,
            created_at: row.created_at,
        }
    }
}
