//! `GET /api/invitations`.

use axum::extract::OriginalUri;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{Invitation, Status};
use crate::directory::invitation::{Column, Entity};
use crate::directory::managing::RequireManageMembers;
use crate::error::{Problem, Result};
use crate::http::page::{Count, Cursor, Direction, Page, PageRequest, SortKey};
use crate::http::query::{Query, list as several, one};
use crate::members::routes::newest_first;

/// Which invitations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct InvitationQuery {
    /// What became of them: `pending`, `accepted`, `revoked`, `expired`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<Status>>, style = Form, explode = false)]
    status: Vec<Status>,
    /// 1 to 200; 100 when absent.
    #[serde(deserialize_with = "one")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Rows to pass over, at most 10 000.
    #[serde(deserialize_with = "one")]
    #[param(maximum = 10_000)]
    offset: Option<u64>,
    /// Where the page before ended; taken from its `Link` header.
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<String>>,
    /// `exact` adds `X-Total-Count`.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<Count>)]
    count: Option<Count>,
}

/// List invitations.
///
/// The latest come first. As the mirror has them: a change at Clerk shows when its webhook has come.
#[utoipa::path(
    get, path = "/", tag = "people", params(InvitationQuery),
    responses(
        (status = 200, description = "One page", body = [Invitation], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
            ("X-Total-Count" = Option<i64>, description = "All matching invitations, on `count=exact`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_invitations(
    guard: RequireManageMembers,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<InvitationQuery>,
) -> Result<Page<Invitation>> {
    let now = Utc::now();
    let rows = Entity::find().filter(of(&query.status, now));
    let page = PageRequest::new(query.limit, query.offset, query.cursor, "created_at", Direction::Desc)?;
    let keyset = newest_first(&page, (Entity, Column::CreatedAt), (Entity, Column::Id))?;
    let total = match query.count {
        Some(Count::Exact) => Some(guard.db.count(rows.clone()).await?),
        None => None,
    };
    let (rows, more) = guard.db.page(rows, &keyset).await?;
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        by: "created_at".into(),
        order: Direction::Desc,
        key: SortKey::Time(last.created_at),
        id: last.id.clone(),
    });
    Ok(Page::new(rows.into_iter().map(|row| Invitation::at(row, now)).collect(), next, total, &uri))
}

/// The rows that have one of these statuses at a time; all when none is named.
fn of(statuses: &[Status], now: DateTime<Utc>) -> Condition {
    if statuses.is_empty() {
        return Condition::all();
    }
    let stored = |status: &str| Column::Status.eq(status);
    statuses.iter().fold(Condition::any(), |any, status| match status {
        Status::Pending => {
            let open = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
            any.add(Condition::all().add(stored("pending")).add(open))
        }
        Status::Expired => {
            let lapsed = Condition::all().add(stored("pending")).add(Column::ExpiresAt.lte(now));
            any.add(stored("expired")).add(lapsed)
        }
        Status::Accepted => any.add(stored("accepted")),
        Status::Revoked => any.add(stored("revoked")),
    })
}
