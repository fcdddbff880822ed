//! What an operator sees of jobs, and does with those that are dead.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, SqlErr};
use uuid::Uuid;

use super::entity::{Column, Entity, Model, State};
use crate::db::Db;

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Only those that are dead.
    pub dead: bool,
    /// Only this tenant's.
    pub tenant: Option<String>,
    /// How many at the most.
    pub most: u64,
}

/// What came of trying a dead job again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It waits, and is due.
    Waits,
    /// It was dropped: a newer one of the same key waits.
    Superseded,
    /// There is no dead job of this id.
    Absent,
}

/// Lists jobs, those that were due the longest ago first.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn list(db: &Db, which: &Which) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .apply_if(which.dead.then_some(State::Dead), |jobs, dead| jobs.filter(Column::State.eq(dead)))
        .apply_if(which.tenant.as_deref(), |jobs, tenant| jobs.filter(Column::TenantId.eq(tenant)))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(which.most)
        .all(&db.system().reader())
        .await
}

/// One job.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).one(&db.system().reader()).await
}

/// Has a dead job tried again, as if it were new.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn retry(db: &Db, id: Uuid) -> Result<Retried, DbErr> {
    let waiting = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Waiting.to_value()))
        .col_expr(Column::DueAt, Expr::value(Utc::now().trunc_subsecs(3)))
        .col_expr(Column::Attempts, Expr::value(0_i16))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(State::Dead))
        .exec(&db.system())
        .await;
    match waiting {
        Ok(updated) if updated.rows_affected == 0 => Ok(Retried::Absent),
        Ok(_) => Ok(Retried::Waits),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            discard(db, id).await.map(|_| Retried::Superseded)
        }
        Err(error) => Err(error),
    }
}

/// Removes a job that is dead or waits, and says whether there was one. One that runs is left alone.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn discard(db: &Db, id: Uuid) -> Result<bool, DbErr> {
    let job = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::State.ne(State::Running));
    Ok(job.exec(&db.system()).await?.rows_affected > 0)
}

/// Whether somebody is at work on a job of a tenant.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn is_running(db: &Db, tenant: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let running = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::State.eq(State::Running))
        .filter(Column::DueAt.gt(now));
    Ok(running.one(&db.system().reader()).await?.is_some())
}

/// The kinds of living jobs besides these, and how many jobs of each there are.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the queue is of all tenants")]
pub(super) async fn unknown(db: &Db, known: &[&'static str]) -> Result<Vec<(String, i64)>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Kind)
        .column_as(Column::Id.count(), "jobs")
        .filter(Column::State.ne(State::Dead))
        .filter(Column::Kind.is_not_in(known.iter().copied()))
        .group_by(Column::Kind)
        .into_tuple()
        .all(&db.system().reader())
        .await
}

/// The jobs of one kind that are in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Their kind.
    pub kind: String,
    /// Their state.
    pub state: State,
    /// How many there are.
    pub jobs: i64,
    /// When the one that has been due the longest became so.
    pub oldest: DateTime<Utc>,
}

/// Every job there is, counted by kind and state.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the queue is of all tenants")]
pub async fn backlog(db: &Db) -> Result<Vec<Backlog>, DbErr> {
    let counted: Vec<(String, State, i64, DateTime<Utc>)> = Entity::find()
        .select_only()
        .column(Column::Kind)
        .column(Column::State)
        .column_as(Column::Id.count(), "jobs")
        .column_as(Column::DueAt.min(), "oldest")
        .group_by(Column::Kind)
        .group_by(Column::State)
        .into_tuple()
        .all(&db.system().reader())
        .await?;
    Ok(counted.into_iter().map(|(kind, state, jobs, oldest)| Backlog { kind, state, jobs, oldest }).collect())
}
