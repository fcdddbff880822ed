//! Roles, permissions, and the features that decide what a token may carry.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::State;
use crate::{
    error::{ApiError, Result},
    ids, json,
};

/// Key of the role with every system permission.
pub(super) const ADMIN: &str = "org:admin";
/// Key of the role of ordinary members.
const MEMBER: &str = "org:member";

/// The permission without which nobody can run an organization.
pub(crate) const MANAGE_MEMBERS: &str = "org:sys_memberships:manage";
/// The permission to change an organization's name and slug.
pub(crate) const MANAGE_PROFILE: &str = "org:sys_profile:manage";
/// The permission to delete an organization.
pub(crate) const DELETE_PROFILE: &str = "org:sys_profile:delete";
/// The permission to see who else is a member.
pub(crate) const READ_MEMBERS: &str = "org:sys_memberships:read";

/// Clerk's built-in permissions; they are part of memberships, never of tokens.
const SYSTEM: [&str; 9] = [
    MANAGE_PROFILE,
    DELETE_PROFILE,
    READ_MEMBERS,
    MANAGE_MEMBERS,
    "org:sys_domains:read",
    "org:sys_domains:manage",
    "org:sys_billing:read",
    "org:sys_billing:manage",
    "org:sys_entconns:manage",
];

/// A group of permissions: `org:<slug>:<action>` for each action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The middle part of the permission keys.
    pub slug: String,
    /// The last part of the permission keys, in the order of the bits of `fpm`.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// A permission a role can hold. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Permission {
    pub id: String,
    pub key: String,
    pub name: String,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Permission {
    /// Whether it is one of Clerk's own.
    pub fn is_system(&self) -> bool {
        is_system(&self.key)
    }
}

pub(super) fn is_system(key: &str) -> bool {
    key.starts_with("org:sys_")
}

/// A named set of permissions. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    pub id: String,
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    /// Keys of its permissions, system ones included.
    pub permissions: Vec<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl State {
    pub(crate) fn role(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.key == key)
    }

    pub(crate) fn role_permissions(&self, key: &str) -> Vec<String> {
        self.role(key).map_or_else(Vec::new, |role| role.permissions.clone())
    }

    pub(crate) fn role_name(&self, key: &str) -> String {
        self.role(key).map_or_else(|| key.to_owned(), |role| role.name.clone())
    }

    /// The two roles every Clerk instance starts with, and all built-in permissions.
    pub(crate) fn add_default_roles(&mut self) -> Result<()> {
        let mut admin = SYSTEM.map(str::to_owned).to_vec();
        let mut member = vec![READ_MEMBERS.to_owned(), "org:sys_billing:read".to_owned()];
        for feature in &self.features {
            for action in &feature.actions {
                let key = format!("org:{}:{action}", feature.slug);
                if !matches!(action.as_str(), "delete" | "manage") {
                    member.push(key.clone());
                }
                admin.push(key);
            }
        }
        self.create_role(ADMIN, "Admin", admin)?;
        self.create_role(MEMBER, "Member", member)?;
        Ok(())
    }

    pub(crate) fn create_role(&mut self, key: &str, name: &str, permissions: Vec<String>) -> Result<Role> {
        check_role_key(key)?;
        if self.role(key).is_some() {
            return Err(ApiError::value("key", "belongs to another role"));
        }
        self.add_permissions(&permissions)?;
        let now = self.tick();
        let role = Role {
            id: ids::fresh("role_"),
            key: key.to_owned(),
            name: name.to_owned(),
            description: None,
            permissions,
            created_at: now,
            updated_at: now,
        };
        self.roles.push(role.clone());
        self.emit("role.created", json::role(self, &role));
        Ok(role)
    }

    /// Gives a role these permissions instead of its own. Clerk promises no membership events.
    pub(crate) fn set_role_permissions(&mut self, key: &str, permissions: Vec<String>) -> Result<Role> {
        if self.role(key).is_none() {
            return Err(ApiError::not_found("role", key));
        }
        self.add_permissions(&permissions)?;
        let now = self.tick();
        let found = self.roles.iter_mut().find(|role| role.key == key);
        let role = found.ok_or_else(|| ApiError::not_found("role", key))?;
        role.permissions = permissions;
        role.updated_at = now;
        let role = role.clone();
        self.emit("role.updated", json::role(self, &role));
        Ok(role)
    }

    /// Removes a role of one's own that nobody holds.
    pub(crate) fn delete_role(&mut self, key: &str) -> Result<Role> {
        let role = self.role(key).cloned();
        let role = role.ok_or_else(|| ApiError::not_found("role", key))?;
        let built_in = [ADMIN, MEMBER].contains(&key);
        if built_in || self.memberships.iter().any(|m| m.role == key) {
            let message = "The role is built in, or assigned to members, and cannot be deleted";
            return Err(ApiError::new(StatusCode::CONFLICT, "conflict", message));
        }
        self.tick();
        self.roles.retain(|other| other.key != key);
        self.emit("role.deleted", json::deleted_role(&role));
        Ok(role)
    }

    /// Removes a permission of one's own: `role.updated` for each role that had it, then `permission.deleted`.
    pub(crate) fn delete_permission(&mut self, key: &str) -> Result<Permission> {
        let found = self.permissions.iter().find(|permission| permission.key == key && !permission.is_system());
        let permission = found.cloned().ok_or_else(|| ApiError::not_found("permission", key))?;
        let holds = |role: &&Role| role.permissions.iter().any(|held| held == key);
        let holders: Vec<Role> = self.roles.iter().filter(holds).cloned().collect();
        for mut role in holders {
            role.permissions.retain(|held| held != key);
            self.set_role_permissions(&role.key, role.permissions)?;
        }
        self.tick();
        self.permissions.retain(|other| other.key != key);
        self.emit("permission.deleted", json::deleted_permission(&permission));
        Ok(permission)
    }

    fn add_permissions(&mut self, keys: &[String]) -> Result<()> {
        for key in keys {
            check_permission_key(key)?;
        }
        for key in keys {
            if self.permissions.iter().any(|permission| permission.key == *key) {
                continue;
            }
            let now = self.tick();
            let permission = Permission {
                id: ids::fresh("perm_"),
                key: key.clone(),
                name: key.trim_start_matches("org:").replace([':', '_'], " "),
                created_at: now,
                updated_at: now,
            };
            self.permissions.push(permission.clone());
            self.emit("permission.created", json::permission(&permission));
        }
        Ok(())
    }
}

fn is_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(allowed)
}

fn check_role_key(key: &str) -> Result<()> {
    match key.strip_prefix("org:") {
        Some(name) if is_word(name) => Ok(()),
        _ => Err(ApiError::format("key", "must be org: and a lower-case name")),
    }
}

fn check_permission_key(key: &str) -> Result<()> {
    let parts: Vec<&str> = key.split(':').collect();
    match parts.as_slice() {
        ["org", feature, action] if is_word(feature) && is_word(action) => Ok(()),
        _ => Err(ApiError::format("permissions", "must be keys of the form org:<feature>:<action>")),
    }
}
