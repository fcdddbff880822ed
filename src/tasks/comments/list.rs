//! Pages of a task's comments.

use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::db::{Keyset, TenantDb};
use crate::error::{FieldError, Result};
use crate::http::page::{Count, Cursor, Direction, PageRequest, SortKey};
use crate::http::query::one;
use crate::tasks::entity::comment::{Column, Entity, Model};
use crate::tasks::living;

/// Which page of the comments.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CommentQuery {
    /// `desc` (the default): the newest first; `asc`: as they were written.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<Direction>)]
    sort_order: Option<Direction>,
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
    cursor: Option<Cursor<Uuid>>,
    /// `exact` adds `X-Total-Count`.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<Count>)]
    count: Option<Count>,
}

const BY: &str = "created_at";

/// Reads one page, with where the next begins and, if asked, how many there are.
///
/// # Errors
/// 404 when the task is not there; 422 naming the parameter; the database's.
pub async fn list(
    db: &TenantDb,
    task: Uuid,
    query: CommentQuery,
) -> Result<(Vec<Model>, Option<Cursor<Uuid>>, Option<u64>)> {
    let order = query.sort_order.unwrap_or_default();
    let page = PageRequest::new(query.limit, query.offset, query.cursor, BY, order)?;
    let keyset = keyset(page, order)?;
    let rows = Entity::find().filter(Column::TaskId.eq(task)).filter(living::lives(db.tenant(), task));
    let total = match query.count {
        Some(Count::Exact) => Some(db.count(rows.clone()).await?),
        None => None,
    };
    let (rows, more) = db.page(rows, &keyset).await?;
    if rows.is_empty() {
        // Either nobody said anything, or there is no such task.
        living::demand(db, task).await?;
    }
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        by: BY.to_owned(),
        order,
        key: SortKey::Time(last.created_at),
        id: last.id,
    });
    Ok((rows, next, total))
}

fn keyset(page: PageRequest<Uuid>, order: Direction) -> Result<Keyset> {
    let after = match page.after {
        None => None,
        Some(Cursor { key: SortKey::Time(time), id, .. }) => Some([time.into(), id.into()]),
        Some(_) => return Err(FieldError::parameter("cursor", "invalid_value", "The cursor is malformed.").into()),
    };
    let direction = if order == Direction::Asc { Order::Asc } else { Order::Desc };
    let order = Keyset::by((Entity, Column::CreatedAt), (Entity, Column::Id), direction, page.limit);
    Ok(Keyset { after, offset: page.offset, ..order })
}
