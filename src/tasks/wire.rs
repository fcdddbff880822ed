//! A task as callers see it and send it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entity::{Model, Priority, Status};
use crate::db::TenantId;
use crate::http::extract::present;
use crate::http::time::{optional_time, time};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Task {
    /// Ours, a UUIDv7: ids in order are in order of age.
    pub id: Uuid,
    /// The organization; null in a personal workspace.
    pub org_id: Option<String>,
    /// 1 to 255 characters.
    pub title: String,
    /// At most 10 000 characters.
    pub description: Option<String>,
    /// How far it is.
    pub status: Status,
    /// Whether `status` is `completed`.
    pub completed: bool,
    /// When it was completed.
    #[serde(serialize_with = "optional_time")]
    pub completed_at: Option<DateTime<Utc>>,
    /// How urgent it is.
    pub priority: Priority,
    /// At most 50 characters.
    pub category: Option<String>,
    /// At most 20.
    pub labels: Vec<String>,
    /// The member who is to do it.
    pub assignee_id: Option<String>,
    /// When it is due.
    #[serde(serialize_with = "optional_time")]
    pub due_date: Option<DateTime<Utc>>,
    /// Who created it.
    pub created_by: String,
    /// Who changed it last.
    pub updated_by: String,
    /// When it was created.
    #[serde(serialize_with = "time")]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(serialize_with = "time")]
    pub updated_at: DateTime<Utc>,
}

impl Task {
    /// The wire form of a tenant's row.
    pub fn of(row: Model, tenant: &TenantId) -> Self {
        Self {
            id: row.id,
            org_id: tenant.organization().map(str::to_owned),
            title: row.title,
            description: row.description,
            status: row.status,
            completed: row.status == Status::Completed,
            completed_at: row.completed_at,
            priority: row.priority,
            category: row.category,
            labels: row.labels.0,
            assignee_id: row.assignee_id,
            due_date: row.due_date,
            created_by: row.created_by,
            updated_by: row.updated_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A label as it is sent: 1 to 50 characters after trimming.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 50, pattern = r"\S")]
#[expect(dead_code, reason = "describes what the rules of labels accept")]
struct Label(String);

/// A task to be created.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// 1 to 255 characters after trimming.
    #[schema(value_type = String, min_length = 1, max_length = 255, pattern = r"\S")]
    pub title: Option<String>,
    /// At most 10 000 characters.
    #[schema(max_length = 10_000)]
    pub description: Option<String>,
    /// `pending` when absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Status>, nullable = false)]
    pub status: Option<Option<Status>>,
    /// `medium` when absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Priority>, nullable = false)]
    pub priority: Option<Option<Priority>>,
    /// At most 50 characters.
    #[schema(min_length = 1, max_length = 50, pattern = r"\S")]
    pub category: Option<String>,
    /// At most 20, each of 1 to 50 characters; repetitions are dropped.
    #[schema(value_type = Option<Vec<Label>>, max_items = 20)]
    pub labels: Option<Vec<String>>,
    /// A member of the organization.
    pub assignee_id: Option<String>,
    /// RFC 3339, between the years 1000 and 9998.
    pub due_date: Option<DateTime<Utc>>,
}

/// Changes to a task: what is absent stays, null clears.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChanges {
    /// 1 to 255 characters after trimming.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 255, pattern = r"\S")]
    pub title: Option<Option<String>>,
    /// At most 10 000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Option<Option<String>>,
    /// How far it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Status>, nullable = false)]
    pub status: Option<Option<Status>>,
    /// Sets `status`: true to `completed`, false from `completed` to `pending`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub completed: Option<Option<bool>>,
    /// How urgent it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Priority>, nullable = false)]
    pub priority: Option<Option<Priority>>,
    /// At most 50 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50, pattern = r"\S")]
    pub category: Option<Option<String>>,
    /// At most 20, each of 1 to 50 characters; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<Label>>, max_items = 20)]
    pub labels: Option<Option<Vec<String>>>,
    /// A member of the organization.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub assignee_id: Option<Option<String>>,
    /// RFC 3339, between the years 1000 and 9998.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub due_date: Option<Option<DateTime<Utc>>>,
}

/// Whether a task is to be complete.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// Sending it twice does no harm.
    pub completed: bool,
}
