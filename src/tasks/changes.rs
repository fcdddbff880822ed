//! A change to a task as one UPDATE: the fields that were sent, the version compared and counted in the same statement.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{DynIden, Expr};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::completion;
use super::entity::{Column, Entity, Labels, Model, Status};
use super::new::{CATEGORY, DESCRIPTION, TITLE, accept_due, not_null, now};
use super::person::Scope;
use super::wire::TaskChanges;
use super::{filters, labels};
use crate::db::search::fold;
use crate::db::{Connection, TenantDb, TenantTransaction};
use crate::error::{Error, Result};
use crate::http::check::Checks;
use crate::http::etag::{IfMatch, etag};

/// What an UPDATE sets.
pub type Assignments = Vec<(Column, Expr)>;

/// A change that was read and found acceptable.
#[derive(Debug)]
pub struct Accepted {
    /// What the UPDATE sets; empty when nothing was sent.
    pub assignments: Assignments,
    /// The new labels, when they change.
    pub labels: Option<Vec<String>>,
    /// The new texts, where they change.
    pub texts: Texts,
}

/// Texts as they are searched, of which some change.
#[derive(Debug, Default)]
pub struct Texts {
    title: Option<String>,
    description: Option<Option<String>>,
}

impl Texts {
    /// What is to be stored beside the row, so that a search passes it by; nothing when no text changes.
    pub fn beside(&self, before: &Model) -> Vec<(DynIden, Expr)> {
        if self.title.is_none() && self.description.is_none() {
            return Vec::new();
        }
        let title = self.title.as_ref().unwrap_or(&before.title_folded);
        let description = self.description.as_ref().unwrap_or(&before.description_folded);
        filters::beside(title, description.as_deref()).collect()
    }
}

/// Reads a change.
///
/// # Errors
/// 422 with every mistake.
pub fn accept(sent: TaskChanges) -> Result<Accepted> {
    let mut checks = Checks::default();
    let (mut set, mut texts) = (Assignments::new(), Texts::default());
    if let Some(title) = not_null(&mut checks, "/title", sent.title) {
        let title = checks.line("/title", &title, TITLE);
        let folded = texts.title.insert(fold(&title)).clone();
        set.push((Column::TitleFolded, Expr::value(folded)));
        set.push((Column::Title, Expr::value(title)));
    }
    if let Some(description) = sent.description {
        let description = description.map(|text| checks.text("/description", &text, DESCRIPTION));
        let folded = texts.description.insert(description.as_deref().map(fold)).clone();
        set.push((Column::DescriptionFolded, Expr::value(folded)));
        set.push((Column::Description, Expr::value(description)));
    }
    if let Some(priority) = not_null(&mut checks, "/priority", sent.priority) {
        set.push((Column::Priority, Expr::value(priority.to_value())));
    }
    if let Some(category) = sent.category {
        let category = category.map(|text| checks.line("/category", &text, CATEGORY));
        set.push((Column::Category, Expr::value(category)));
    }
    if let Some(assignee) = sent.assignee_id {
        set.push((Column::AssigneeId, Expr::value(assignee)));
    }
    if let Some(due) = sent.due_date {
        set.push((Column::DueDate, Expr::value(due.map(|due| accept_due(&mut checks, due)))));
    }
    let status = not_null(&mut checks, "/status", sent.status);
    let completed = not_null(&mut checks, "/completed", sent.completed);
    set.extend(progress(&mut checks, status, completed).into_iter().flatten());
    let labels = sent.labels.map(|labels| labels::accept(&mut checks, &labels.unwrap_or_default()));
    if let Some(labels) = &labels {
        set.push((Column::Labels, Expr::value(Labels(labels.clone()))));
    }
    checks.accept(Accepted { assignments: set, labels, texts })
}

/// `status` and `completed` say the same thing twice; when both are sent they must agree.
fn progress(checks: &mut Checks, status: Option<Status>, completed: Option<bool>) -> Option<completion::Changes> {
    match (status, completed) {
        (None, None) => None,
        (Some(status), Some(completed)) if (status == Status::Completed) != completed => {
            checks.refuse("/completed", "contradiction", "completed contradicts status; send one of them.");
            None
        }
        (Some(status), _) => Some(completion::to(status, now())),
        (None, Some(true)) => Some(completion::to(Status::Completed, now())),
        (None, Some(false)) => Some(completion::undone()),
    }
}

