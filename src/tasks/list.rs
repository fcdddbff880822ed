//! The list of tasks: filters, orders, search, pages.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ColumnRef, Expr, IntoColumnRef, Query as Subquery};
use sea_orm::{ColumnTrait, Condition, EntityTrait, Iterable, Order, QueryFilter, Value};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::entity::{Column, Derived, Entity, Model, Priority, Status, label};
use super::person::Scope;
use crate::auth::AuthUser;
use crate::db::search::{common, containing, fold};
use crate::db::{Candidates, Keyset, TenantDb, TenantId};
use crate::error::{FieldError, Result};
use crate::http::page::{Count, Cursor, Direction, PageRequest, SortKey};
use crate::http::query::{Time, list as several, one};

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SortBy {
    /// Age.
    #[default]
    CreatedAt,
    /// The last change.
    UpdatedAt,
    /// The due date; tasks without one come last both ways.
    DueDate,
    /// Low, medium, high.
    Priority,
    /// The title, whatever its case.
    Title,
}

/// Which tasks, in which order, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// `pending`, `started`, `completed`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<Status>>, style = Form, explode = false)]
    status: Vec<Status>,
    /// `low`, `medium`, `high`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Vec<Priority>,
    /// The category, exactly.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    category: Vec<String>,
    /// A label, exactly.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    label: Vec<String>,
    /// A member's id, `me`, or `none`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    assignee: Vec<String>,
    /// A member's id, or `me`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    created_by: Vec<String>,
    /// Whether the task is completed.
    #[serde(deserialize_with = "one")]
    completed: Option<bool>,
    /// Due earlier than this (RFC 3339).
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<DateTime<Utc>>)]
    due_before: Option<Time>,
    /// Due at this time or later (RFC 3339).
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<DateTime<Utc>>)]
    due_after: Option<Time>,
    /// In the title or the description, whatever the case. At most 200 characters.
    #[serde(deserialize_with = "one")]
    #[param(max_length = 200)]
    search: Option<String>,
    /// `created_at` (the default), `updated_at`, `due_date`, `priority`, `title`; camelCase is accepted.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<SortBy>)]
    sort_by: Option<SortBy>,
    /// `desc` (the default) or `asc`.
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

/// One page of tasks.
#[derive(Debug)]
pub struct Listed {
    /// The rows.
    pub rows: Vec<Model>,
    /// Where the next page begins.
    pub next: Option<Cursor<Uuid>>,
    /// All matching rows, if asked.
    pub total: Option<u64>,
}

/// Reads one page.
///
/// # Errors
/// 422 naming the parameter; the database's.
pub async fn list(db: &TenantDb, caller: &AuthUser, scope: &Scope, query: TaskQuery) -> Result<Listed> {
    let (by, order, count) = (query.by(), query.order(), query.count);
    let rows = Entity::find().filter(scope.condition()).filter(query.condition(db.tenant(), &caller.user_id)?);
    let folded = query.search.as_deref().map(fold).unwrap_or_default();
    let keyset = query.keyset()?;
    let rows = match db.candidates::<Entity>(Column::Id, &folded, Column::DeletedAt.is_null().into()).await? {
        Candidates::None => return Ok(Listed { rows: Vec::new(), next: None, total: count.map(|_| 0) }),
        Candidates::These(ids) => rows.filter(db.is_one_of(Column::Id, ids)),
        Candidates::Unknown => rows,
    };
    let total = match count {
        Some(Count::Exact) => Some(db.count(rows.clone()).await?),
        None => None,
    };
    let (rows, more) = db.page(rows, &keyset).await?;
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        by: by.name().to_owned(),
        order,
        key: by.key(last, order),
        id: last.id,
    });
    Ok(Listed { rows, next, total })
}

impl TaskQuery {
    fn by(&self) -> SortBy {
        self.sort_by.unwrap_or_default()
    }

    fn order(&self) -> Direction {
        self.sort_order.unwrap_or_default()
    }

    /// Which page of which order.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn keyset(self) -> Result<Keyset> {
        let (by, order) = (self.by(), self.order());
        let page = PageRequest::new(self.limit, self.offset, self.cursor, by.name(), order)?;
        let after = match &page.after {
            None => None,
            Some(cursor) => Some([by.value(&cursor.key)?, cursor.id.into()]),
        };
        let direction = if order == Direction::Asc { Order::Asc } else { Order::Desc };
        let id = (Entity, Column::Id).into_column_ref();
        Ok(Keyset { columns: [by.column(order), id], order: direction, after, limit: page.limit, offset: page.offset })
    }

    /// What the tasks of `tenant` must be; `user_id` is who is meant by `me`.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn condition(&self, tenant: &TenantId, user_id: &str) -> Result<Condition> {
        let me = |id: &String| if id == "me" { user_id.to_owned() } else { id.clone() };
        let mut condition = Condition::all()
            .add_option(any(&self.status, |values| Column::Status.is_in(values)))
            .add_option(any(&self.priority, |values| Column::Priority.is_in(values)))
            .add_option(any(&self.category, |values| Column::Category.is_in(values)))
            .add_option(any(&self.label, |values| labelled(tenant, values)))
            .add_option(any(&self.created_by, |values| Column::CreatedBy.is_in(values.iter().map(me))))
            .add_option(self.due_before.map(|Time(limit)| Column::DueDate.lt(limit)))
            .add_option(self.due_after.map(|Time(limit)| Column::DueDate.gte(limit)));
        if let Some(completed) = self.completed {
            condition = condition
                .add(Column::Status.is_in(Status::iter().filter(|status| (*status == Status::Completed) == completed)));
        }
        if !self.assignee.is_empty() {
            let named: Vec<String> = self.assignee.iter().filter(|id| *id != "none").map(me).collect();
            let nobody = self.assignee.iter().any(|id| id == "none");
            condition = condition.add(
                Condition::any()
                    .add_option(nobody.then(|| Column::AssigneeId.is_null()))
                    .add_option(any(&named, |values| Column::AssigneeId.is_in(values))),
            );
        }
        let searched = [(Entity, Column::TitleFolded), (Entity, Column::DescriptionFolded)];
        let searched = containing(self.search.as_deref(), searched)?;
        Ok(if searched.is_empty() { condition } else { condition.add(common(searched)) })
    }
}

