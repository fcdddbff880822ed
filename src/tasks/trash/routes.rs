//! The handlers of `/api/tasks/trash`, and of what brings a task back.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::list::{TrashQuery, TrashedTask, list};
use super::moves::{self, NOT_IN_TRASH, in_trash};
use crate::audit::Origin;
use crate::auth::{Permission, RequireDelete};
use crate::entitlements::Entitlements;
use crate::error::{Problem, Result};
use crate::http::etag::{IfMatch, IfNoneMatch, Versioned, etag};
use crate::http::extract::Path;
use crate::http::page::Page;
use crate::http::query::{NoQuery, Query};
use crate::idempotency::{Answer, Claim, OnceEmpty};
use crate::mail::{Limit, Mail};
use crate::tasks::entity::{Column, Entity};
use crate::tasks::living;
use crate::tasks::new::now;
use crate::tasks::routes::TaskPath;
use crate::tasks::wire::Task;

/// List the trash.
///
/// The deleted tasks that can still be restored, the latest to be deleted first, each with the date until when. It needs
/// `org:tasks:delete` and `org:tasks:view`. `Link: <…>; rel="next"` leads to the next page while there is one.
#[utoipa::path(
    get, path = "/trash", tag = "tasks", params(TrashQuery),
    responses(
        (status = 200, description = "One page", body = [TrashedTask], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
            ("X-Total-Count" = Option<i64>, description = "All tasks in the trash, on `count=exact`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_trash(
    guard: RequireDelete,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TrashQuery>,
) -> Result<Page<TrashedTask>> {
    let tenant = guard.db.tenant();
    guard.user.demand(Permission::ViewTasks, tenant)?;
    let (rows, next, total) = list(&guard.db, query).await?;
    let tasks = rows.into_iter().map(|row| TrashedTask::of(row, tenant)).collect();
    Ok(Page::new(tasks, next, total, &uri))
}

/// Get a task in the trash.
#[utoipa::path(
    get, path = "/trash/{id}", tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The task"), ("If-None-Match" = Option<String>, Header, description = "304 when the task still has this ETag")),
    responses(
        (status = 200, description = "The task", body = TrashedTask, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_trashed_task(
    guard: RequireDelete,
    _: NoQuery,
    known: IfNoneMatch,
    Path(TaskPath { id }): Path<TaskPath>,
) -> Result<Response> {
    let tenant = guard.db.tenant();
    guard.user.demand(Permission::ViewTasks, tenant)?;
    let row = Entity::find().filter(in_trash(now())).filter(Column::Id.eq(id));
    let row = guard.db.one(row).await?.ok_or(NOT_IN_TRASH)?;
    Ok(Versioned { version: row.version, body: TrashedTask::of(row, tenant) }.unless(&known))
}

/// Restore a task.
///
/// It comes back as it was, with its comments; only an assignee who has left meanwhile does not. Its version has counted on, so
/// that an `ETag` from before it was deleted is refused.
#[utoipa::path(
    post, path = "/{id}/restore", tag = "tasks",
    params(
        ("id" = uuid::Uuid, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable ASCII characters; kept 24 hours"),
    ),
    responses(
        (status = 200, description = "The task as it is now", body = Task, headers(
            ("ETag" = String, description = "Its version"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when it was restored by an earlier request with this key"),
        )),
        (status = 402, description = "`task_limit_reached`: the plan allows no more; `limit`, `used` and `plan` say how many", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn restore_task(
    guard: RequireDelete,
    origin: Origin,
    State(entitlements): State<Entitlements>,
    State(mail): State<Mail>,
    _: NoQuery,
    Path(TaskPath { id }): Path<TaskPath>,
    once: OnceEmpty,
) -> Result<Response> {
    let entitled = entitlements.of(&guard.db, &guard.user).await?;
    let tx = guard.db.begin().await?;
    let claimed = match once.claim(&tx, &guard.user).await? {
        Claim::Replayed(response) => return Ok(response),
        Claim::Ours(claimed) => claimed,
    };
    // First: what is not in the trash is not refused for want of room.
    let task = moves::lock(&tx, id).await?;
    if entitled.room_for_tasks(&tx, living(), 1).await? {
        mail.limit_reached(&tx, Limit::Tasks).await?;
    }
    let (row, entry) = moves::restore(&tx, &origin, task, &guard.user.user_id).await?;
    let answer = Answer::ok(&etag(row.version), &Task::of(row, tx.tenant()))?;
    claimed.commit(tx, answer, entry).await
}

/// Purge a task.
///
/// A task in the trash is deleted for good, with its comments, before its time.
#[utoipa::path(
    delete, path = "/trash/{id}", tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The task"), ("If-Match" = Option<String>, Header, description = "The ETag the task must have")),
    responses(
        (status = 204, description = "Deleted for good"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn purge_task(
    guard: RequireDelete,
    origin: Origin,
    _: NoQuery,
    if_match: IfMatch,
    Path(TaskPath { id }): Path<TaskPath>,
) -> Result<StatusCode> {
    moves::purge(guard.db.begin().await?, &origin, id, &if_match).await?;
    Ok(StatusCode::NO_CONTENT)
}
