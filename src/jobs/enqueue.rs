//! Writes a job down, in the transaction of the change that asks for it.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{CaseStatement, Expr, OnConflict};
use sea_orm::{ConnectionTrait, DbErr, ExprTrait, Insert};
use uuid::Uuid;

use super::Job;
use super::entity::{ActiveModel, Column, Entity, State};
use crate::db::{TenantDb, TenantTransaction};

/// As the index says it. An expression of the query builder would send the word as a value, and match no index.
const LIVING_KEY: &str = "key IS NOT NULL AND state <> 'dead'";

/// Has a job done for the transaction's tenant, soon after it commits.
///
/// # Errors
/// The database's, and when the job cannot be written as JSON.
pub async fn enqueue<J: Job>(tx: &TenantDb<TenantTransaction>, job: &J) -> Result<(), DbErr> {
    enqueue_at(tx, job, Utc::now()).await
}

/// The same, no earlier than a time.
///
/// # Errors
/// The database's, and when the job cannot be written as JSON.
pub async fn enqueue_at<J: Job>(tx: &TenantDb<TenantTransaction>, job: &J, due_at: DateTime<Utc>) -> Result<(), DbErr> {
    tx.insert_or_change(row(tx.tenant().as_str(), job, due_at)?, renew()).await
}

/// Has a job done for a tenant, from a transaction of the system.
///
/// # Errors
/// The database's, and when the job cannot be written as JSON.
pub async fn enqueue_for<C: ConnectionTrait, J: Job>(tx: &C, tenant: &str, job: &J) -> Result<(), DbErr> {
    enqueue_for_at(tx, tenant, job, Utc::now()).await
}

/// The same, no earlier than a time.
///
/// # Errors
/// The database's, and when the job cannot be written as JSON.
pub async fn enqueue_for_at<C: ConnectionTrait, J: Job>(
    tx: &C,
    tenant: &str,
    job: &J,
    due_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    Insert::one(row(tenant, job, due_at)?).on_conflict(renew()).exec_without_returning(tx).await.map(|_| ())
}

fn row<J: Job>(tenant: &str, job: &J, due_at: DateTime<Utc>) -> Result<ActiveModel, DbErr> {
    let payload = serde_json::to_string(job).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(ActiveModel {
        tenant_id: Set(tenant.to_owned()),
        id: Set(Uuid::now_v7()),
        kind: Set(J::KIND.to_owned()),
        key: Set(job.key()),
        payload: Set(payload),
        state: Set(State::Waiting),
        attempts: Set(0),
        // No later than a clock of milliseconds shows.
        due_at: Set(due_at.trunc_subsecs(3)),
        claim: Set(None),
        reason: Set(None),
        created_at: Set(Utc::now().trunc_subsecs(6)),
    })
}

/// What becomes of the one that waits under the same key: it is the new one now, and due at the earlier time.
fn renew() -> OnConflict {
    let (ours, theirs) = (|| Expr::col((Entity, Column::DueAt)), || Expr::cust("excluded.due_at"));
    let earlier = CaseStatement::new().case(theirs().lt(ours()), theirs()).finally(ours());
    OnConflict::columns([Column::TenantId, Column::Kind, Column::Key, Column::State])
        .target_and_where(Expr::cust(LIVING_KEY))
        .update_columns([Column::Payload, Column::Attempts, Column::Reason])
        .value(Column::DueAt, earlier)
        .to_owned()
}