/// Which row a change is about, and under what conditions.
#[derive(Debug)]
pub struct Aim<'a> {
    /// The task.
    pub id: Uuid,
    /// Whose tasks the address speaks of.
    pub scope: &'a Scope,
    /// The version it must have.
    pub if_match: &'a IfMatch,
}

impl Aim<'_> {
    /// The rows that may be changed: one or none.
    pub fn condition(&self) -> Condition {
        let condition = self.scope.condition().add(Column::Id.eq(self.id));
        match self.if_match {
            IfMatch::Any => condition,
            IfMatch::OneOf(versions) => condition.add(Column::Version.is_in(versions.iter().copied())),
        }
    }

    /// The row as it is, when the conditions allow it.
    ///
    /// # Errors
    /// 404 when there is none, 412 when it has another version.
    pub async fn current<C: Connection>(&self, db: &TenantDb<C>) -> Result<Model> {
        let row = Entity::find().filter(self.scope.condition()).filter(Column::Id.eq(self.id));
        self.allowed(db.one(row).await?)
    }

    fn allowed(&self, row: Option<Model>) -> Result<Model> {
        let row = row.ok_or(NOT_FOUND)?;
        if self.if_match.allows(row.version) {
            return Ok(row);
        }
        Err(Error::PreconditionFailed { etag: etag(row.version) })
    }

    /// The row as it is, when the conditions allow it, with a lock on it: so it stays until the transaction ends.
    ///
    /// # Errors
    /// 404 when there is none, 412 when it has another version.
    pub async fn lock(&self, tx: &TenantDb<TenantTransaction>) -> Result<Model> {
        let row = Entity::find().filter(self.scope.condition()).filter(Column::Id.eq(self.id)).lock_exclusive();
        self.allowed(tx.one(row).await?)
    }

    /// Why nothing was changed: 404 or 412.
    pub async fn refusal<C: Connection>(&self, db: &TenantDb<C>) -> Error {
        match self.current(db).await {
            // It came to meet the conditions after the statement had passed it by.
            Ok(row) => Error::PreconditionFailed { etag: etag(row.version) },
            Err(error) => error,
        }
    }

    /// Changes the row.
    ///
    /// # Errors
    /// 404 when there is none, 412 when it has another version.
    pub async fn update(
        &self,
        tx: &TenantDb<TenantTransaction>,
        changer: &str,
        assignments: impl IntoIterator<Item = (Column, Expr)>,
        beside: Vec<(DynIden, Expr)>,
    ) -> Result<Model> {
        match self.change(tx, Condition::all(), changer, assignments, beside).await? {
            Some(row) => Ok(row),
            None => Err(self.refusal(tx).await),
        }
    }

    /// Changes the row if it meets a further condition.
    ///
    /// # Errors
    /// The database's.
    pub async fn update_where(
        &self,
        tx: &TenantDb<TenantTransaction>,
        further: Condition,
        changer: &str,
        assignments: impl IntoIterator<Item = (Column, Expr)>,
    ) -> Result<Option<Model>> {
        self.change(tx, further, changer, assignments, Vec::new()).await
    }

    async fn change(
        &self,
        tx: &TenantDb<TenantTransaction>,
        further: Condition,
        changer: &str,
        assignments: impl IntoIterator<Item = (Column, Expr)>,
        beside: Vec<(DynIden, Expr)>,
    ) -> Result<Option<Model>> {
        let changes = assignments.into_iter().chain(stamp(changer, now()));
        let rows = tx.update_beside::<Entity>(self.condition().add(further), changes, beside).await?;
        Ok(rows.into_iter().next())
    }
}

/// What every change sets besides: who, when, and the next version.
pub(super) fn stamp(changer: &str, now: DateTime<Utc>) -> Assignments {
    vec![
        (Column::UpdatedBy, Expr::value(changer)),
        (Column::UpdatedAt, Expr::value(now)),
        (Column::Version, Column::Version.into_simple_expr().add(1)),
    ]
}

/// No such task in this tenant.
pub const NOT_FOUND: Error = Error::NotFound { code: "task_not_found", detail: "Task not found." };
