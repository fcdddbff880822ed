//! Into the trash, back out of it, and out of it for good, each with its entry in the audit log.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::TrashHold;
use super::list::TrashedTask;
use crate::audit::{Action, Entry, Origin, Target};
use crate::db::{TenantDb, TenantTransaction};
use crate::error::{Error, Result};
use crate::http::etag::{IfMatch, etag};
use crate::tasks::changes::{NOT_FOUND, stamp};
use crate::tasks::entity::{Column, Entity, Model};
use crate::tasks::new::now;
use crate::tasks::wire::Task;

/// No such task in this tenant's trash, or not any more.
pub const NOT_IN_TRASH: Error =
    Error::NotFound { code: "task_not_in_trash", detail: "There is no such task in the trash." };

/// What can be restored at this time. The date was promised when the task was deleted, whatever the setting says by now.
pub fn in_trash(now: DateTime<Utc>) -> Condition {
    // Not the bare column, which is never null here: its index is the purge's, in no order of the list's, and of all tenants.
    let purge_at = Func::coalesce([Expr::col((Entity, Column::PurgeAt)), Expr::col((Entity, Column::DeletedAt))]);
    Condition::all().add(Column::DeletedAt.is_not_null()).add(Expr::expr(purge_at).gt(now))
}

/// Deletes a locked task: into the trash or, where there is none, for good. Who changed it last stays: nobody edited it.
///
/// # Errors
/// The database's.
pub async fn put(
    tx: TenantDb<TenantTransaction>,
    origin: &Origin,
    task: Model,
    by: &str,
    hold: TrashHold,
) -> Result<()> {
    let id = task.id;
    if hold.0.is_zero() {
        tx.delete(Entity::delete_many().filter(Column::Id.eq(id))).await?;
        return Ok(tx.commit(purged(origin, id)).await?);
    }
    let now = now();
    let set = [
        (Column::DeletedAt, Expr::value(now)),
        (Column::DeletedBy, Expr::value(by)),
        (Column::PurgeAt, Expr::value(now + hold.0)),
        (Column::Version, Column::Version.into_simple_expr().add(1)),
    ];
    let row = tx.update::<Entity>(Condition::all().add(Column::Id.eq(id)), set).await?.pop().ok_or(NOT_FOUND)?;
    let entry = Entry::new(origin, Action::TaskDeleted, Target::task(id)).before(&Task::of(task, tx.tenant()));
    let entry = entry.after(&json!({ "deleted_at": row.deleted_at, "purge_at": row.purge_at }));
    Ok(tx.commit(entry).await?)
}

/// Brings a [locked](lock) task back as it was, but for an assignee who has left meanwhile.
///
/// # Errors
/// The database's.
pub async fn restore(
    tx: &TenantDb<TenantTransaction>,
    origin: &Origin,
    task: Model,
    by: &str,
) -> Result<(Model, Entry)> {
    let id = task.id;
    let back = [
        (Column::DeletedAt, Expr::value(None::<DateTime<Utc>>)),
        (Column::DeletedBy, Expr::value(None::<String>)),
        (Column::PurgeAt, Expr::value(None::<DateTime<Utc>>)),
    ];
    let set = back.into_iter().chain(stamp(by, now()));
    let row = tx.update::<Entity>(Condition::all().add(Column::Id.eq(id)), set).await?.pop().ok_or(NOT_IN_TRASH)?;
    let (before, after) = (TrashedTask::of(task, tx.tenant()), TrashedTask::of(row.clone(), tx.tenant()));
    let entry = Entry::new(origin, Action::TaskRestored, Target::task(id)).changed(&before, &after);
    Ok((row, entry))
}

/// Deletes a task in the trash, with its comments, before its time.
///
/// # Errors
/// 404 when it is not in the trash, 412 when it has another version.
pub async fn purge(tx: TenantDb<TenantTransaction>, origin: &Origin, id: Uuid, if_match: &IfMatch) -> Result<()> {
    let task = lock(&tx, id).await?;
    if !if_match.allows(task.version) {
        return Err(Error::PreconditionFailed { etag: etag(task.version) });
    }
    tx.delete(Entity::delete_many().filter(Column::Id.eq(id))).await?;
    Ok(tx.commit(purged(origin, id)).await?)
}

/// A task in the trash, which stays there until the transaction ends.
///
/// # Errors
/// 404 when it is not in the trash, or was there until now.
pub async fn lock(tx: &TenantDb<TenantTransaction>, id: Uuid) -> Result<Model> {
    let found = Entity::find().filter(in_trash(now())).filter(Column::Id.eq(id));
    tx.one(found.lock_exclusive()).await?.ok_or(NOT_IN_TRASH)
}

/// Nothing of what is gone is written down once more.
pub fn purged(origin: &Origin, id: Uuid) -> Entry {
    Entry::new(origin, Action::TaskPurged, Target::task(id))
}
