//! The handler of `/api/tasks/{id}/activity`.

use axum::extract::OriginalUri;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::Activity;
use super::{BY, list};
use crate::auth::RequireView;
use crate::error::{Problem, Result};
use crate::http::extract::Path;
use crate::http::page::{Cursor, Direction, Page, PageRequest};
use crate::http::query::{Query, one};
use crate::tasks::routes::TaskPath;

/// Which page of what happened.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// 1 to 200; 100 when absent.
    #[serde(deserialize_with = "one")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where the page before ended; taken from its `Link` header.
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<i64>>,
}

/// List what happened to a task.
///
/// The latest first: who created, changed, completed, assigned, deleted or restored it, and who commented. Of comments it tells
/// that they were written, and not what they say. `Link: <…>; rel="next"` leads to the next page while there is one.
#[utoipa::path(
    get, path = "/{id}/activity", tag = "tasks", params(("id" = uuid::Uuid, Path, description = "The task"), ActivityQuery),
    responses(
        (status = 200, description = "One page", body = [Activity], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_activity(
    guard: RequireView,
    OriginalUri(uri): OriginalUri,
    Path(TaskPath { id }): Path<TaskPath>,
    Query(query): Query<ActivityQuery>,
) -> Result<Page<Activity>> {
    let page = PageRequest::new(query.limit, None, query.cursor, BY, Direction::Desc)?;
    let (entries, next) = list(&guard.db, id, page).await?;
    Ok(Page::new(entries.into_iter().map(Activity::from).collect(), next, None, &uri))
}
