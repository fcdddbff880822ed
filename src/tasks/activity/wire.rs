//! One thing that happened to a task, as callers see it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::audit::AuditEntry;

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Activity {
    /// What happened: `created`, `updated`, `completed`, `reopened`, `assigned`, `unassigned`, `deleted`, `restored`, `commented`,
    /// `comment_edited`, `comment_deleted`. A change of several fields is one `updated`, unless it completes or reopens the task.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it: Clerk's id of a person; null for what no person did.
    pub actor_id: Option<String>,
    /// Whether somebody acted as that person.
    pub impersonated: bool,
    /// Which fields changed, each as it was and as it is since. Texts of more than 500 characters are cut.
    pub changes: BTreeMap<String, Change>,
    /// The comment that it is about.
    pub comment_id: Option<String>,
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// As it was.
    #[schema(value_type = Value)]
    pub before: Value,
    /// As it is since.
    #[schema(value_type = Value)]
    pub after: Value,
}

impl From<AuditEntry> for Activity {
    fn from(entry: AuditEntry) -> Self {
        let changes = if entry.action == "task.updated" { changes(&entry) } else { BTreeMap::new() };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            kind: kind(&entry.action, &changes).to_owned(),
            at: entry.at,
            actor_id: text(&entry.actor["id"]),
            impersonated: entry.impersonator.is_some(),
            comment_id: text(&entry.after["comment_id"]).or_else(|| text(&entry.before["comment_id"])),
            changes,
        }
    }
}

fn changes(entry: &AuditEntry) -> BTreeMap<String, Change> {
    let after = entry.after.as_object().into_iter().flatten();
    after
        .map(|(name, after)| {
            let before = entry.before.get(name).cloned().unwrap_or_default();
            (name.clone(), Change { before, after: after.clone() })
        })
        .collect()
}

/// An action this does not know is told as it is recorded.
fn kind<'a>(action: &'a str, changes: &BTreeMap<String, Change>) -> &'a str {
    match action {
        "task.created" => "created",
        "task.updated" => kind_of_update(changes),
        "task.deleted" => "deleted",
        "task.restored" => "restored",
        "comment.created" => "commented",
        "comment.updated" => "comment_edited",
        "comment.deleted" => "comment_deleted",
        other => other,
    }
}

fn kind_of_update(changes: &BTreeMap<String, Change>) -> &'static str {
    let became = |field: &str| changes.get(field).map(|change| &change.after);
    match (became("completed"), became("assignee_id")) {
        (Some(Value::Bool(true)), _) => "completed",
        (Some(_), _) => "reopened",
        (None, Some(Value::Null)) if changes.len() == 1 => "unassigned",
        (None, Some(_)) if changes.len() == 1 => "assigned",
        _ => "updated",
    }
}
