//! Role and Permission.

use serde_json::{Value, json};

use crate::{
    ids,
    state::{MANAGE_MEMBERS, Permission, Role, State},
};

/// Key of the one role set.
pub(crate) const ROLE_SET: &str = "role_set:default";

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

/// The one role set there is: all roles.
pub(crate) fn role_set(state: &State) -> Value {
    let item = |role: &Role| {
        let members = state.memberships.iter().filter(|m| m.role == role.key).count();
        json!({
            "object": "role_set_item",
            "id": role.id,
            "name": role.name,
            "key": role.key,
            "description": role.description,
            "members_count": members,
            "has_members": members > 0,
            "created_at": role.created_at,
            "updated_at": role.updated_at,
        })
    };
    let roles: Vec<Value> = state.roles.iter().map(item).collect();
    let updated = state.roles.iter().map(|role| role.updated_at).max().unwrap_or_default();
    json!({
        "object": "role_set",
        "id": ids::derived("roleset_", &[&state.instance.id]),
        "name": "Default",
        "key": ROLE_SET,
        "description": null,
        "roles": roles,
        "default_role": state.role("org:member").map(item),
        "creator_role": state.role("org:admin").map(item),
        "type": "initial",
        "role_set_migration": null,
        "created_at": state.roles.first().map_or(0, |role| role.created_at),
        "updated_at": updated,
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

pub(crate) fn deleted_permission(permission: &Permission) -> Value {
    json!({ "object": "permission", "id": permission.id, "deleted": true })
}

pub(crate) fn deleted_role(role: &Role) -> Value {
    json!({ "object": "role", "id": role.id, "deleted": true })
}