fn any<T: Clone>(values: &[T], condition: impl FnOnce(Vec<T>) -> Expr) -> Option<Expr> {
    (!values.is_empty()).then(|| condition(values.to_vec()))
}

/// The subquery names the tenant itself: the wall around the outer statement does not reach into it.
fn labelled(tenant: &TenantId, labels: Vec<String>) -> Expr {
    Column::Id.in_subquery(
        Subquery::select()
            .column(label::Column::TaskId)
            .from(label::Entity)
            .and_where(label::Column::TenantId.eq(tenant.as_str()))
            .and_where(label::Column::Label.is_in(labels))
            .to_owned(),
    )
}

impl SortBy {
    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::DueDate => "due_date",
            Self::Priority => "priority",
            Self::Title => "title",
        }
    }

    /// The indexed column that is never null.
    fn column(self, order: Direction) -> ColumnRef {
        match (self, order) {
            (Self::CreatedAt, _) => (Entity, Column::CreatedAt).into_column_ref(),
            (Self::UpdatedAt, _) => (Entity, Column::UpdatedAt).into_column_ref(),
            (Self::DueDate, Direction::Asc) => (Entity, Derived::DueAscending).into_column_ref(),
            (Self::DueDate, Direction::Desc) => (Entity, Derived::DueDescending).into_column_ref(),
            (Self::Priority, _) => (Entity, Derived::PriorityRank).into_column_ref(),
            (Self::Title, _) => (Entity, Column::TitleFolded).into_column_ref(),
        }
    }

    /// The same column's value in a row.
    fn key(self, row: &Model, order: Direction) -> SortKey {
        match self {
            Self::CreatedAt => SortKey::Time(row.created_at),
            Self::UpdatedAt => SortKey::Time(row.updated_at),
            Self::DueDate => SortKey::Time(row.due_date.unwrap_or_else(|| no_due_date(order))),
            Self::Priority => SortKey::Rank(row.priority.rank()),
            Self::Title => SortKey::Text(row.title_folded.clone()),
        }
    }

    /// A cursor's key as a value of that column.
    fn value(self, key: &SortKey) -> Result<Value> {
        match (self, key) {
            (Self::CreatedAt | Self::UpdatedAt | Self::DueDate, SortKey::Time(time)) => Ok((*time).into()),
            (Self::Priority, SortKey::Rank(rank)) => Ok((*rank).into()),
            (Self::Title, SortKey::Text(text)) => Ok(text.clone().into()),
            _ => Err(FieldError::parameter("cursor", "invalid_value", "The cursor is malformed.").into()),
        }
    }
}

/// What the derived columns hold for a task without a due date; the migration says the same.
fn no_due_date(order: Direction) -> DateTime<Utc> {
    let far = if order == Direction::Asc { migration::DUE_AFTER_ALL } else { migration::DUE_BEFORE_ALL };
    DateTime::parse_from_rfc3339(far).map(|time| time.to_utc()).unwrap_or_default()
}

impl FromStr for SortBy {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "created_at" | "createdAt" => Ok(Self::CreatedAt),
            "updated_at" | "updatedAt" => Ok(Self::UpdatedAt),
            "due_date" | "dueDate" => Ok(Self::DueDate),
            "priority" => Ok(Self::Priority),
            "title" => Ok(Self::Title),
            _ => Err("use created_at, updated_at, due_date, priority or title"),
        }
    }
}

impl FromStr for Status {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "pending" => Ok(Self::Pending),
            "started" => Ok(Self::Started),
            "completed" => Ok(Self::Completed),
            _ => Err("use pending, started or completed"),
        }
    }
}

impl FromStr for Priority {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            _ => Err("use low, medium or high"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parse;

    #[test]
    fn both_spellings_of_an_order_are_read() {
        for query in ["sort_by=due_date", "sort_by=dueDate"] {
            assert_eq!(parse::<TaskQuery>(query).unwrap().sort_by, Some(SortBy::DueDate));
        }
        assert!(parse::<TaskQuery>("sort_by=id").is_err());
    }
}
