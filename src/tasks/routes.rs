//! The handlers of `/api/tasks`.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::changes::{self, Aim, NOT_FOUND};
use super::entity::{Column, Entity, Model, Status};
use super::list::{TaskQuery, list};
use super::person::Scope;
use super::stats::{TaskStats, stats};
use super::trash::{self, TrashHold};
use super::wire::{Completion, NewTask, Task, TaskChanges};
use super::{activity, assignee, comments, completion, labels, new};
use crate::audit::{Action, Entry, Origin, Target};
use crate::auth::{ApiRoutes, RequireCreate, RequireDelete, RequireEdit, RequireView};
use crate::db::{TenantDb, TenantId, TenantTransaction};
use crate::entitlements::Entitlements;
use crate::error::{Problem, Result};
use crate::guarded_routes;
use crate::http::etag::{IfMatch, IfNoneMatch, Versioned, etag};
use crate::http::extract::{Json, OptionalJson, Path};
use crate::http::page::Page;
use crate::http::query::{NoQuery, Query};
use crate::idempotency::{Answer, Claim, Once};
use crate::mail::{Limit, Mail};
use crate::state::AppState;

/// The routes under `/api/tasks`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new()
        .routes(guarded_routes!(list_tasks, create_task))
        .routes(guarded_routes!(get_task_stats))
        .routes(guarded_routes!(get_task, update_task, replace_task, delete_task))
        .routes(guarded_routes!(complete_task))
        .routes(guarded_routes!(trash::routes::list_trash))
        .routes(guarded_routes!(trash::routes::get_trashed_task, trash::routes::purge_task))
        .routes(guarded_routes!(trash::routes::restore_task))
        .routes(guarded_routes!(comments::routes::list_comments, comments::routes::create_comment))
        .routes(guarded_routes!(
            comments::routes::get_comment,
            comments::routes::update_comment,
            comments::routes::delete_comment
        ))
        .routes(guarded_routes!(activity::routes::list_activity))
}

/// The id in the path.
#[derive(Debug, Deserialize)]
pub struct TaskPath {
    pub(super) id: Uuid,
}

