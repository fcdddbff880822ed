//! One event: what happened to which thing, and who may hear of it.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{AuthUser, Permission};
use crate::db::TenantId;
use crate::db::journal::{Column, Entity, Model};

/// What is read of an entry: nothing of what was there before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happening {
    pub(super) seq: i64,
    at: DateTime<Utc>,
    actor_id: Option<String>,
    action: String,
    target_type: String,
    target_id: String,
}

/// The data of a `change` event. Read what it names anew; it says no more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeEvent<'a> {
    /// What was done, by the names of the audit log: `task.updated`, `comment.created`, `member.removed`, …
    #[serde(rename = "type")]
    #[schema(example = "task.updated")]
    kind: &'a str,
    /// When.
    at: DateTime<Utc>,
    /// Who did it, where it was a person.
    actor_id: Option<&'a str>,
    /// The task it was done to, where it was one.
    task_id: Option<&'a str>,
    /// To what.
    target: EventTarget<'a>,
}

/// What something was done to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventTarget<'a> {
    /// The kind of thing.
    #[serde(rename = "type")]
    #[schema(example = "task")]
    kind: &'a str,
    /// Which.
    id: &'a str,
}

impl Happening {
    pub(super) fn wire(&self) -> ChangeEvent<'_> {
        ChangeEvent {
            kind: &self.action,
            at: self.at,
            actor_id: self.actor_id.as_deref(),
            task_id: (self.target_type == "task").then_some(self.target_id.as_str()),
            target: EventTarget { kind: &self.target_type, id: &self.target_id },
        }
    }

    /// Whether somebody may hear of it: who may read what it names.
    pub(super) fn concerns(&self, user: &AuthUser, tenant: &TenantId) -> bool {
        let personal = matches!(tenant, TenantId::Personal(_));
        match self.action.split('.').next().unwrap_or_default() {
            "task" | "tasks" | "comment" => personal || user.can_view(),
            "member" | "organization" | "subscription" | "profile" => true,
            "invitation" => user.is_admin() || user.holds(Permission::ManageMembers),
            "preferences" => self.actor_id.as_deref() == Some(user.user_id.as_str()),
            // Records are an administrator's, and whatever is new here nobody's until it is said whose.
            "audit_log" | "data" => user.is_admin(),
            _ => false,
        }
    }
}

impl From<Model> for Happening {
    fn from(row: Model) -> Self {
        let Model { seq, at, actor_id, action, target_type, target_id, .. } = row;
        Self { seq, at, actor_id, action, target_type, target_id }
    }
}

/// What happened after a place, the oldest first; of a tenant that is still to be named.
pub(super) fn after(seq: i64, most: u64) -> Select<Entity> {
    Entity::find().filter(Column::Seq.gt(seq)).order_by_asc(Column::Seq).limit(most)
}
