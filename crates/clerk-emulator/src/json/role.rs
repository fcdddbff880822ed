//! Role and Permission.

use serde_json::{Value, json};

use crate::state::{MANAGE_MEMBERS, Permission, Role, State};

pub(crate) fn role(state: &State, role: &Role) -> Value {
    let held = |p: &&Permission| role.permissions.contains(&p.key);
    let permissions: Vec<Value> = state.permissions.iter().filter(held).map(permission).collect();
    json!({
        "object": "role",
        "id": role.id,
        "name": role.name,
        "key": role.key,
        "description": role.description,
        "is_creator_eligible": role.permissions.iter().any(|key| key == MANAGE_MEMBERS),
        "permissions": permissions,
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    })
}

pub(crate) fn permission(permission: &Permission) -> Value {
    json!({
        "object": "permission",
        "id": permission.id,
        "name": permission.name,
        "key": permission.key,
        "description": "",
        "type": if permission.is_system() { "system" } else { "custom" },
        "created_at": permission.created_at,
        "updated_at": permission.updated_at,
    })
}

pub(crate) fn deleted_role(role: &Role) -> Value {
    json!({ "object": "role", "id": role.id, "deleted": true })
}
