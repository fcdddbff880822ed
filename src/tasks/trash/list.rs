//! What is in the trash, as callers see it, and pages of it.

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, Order, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::moves::in_trash;
use crate::db::{Keyset, TenantDb, TenantId};
use crate::error::{FieldError, Result};
use crate::http::page::{Count, Cursor, Direction, PageRequest, SortKey};
use crate::http::query::one;
use crate::tasks::entity::{Column, Entity, Model};
use crate::tasks::new::now;
use crate::tasks::wire::Task;

/// A task in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrashedTask {
    /// As it was when it was deleted.
    #[serde(flatten)]
    pub task: Task,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who deleted it.
    pub deleted_by: Option<String>,
    /// Until when it can be restored; then it is gone for good.
    pub purge_at: Option<DateTime<Utc>>,
}

impl TrashedTask {
    /// The wire form of a tenant's row.
    pub fn of(row: Model, tenant: &TenantId) -> Self {
        let (deleted_at, deleted_by, purge_at) = (row.deleted_at, row.deleted_by.clone(), row.purge_at);
        Self { task: Task::of(row, tenant), deleted_at, deleted_by, purge_at }
    }
}

/// Which page of the trash.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TrashQuery {
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

/// The latest to be deleted come first.
const BY: &str = "deleted_at";

/// Reads one page, with where the next begins and, if asked, how many there are.
///
/// # Errors
/// 422 naming the parameter; the database's.
pub async fn list(db: &TenantDb, query: TrashQuery) -> Result<(Vec<Model>, Option<Cursor<Uuid>>, Option<u64>)> {
    let rows = Entity::find().filter(in_trash(now()));
    let page = PageRequest::new(query.limit, query.offset, query.cursor, BY, Direction::Desc)?;
    let keyset = keyset(page)?;
    let total = match query.count {
        Some(Count::Exact) => Some(db.count(rows.clone()).await?),
        None => None,
    };
    let (rows, more) = db.page(rows, &keyset).await?;
    let next = rows.last().filter(|_| more).and_then(|last| {
        let key = SortKey::Time(last.deleted_at?);
        Some(Cursor { by: BY.to_owned(), order: Direction::Desc, key, id: last.id })
    });
    Ok((rows, next, total))
}

fn keyset(page: PageRequest<Uuid>) -> Result<Keyset> {
    let after = match page.after {
        None => None,
        Some(Cursor { key: SortKey::Time(time), id, .. }) => Some([time.into(), id.into()]),
        Some(_) => return Err(FieldError::parameter("cursor", "invalid_value", "The cursor is malformed.").into()),
    };
    let order = Keyset::by((Entity, Column::DeletedAt), (Entity, Column::Id), Order::Desc, page.limit);
    Ok(Keyset { after, offset: page.offset, ..order })
}
