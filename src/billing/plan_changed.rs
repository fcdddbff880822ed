//! What follows from a change of plan, in the transaction that stores it; and the job that tells Clerk of the member limit.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use super::member_limit::{Trouble, push};
use crate::clerk::Api;
use crate::entitlements::Entitlements;
use crate::error::Error;
use crate::jobs::{self, Context, Failure, Job};
use crate::mail::Mail;

/// A clock that is a little behind must not find the plan still in force.
const AFTERWARDS: TimeDelta = TimeDelta::seconds(5);

/// Sets the member limit of an organization at Clerk to what its plan allows when the job runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PushMemberLimit {
    /// When the clock changes the plan; none for a change that was announced.
    #[serde(default)]
    pub due_at: Option<DateTime<Utc>>,
}

impl Job for PushMemberLimit {
    const KIND: &'static str = "billing.push_member_limit";

    /// One for what was announced, and one for each moment that is still to come: else the earlier would take the later's place.
    fn key(&self) -> Option<String> {
        Some(self.due_at.map_or_else(|| "announced".to_owned(), |due_at| due_at.timestamp_millis().to_string()))
    }
}

/// To be called in every transaction that stored a change of a tenant's subscription (`News::Plan`): Clerk is told the member
/// limit, and administrators if the plan is past due.
///
/// # Errors
/// The database's.
pub async fn plan_changed<C: ConnectionTrait>(tx: &C, mail: &Mail, tenant: &str) -> Result<(), DbErr> {
    mail.plan_may_be_past_due(tx, tenant).await?;
    // A person's own workspace has no members.
    if tenant.starts_with("user_") {
        return Ok(());
    }
    jobs::enqueue_for(tx, tenant, &PushMemberLimit::default()).await
}

/// Does the job, and has it done again when the clock alone changes the plan next.
///
/// What is due by the clock joins what was announced, so that two of one tenant never run side by side, the older one last.
///
/// # Errors
/// After which it is tried again.
#[expect(clippy::disallowed_methods, reason = "it enqueues as the system, and changes nothing of the tenant")]
pub async fn push_member_limit(
    job: PushMemberLimit,
    context: Context,
    clerk: Api,
    entitlements: Entitlements,
) -> Result<(), Failure> {
    let tenant = context.tenant();
    if job.due_at.is_some() {
        let tx = context.db().system().begin().await?;
        jobs::enqueue_for(&tx, tenant.as_str(), &PushMemberLimit::default()).await?;
        return Ok(tx.commit().await?);
    }
    let entitled = entitlements.of_tenant(context.db(), tenant).await?;
    if let Some(due_at) = entitled.standing.and_then(|standing| standing.changes_at) {
        let tx = context.db().system().begin().await?;
        let then = PushMemberLimit { due_at: Some(due_at) };
        jobs::enqueue_for_at(&tx, tenant.as_str(), &then, due_at + AFTERWARDS).await?;
        tx.commit().await?;
    }
    match push(context.db(), tenant, &clerk, &entitlements).await {
        Ok(pushed) => {
            tracing::debug!(?pushed, "the member limit at Clerk");
            Ok(())
        }
        Err(Trouble::Database(error)) => Err(error.into()),
        Err(Trouble::Clerk(refusal)) => Err(refusal.into_error(Error::ROUTE_NOT_FOUND).into()),
    }
}
