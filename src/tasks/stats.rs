//! The numbers over all tasks, in one aggregate statement.

use sea_orm::sea_query::{CaseStatement, Expr, Func};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::{Column, Entity, Priority, Status};
use super::new::now;
use super::person::Scope;
use crate::db::TenantDb;
use crate::error::Result;

/// How many tasks there are, by how far they are and how urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct TaskStats {
    /// All of them.
    pub total: i64,
    /// Not begun.
    pub pending: i64,
    /// Begun.
    pub started: i64,
    /// Done.
    pub completed: i64,
    /// Past their due date and not done.
    pub overdue: i64,
    /// By priority.
    pub by_priority: TaskPriorities,
}

/// How many tasks there are of each priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct TaskPriorities {
    /// Can wait.
    pub low: i64,
    /// As usual.
    pub medium: i64,
    /// Before others.
    pub high: i64,
}

/// Counts the tasks of a scope.
///
/// # Errors
/// The database's.
pub async fn stats(db: &TenantDb, scope: &Scope) -> Result<TaskStats> {
    let overdue = Column::Status.ne(Status::Completed).and(Column::DueDate.lt(now()));
    let rows = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "total")
        .column_as(count_if(Column::Status.eq(Status::Pending)), "pending")
        .column_as(count_if(Column::Status.eq(Status::Started)), "started")
        .column_as(count_if(Column::Status.eq(Status::Completed)), "completed")
        .column_as(count_if(overdue), "overdue")
        .column_as(count_if(Column::Priority.eq(Priority::Low)), "low")
        .column_as(count_if(Column::Priority.eq(Priority::Medium)), "medium")
        .column_as(count_if(Column::Priority.eq(Priority::High)), "high")
        .filter(scope.condition());
    let [total, pending, started, completed, overdue, low, medium, high] = db.counts(rows).await?;
    Ok(TaskStats { total, pending, started, completed, overdue, by_priority: TaskPriorities { low, medium, high } })
}

/// `count(CASE WHEN … THEN 1 END)`, which both databases have; a count is never null.
fn count_if(condition: Expr) -> Expr {
    let one_or_null: Expr = CaseStatement::new().case(condition, Expr::value(1)).into();
    Func::count(one_or_null).into()
}
