//! A comment as callers see it and send it.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::Result;
use crate::http::check::Checks;
use crate::http::extract::present;
use crate::tasks::entity::comment::{ActiveModel, Model};
use crate::tasks::new::{not_null, now};

/// The most characters of a comment.
const BODY: usize = 10_000;

/// A comment on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comment {
    /// Ours, a UUIDv7: ids in order are in order of age.
    pub id: Uuid,
    /// The task.
    pub task_id: Uuid,
    /// Who wrote it; it stays when they leave.
    pub author_id: String,
    /// 1 to 10 000 characters.
    pub body: String,
    /// Whether its author changed it since.
    pub edited: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<Model> for Comment {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            task_id: row.task_id,
            author_id: row.author_id,
            body: row.body,
            edited: row.version > 1,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A comment to be written.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// 1 to 10 000 characters after trimming.
    #[schema(value_type = String, min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub body: Option<String>,
}

/// Changes to a comment: what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentChanges {
    /// 1 to 10 000 characters after trimming.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub body: Option<Option<String>>,
}

/// The row of a new comment. Its tenant is set when it is stored.
///
/// # Errors
/// 422 with every mistake.
pub fn row(new: &NewComment, task: Uuid, author: &str) -> Result<ActiveModel> {
    let mut checks = Checks::default();
    let body = match &new.body {
        Some(body) => checks.line("/body", body, BODY),
        None => {
            checks.refuse("/body", "required", "body is required.");
            String::new()
        }
    };
    let now = now();
    checks.accept(ActiveModel {
        tenant_id: NotSet,
        id: Set(Uuid::now_v7()),
        task_id: Set(task),
        body: Set(body),
        author_id: Set(author.to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    })
}

/// The new text, if one was sent.
///
/// # Errors
/// 422 with every mistake.
pub fn accept(sent: CommentChanges) -> Result<Option<String>> {
    let mut checks = Checks::default();
    let body = not_null(&mut checks, "/body", sent.body).map(|body| checks.line("/body", &body, BODY));
    checks.accept(body)
}
