//! The handlers of `/api/tasks/{id}/comments`.

use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::change::Aim;
use super::entry;
use super::list::{CommentQuery, list};
use super::wire::{Comment, CommentChanges, NewComment, accept, row};
use crate::audit::{Action, Origin};
use crate::auth::RequireView;
use crate::error::{Problem, Result};
use crate::http::etag::{IfMatch, IfNoneMatch, Versioned, etag};
use crate::http::extract::{Json, Path};
use crate::http::page::Page;
use crate::http::query::{NoQuery, Query};
use crate::idempotency::{Answer, Claim, Once};
use crate::tasks::entity::comment::Model;
use crate::tasks::living;
use crate::tasks::routes::TaskPath;

/// The ids in the path.
#[derive(Debug, Deserialize)]
pub struct CommentPath {
    id: Uuid,
    comment_id: Uuid,
}

/// List the comments on a task.
///
/// The newest first; `sort_order=asc` reads them as they were written. `Link: <…>; rel="next"` leads to the next page while there
/// is one.
#[utoipa::path(
    get, path = "/{id}/comments", tag = "comments", params(("id" = Uuid, Path, description = "The task"), CommentQuery),
    responses(
        (status = 200, description = "One page", body = [Comment], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
            ("X-Total-Count" = Option<i64>, description = "All comments on the task, on `count=exact`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_comments(
    guard: RequireView,
    OriginalUri(uri): OriginalUri,
    Path(TaskPath { id }): Path<TaskPath>,
    Query(query): Query<CommentQuery>,
) -> Result<Page<Comment>> {
    let (rows, next, total) = list(&guard.db, id, query).await?;
    Ok(Page::new(rows.into_iter().map(Comment::from).collect(), next, total, &uri))
}

/// Comment on a task.
///
/// Whoever may see a task may comment on it. With an `Idempotency-Key` the comment is written once, however often it is sent.
#[utoipa::path(
    post, path = "/{id}/comments", tag = "comments", request_body = NewComment,
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable ASCII characters; kept 24 hours"),
    ),
    responses(
        (status = 201, description = "Written", body = Comment, headers(
            ("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when it was written by an earlier request with this key"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create_comment(
    guard: RequireView,
    origin: Origin,
    _: NoQuery,
    Path(TaskPath { id }): Path<TaskPath>,
    once: Once<NewComment>,
) -> Result<Response> {
    let row = row(&once.body, id, &guard.user.user_id)?;
    let tx = guard.db.begin().await?;
    let claimed = match once.claim(&tx, &guard.user).await? {
        (_, Claim::Replayed(response)) => return Ok(response),
        (_, Claim::Ours(claimed)) => claimed,
    };
    living::hold(&tx, id).await?;
    let row = tx.insert(row).await?;
    let (location, etag) = (format!("/api/tasks/{id}/comments/{}", row.id), etag(row.version));
    let entry = entry(&origin, Action::CommentCreated, &row);
    claimed.commit(tx, Answer::created(location, &etag, &Comment::from(row))?, entry).await
}

/// Get one comment.
#[utoipa::path(
    get, path = "/{id}/comments/{comment_id}", tag = "comments",
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("comment_id" = Uuid, Path, description = "The comment"),
        ("If-None-Match" = Option<String>, Header, description = "304 when the comment still has this ETag"),
    ),
    responses(
        (status = 200, description = "The comment", body = Comment, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_comment(
    guard: RequireView,
    _: NoQuery,
    known: IfNoneMatch,
    Path(CommentPath { id: task, comment_id: id }): Path<CommentPath>,
) -> Result<Response> {
    let row = Aim { task, id, if_match: &IfMatch::Any }.get(&guard.db).await?;
    Ok(versioned(row).unless(&known))
}

/// Edit a comment.
///
/// One's own, and nobody else's.
#[utoipa::path(
    patch, path = "/{id}/comments/{comment_id}", tag = "comments", request_body = CommentChanges,
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("comment_id" = Uuid, Path, description = "The comment"),
        ("If-Match" = Option<String>, Header, description = "The ETag the comment must have"),
    ),
    responses(
        (status = 200, description = "The comment as it is now", body = Comment, headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn update_comment(
    guard: RequireView,
    origin: Origin,
    _: NoQuery,
    if_match: IfMatch,
    Path(CommentPath { id: task, comment_id: id }): Path<CommentPath>,
    Json(sent): Json<CommentChanges>,
) -> Result<Versioned<Comment>> {
    let (aim, body) = (Aim { task, id, if_match: &if_match }, accept(sent)?);
    let tx = guard.db.begin().await?;
    let row = match body {
        Some(body) => aim.edit(tx, &origin, &guard.user, body).await?,
        None => aim.own(&tx, &guard.user).await?,
    };
    Ok(versioned(row))
}

/// Delete a comment.
///
/// One's own; an administrator of the organization may delete anybody's.
#[utoipa::path(
    delete, path = "/{id}/comments/{comment_id}", tag = "comments",
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("comment_id" = Uuid, Path, description = "The comment"),
        ("If-Match" = Option<String>, Header, description = "The ETag the comment must have"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_comment(
    guard: RequireView,
    origin: Origin,
    _: NoQuery,
    if_match: IfMatch,
    Path(CommentPath { id: task, comment_id: id }): Path<CommentPath>,
) -> Result<StatusCode> {
    let tx = guard.db.begin().await?;
    Aim { task, id, if_match: &if_match }.delete(tx, &origin, &guard.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn versioned(row: Model) -> Versioned<Comment> {
    Versioned { version: row.version, body: row.into() }
}
