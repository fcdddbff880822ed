//! What a place in an organization gives: the role of administrators, and each permission of the product.

use super::Permission;

/// The role of administrators.
pub const ADMIN: &str = "org:admin";

const ADMIN_BIT: u32 = 1 << 31;

/// A set of powers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Powers(u32);

impl Powers {
    /// No power.
    pub const NONE: Self = Self(0);
    /// Every power.
    pub const ALL: Self = Self(u32::MAX);

    /// Those of a role and its permissions.
    pub fn of(role: &str, permissions: &[String]) -> Self {
        let held =
            Permission::ALL.into_iter().filter(|permission| permissions.iter().any(|key| key == permission.key()));
        held.fold(Self::NONE.with_role(role), |powers, permission| Self(powers.0 | bit(permission)))
    }

    /// These, and that of a role.
    #[must_use]
    pub fn with_role(self, role: &str) -> Self {
        if role == ADMIN { Self(self.0 | ADMIN_BIT) } else { self }
    }

    /// All others.
    #[must_use]
    pub fn others(self) -> Self {
        Self(!self.0)
    }

    /// Whether a permission is among them.
    pub fn hold(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether the role of administrators is among them.
    pub fn hold_admin(self) -> bool {
        self.0 & ADMIN_BIT != 0
    }
}

fn bit(permission: Permission) -> u32 {
    1 << (permission as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_and_its_permissions_are_powers() {
        let keys =
            ["org:tasks:view", "org:tasks:delete", "org:sys_memberships:read", "org:other:view"].map(String::from);
        let powers = Powers::of("org:member", &keys);
        let held: Vec<&str> = Permission::ALL.into_iter().filter(|p| powers.hold(*p)).map(Permission::key).collect();
        assert_eq!(held, ["org:tasks:view", "org:tasks:delete"]);
        assert!(!powers.hold_admin() && Powers::of(ADMIN, &[]).hold_admin());
        assert!(powers.others().hold(Permission::EditTasks) && !powers.others().hold(Permission::ViewTasks));
        assert!(powers.others().hold_admin());
    }
}
