//! Purges what is in the trash past its date, of every tenant. It was promised when it was deleted, and nothing goes before.

use std::time::Instant;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};
use uuid::Uuid;

use super::moves::purged;
use crate::audit::Origin;
use crate::db::{Db, SystemDb, Transaction};
use crate::tasks::entity::{Column, Entity, comment};

/// How many tasks one transaction deletes at most, and how many comments: requests wait for its locks.
const TASKS: u64 = 100;
const COMMENTS: u64 = 1_000;

/// How much later than the date: clocks of instances differ, and what one purges another must not be restoring.
const LEEWAY: TimeDelta = TimeDelta::minutes(2);

/// Purges every task whose date has passed, and says how many.
///
/// One batch is one transaction. Any number of instances may: each takes rows that no other has taken.
///
/// # Errors
/// The database's; what was purged until then stays so.
pub async fn purge_overdue(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let before = (now - LEEWAY).trunc_subsecs(6);
    let mut tasks = 0;
    loop {
        let begun = Instant::now();
        match step(db, before).await? {
            None => return Ok(tasks),
            Some(more) => tasks += more,
        }
        // Requests get as much of the database as this does.
        tokio::time::sleep(begun.elapsed()).await;
    }
}

/// One batch: the tasks it deleted, or nothing where there is none to delete.
#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
async fn step(db: &Db, before: DateTime<Utc>) -> Result<Option<u64>, DbErr> {
    let tx = db.system().begin().await?;
    let due: Vec<(String, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::TenantId, Column::Id])
        .filter(Column::DeletedAt.is_not_null())
        .filter(Column::PurgeAt.lte(before))
        .order_by_asc(Column::PurgeAt)
        .limit(TASKS)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx)
        .await?;
    if due.is_empty() {
        return Ok(None);
    }
    let mut tasks = 0;
    if purge_comments(&tx, &due).await? < COMMENTS {
        tasks = purge_tasks(&tx, due).await?;
    }
    tx.commit().await?;
    Ok(Some(tasks))
}

/// With an entry for each in its tenant's audit log, of several tenants in the order of their ids.
async fn purge_tasks(tx: &SystemDb<Transaction>, mut tasks: Vec<(String, Uuid)>) -> Result<u64, DbErr> {
    let these = Expr::tuple([Expr::col(Column::TenantId), Expr::col(Column::Id)]).in_tuples(keys(&tasks));
    let deleted = Entity::delete_many().filter(these).exec(tx).await?.rows_affected;
    tasks.sort_unstable();
    for (tenant, id) in tasks {
        tx.record(&tenant, purged(&Origin::job("trash"), id)).await?;
    }
    Ok(deleted)
}

/// First, and so many at once: a task takes with it however many it has.
async fn purge_comments<C: ConnectionTrait>(tx: &C, tasks: &[(String, Uuid)]) -> Result<u64, DbErr> {
    use comment::{Column, Entity};
    let key = || [Expr::col(Column::TenantId), Expr::col(Column::Id)];
    let some = Query::select()
        .columns([Column::TenantId, Column::Id])
        .from(Entity)
        .and_where(Expr::tuple([Expr::col(Column::TenantId), Expr::col(Column::TaskId)]).in_tuples(keys(tasks)))
        .limit(COMMENTS)
        .to_owned();
    Ok(Entity::delete_many().filter(Expr::tuple(key()).in_subquery(some)).exec(tx).await?.rows_affected)
}

fn keys(tasks: &[(String, Uuid)]) -> Vec<(Value, Value)> {
    tasks.iter().map(|(tenant, id)| (tenant.clone().into(), (*id).into())).collect()
}
