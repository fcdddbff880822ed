//! From what a caller sent to a row that can be stored.

use chrono::{DateTime, Datelike, SubsecRound, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{DynIden, Expr};
use uuid::Uuid;

use super::entity::{ActiveModel, Labels, Priority, Status};
use super::wire::NewTask;
use super::{filters, labels};
use crate::db::search::fold;
use crate::error::Result;
use crate::http::check::Checks;

pub(super) const TITLE: usize = 255;
pub(super) const DESCRIPTION: usize = 10_000;
pub(super) const CATEGORY: usize = 50;

/// The row of a new task. Its tenant is set when it is stored.
///
/// # Errors
/// 422 with every mistake.
pub fn row(new: &NewTask, creator: &str) -> Result<ActiveModel> {
    let mut checks = Checks::default();
    let title = match &new.title {
        Some(title) => checks.line("/title", title, TITLE),
        None => {
            checks.refuse("/title", "required", "title is required.");
            String::new()
        }
    };
    let description = new.description.as_deref().map(|text| checks.text("/description", text, DESCRIPTION));
    let category = new.category.as_deref().map(|text| checks.line("/category", text, CATEGORY));
    let labels = labels::accept(&mut checks, new.labels.as_deref().unwrap_or_default());
    let status = not_null(&mut checks, "/status", new.status).unwrap_or(Status::Pending);
    let priority = not_null(&mut checks, "/priority", new.priority).unwrap_or(Priority::Medium);
    let due_date = new.due_date.map(|due| accept_due(&mut checks, due));
    let now = now();
    checks.accept(ActiveModel {
        tenant_id: NotSet,
        id: Set(Uuid::now_v7()),
        title_folded: Set(fold(&title)),
        title: Set(title),
        description_folded: Set(description.as_deref().map(fold)),
        description: Set(description),
        status: Set(status),
        priority: Set(priority),
        category: Set(category),
        labels: Set(Labels(labels)),
        assignee_id: Set(new.assignee_id.clone()),
        due_date: Set(due_date),
        completed_at: Set((status == Status::Completed).then_some(now)),
        created_by: Set(creator.to_owned()),
        updated_by: Set(creator.to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
        deleted_at: NotSet,
        deleted_by: NotSet,
        purge_at: NotSet,
    })
}

/// What is stored beside a row, so that a search passes it by.
pub fn beside(row: &ActiveModel) -> impl Iterator<Item = (DynIden, Expr)> + use<> {
    let title = row.title_folded.try_as_ref().map_or("", String::as_str);
    filters::beside(title, row.description_folded.try_as_ref().and_then(Option::as_deref))
}

/// A member that may be absent but not null.
pub(super) fn not_null<T>(checks: &mut Checks, pointer: &str, value: Option<Option<T>>) -> Option<T> {
    if matches!(value, Some(None)) {
        let name = pointer.trim_start_matches('/');
        checks.refuse(pointer, "null", format!("{name} cannot be null; leave it out to keep it."));
    }
    value.flatten()
}

/// A due date in the years that both databases and every client can sort and print, to the microsecond.
///
/// Counted in microseconds since 1970, which know no leap second: PostgreSQL would store the second after it, SQLite `:60`.
pub(super) fn accept_due(checks: &mut Checks, due: DateTime<Utc>) -> DateTime<Utc> {
    let due = DateTime::from_timestamp_micros(due.timestamp_micros()).unwrap_or(due);
    if !(1000..=9998).contains(&due.year()) {
        checks.refuse("/due_date", "out_of_range", "due_date must be between the years 1000 and 9998.");
    }
    due
}

/// Now, in the microseconds that both databases keep.
pub(super) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
