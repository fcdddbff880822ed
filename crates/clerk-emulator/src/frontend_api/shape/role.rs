//! Role and Permission.

use serde_json::{Value, json};

use super::View;
use crate::{Permission, Role, state::MANAGE_MEMBERS};

impl View<'_> {
    pub(in super::super) fn role(&self, role: &Role) -> Value {
        let held = |permission: &&Permission| role.permissions.contains(&permission.key);
        let permissions: Vec<Value> = self.state.permissions.iter().filter(held).map(permission).collect();
        json!({
            "object": "role",
            "id": role.id,
            "key": role.key,
            "name": role.name,
            "description": role.description.as_deref().unwrap_or_default(),
            "is_creator_eligible": role.permissions.iter().any(|key| key == MANAGE_MEMBERS),
            "permissions": permissions,
            "created_at": role.created_at,
            "updated_at": role.updated_at,
        })
    }
}

/// The Frontend API calls those `user` that the Backend API calls `custom`.
fn permission(permission: &Permission) -> Value {
    json!({
        "object": "permission",
        "id": permission.id,
        "key": permission.key,
        "name": permission.name,
        "description": "",
        "type": if permission.is_system() { "system" } else { "user" },
        "created_at": permission.created_at,
        "updated_at": permission.updated_at,
    })
}