/// List tasks.
///
/// Newest first unless asked otherwise. Filters combine with AND; several values of one filter, repeated or as a comma list, with OR.
/// `Link: <…>; rel="next"` leads to the next page while there is one.
#[utoipa::path(
    get, path = "/", tag = "tasks", params(TaskQuery),
    responses(
        (status = 200, description = "One page", body = [Task], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
            ("X-Total-Count" = Option<i64>, description = "All matching tasks, on `count=exact`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_tasks(
    guard: RequireView,
    scope: Scope,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TaskQuery>,
) -> Result<Page<Task>> {
    let tenant = guard.db.tenant();
    let listed = list(&guard.db, &guard.user, &scope, query).await?;
    let tasks = listed.rows.into_iter().map(|row| Task::of(row, tenant)).collect();
    Ok(Page::new(tasks, listed.next, listed.total, &uri))
}

/// Create a task.
///
/// With an `Idempotency-Key` it is created once, however often it is sent.
#[utoipa::path(
    post, path = "/", tag = "tasks", request_body = NewTask,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable ASCII characters; kept 24 hours")),
    responses(
        (status = 201, description = "Created", body = Task, headers(
            ("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when it was created by an earlier request with this key"),
        )),
        (status = 402, description = "`task_limit_reached`: the plan allows no more; `limit`, `used` and `plan` say how many", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create_task(
    guard: RequireCreate,
    origin: Origin,
    scope: Scope,
    State(entitlements): State<Entitlements>,
    State(mail): State<Mail>,
    _: NoQuery,
    once: Once<NewTask>,
) -> Result<Response> {
    let row = new::row(&once.body, &guard.user.user_id)?;
    let entitled = entitlements.of(&guard.db, &guard.user).await?;
    let tx = guard.db.begin().await?;
    let (sent, claimed) = match once.claim(&tx, &guard.user).await? {
        (_, Claim::Replayed(response)) => return Ok(response),
        (sent, Claim::Ours(claimed)) => (sent, claimed),
    };
    assignee::demand(&tx, &guard.user, sent.assignee_id.as_deref()).await?;
    if entitled.room_for_tasks(&tx, super::living(), 1).await? {
        mail.limit_reached(&tx, Limit::Tasks).await?;
    }
    let beside = new::beside(&row);
    let row = tx.insert_beside(row, beside).await?;
    labels::index(&tx, row.id, &row.labels.0, true).await?;
    mail.task_assigned(&tx, row.id, (None, row.assignee_id.as_deref()), &guard.user.user_id).await?;
    let (location, etag) = (format!("{}/{}", scope.tasks_path(), row.id), etag(row.version));
    let task = Task::of(row, tx.tenant());
    let entry = Entry::new(&origin, Action::TaskCreated, Target::task(task.id)).after(&task);
    claimed.commit(tx, Answer::created(location, &etag, &task)?, entry).await
}

/// Get one task.
#[utoipa::path(
    get, path = "/{id}", tag = "tasks",
    params(("id" = Uuid, Path, description = "The task"), ("If-None-Match" = Option<String>, Header, description = "304 when the task still has this ETag")),
    responses(
        (status = 200, description = "The task", body = Task, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_task(
    guard: RequireView,
    scope: Scope,
    _: NoQuery,
    known: IfNoneMatch,
    Path(TaskPath { id }): Path<TaskPath>,
) -> Result<Response> {
    let row = Entity::find().filter(scope.condition()).filter(Column::Id.eq(id));
    let row = guard.db.one(row).await?.ok_or(NOT_FOUND)?;
    Ok(versioned(row, guard.db.tenant()).unless(&known))
}

/// Change a task.
///
/// Only the fields sent are changed; null clears. With `If-Match` the change is made only if nobody else changed the task meanwhile.
#[utoipa::path(
    patch, path = "/{id}", tag = "tasks", request_body = TaskChanges,
    params(("id" = Uuid, Path, description = "The task"), ("If-Match" = Option<String>, Header, description = "The ETag the task must have")),
    responses(
        (status = 200, description = "The task as it is now", body = Task, headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn update_task(
    guard: RequireEdit,
    origin_and_mail: (Origin, State<Mail>),
    scope: Scope,
    _: NoQuery,
    if_match: IfMatch,
    Path(TaskPath { id }): Path<TaskPath>,
    Json(sent): Json<TaskChanges>,
) -> Result<Versioned<Task>> {
    let (origin, State(mail)) = origin_and_mail;
    let target = Aim { id, scope: &scope, if_match: &if_match };
    let new_assignee = sent.assignee_id.clone().flatten();
    let accepted = changes::accept(sent)?;
    if accepted.assignments.is_empty() {
        return Ok(versioned(target.current(&guard.db).await?, guard.db.tenant()));
    }
    let tx = guard.db.begin().await?;
    let before = target.lock(&tx).await?;
    assignee::demand(&tx, &guard.user, new_assignee.as_deref()).await?;
    let beside = accepted.texts.beside(&before);
    let row = target.update(&tx, &guard.user.user_id, accepted.assignments, beside).await?;
    if let Some(labels) = &accepted.labels {
        labels::index(&tx, id, labels, false).await?;
    }
    let (from, to) = (before.assignee_id.as_deref(), row.assignee_id.as_deref());
    mail.task_assigned(&tx, id, (from, to), &guard.user.user_id).await?;
    commit_update(tx, &origin, before, row).await
}

/// Change a task (PUT).
///
/// The same as PATCH: only the fields sent are changed. Kept for clients that update with PUT.
#[utoipa::path(
    put, path = "/{id}", tag = "tasks", request_body = TaskChanges,
    params(("id" = Uuid, Path, description = "The task"), ("If-Match" = Option<String>, Header, description = "The ETag the task must have")),
    responses(
        (status = 200, description = "The task as it is now", body = Task, headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn replace_task(
    guard: RequireEdit,
    origin_and_mail: (Origin, State<Mail>),
    scope: Scope,
    query: NoQuery,
    if_match: IfMatch,
    path: Path<TaskPath>,
    body: Json<TaskChanges>,
) -> Result<Versioned<Task>> {
    update_task(guard, origin_and_mail, scope, query, if_match, path, body).await
}

/// Delete a task.
///
/// It moves to the trash with its comments, and is found there alone until it is restored or, at the `purge_at` that is stated
/// there, gone for good.
#[utoipa::path(
    delete, path = "/{id}", tag = "tasks",
    params(("id" = Uuid, Path, description = "The task"), ("If-Match" = Option<String>, Header, description = "The ETag the task must have")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_task(
    guard: RequireDelete,
    origin: Origin,
    scope: Scope,
    _: NoQuery,
    if_match: IfMatch,
    State(hold): State<TrashHold>,
    Path(TaskPath { id }): Path<TaskPath>,
) -> Result<StatusCode> {
    let target = Aim { id, scope: &scope, if_match: &if_match };
    let tx = guard.db.begin().await?;
    let before = target.lock(&tx).await?;
    trash::put(tx, &origin, before, &guard.user.user_id, hold).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Complete a task, or take that back.
///
/// Without a body it toggles; `{"completed": true}` sets, and may be sent twice without harm.
#[utoipa::path(
    patch, path = "/{id}/complete", tag = "tasks", request_body = Option<Completion>,
    params(("id" = Uuid, Path, description = "The task"), ("If-Match" = Option<String>, Header, description = "The ETag the task must have")),
    responses(
        (status = 200, description = "The task as it is now", body = Task, headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn complete_task(
    guard: RequireEdit,
    origin: Origin,
    scope: Scope,
    _: NoQuery,
    if_match: IfMatch,
    Path(TaskPath { id }): Path<TaskPath>,
    OptionalJson(sent): OptionalJson<Completion>,
) -> Result<Versioned<Task>> {
    let target = Aim { id, scope: &scope, if_match: &if_match };
    let (further, set) = match sent.map(|sent| sent.completed) {
        None => (Condition::all(), completion::toggled(new::now())),
        Some(true) => {
            (Condition::all().add(Column::Status.ne(Status::Completed)), completion::to(Status::Completed, new::now()))
        }
        Some(false) => (Condition::all().add(Column::Status.eq(Status::Completed)), completion::undone()),
    };
    let tx = guard.db.begin().await?;
    let before = target.lock(&tx).await?;
    match target.update_where(&tx, further, &guard.user.user_id, set).await? {
        Some(row) => commit_update(tx, &origin, before, row).await,
        // It is as wanted already.
        None => Ok(versioned(before, guard.db.tenant())),
    }
}

/// Count tasks.
#[utoipa::path(
    get, path = "/stats", tag = "tasks",
    responses(
        (status = 200, description = "The numbers", body = TaskStats),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_task_stats(guard: RequireView, scope: Scope, _: NoQuery) -> Result<axum::Json<TaskStats>> {
    Ok(axum::Json(stats(&guard.db, &scope).await?))
}

async fn commit_update(
    tx: TenantDb<TenantTransaction>,
    origin: &Origin,
    before: Model,
    row: Model,
) -> Result<Versioned<Task>> {
    let (version, tenant) = (row.version, tx.tenant());
    let (before, body) = (Task::of(before, tenant), Task::of(row, tenant));
    let entry = Entry::new(origin, Action::TaskUpdated, Target::task(body.id)).changed(&before, &body);
    tx.commit(entry).await?;
    Ok(Versioned { version, body })
}

fn versioned(row: Model, tenant: &TenantId) -> Versioned<Task> {
    Versioned { version: row.version, body: Task::of(row, tenant) }
}
