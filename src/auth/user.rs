//! The caller, as the token says.

use std::ops::Deref;
use std::sync::Arc;

use crate::clerk::session::Session;
use crate::db::TenantId;
use crate::error::{Error, Result};

/// A permission of this product, as it is defined in Clerk (`org:<feature>:<action>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See tasks.
    ViewTasks,
    /// Create tasks.
    CreateTasks,
    /// Change tasks.
    EditTasks,
    /// Delete tasks.
    DeleteTasks,
    /// Manage members and invitations.
    ManageMembers,
}

impl Permission {
    /// The key in Clerk.
    pub fn key(self) -> &'static str {
        match self {
            Self::ViewTasks => "org:tasks:view",
            Self::CreateTasks => "org:tasks:create",
            Self::EditTasks => "org:tasks:edit",
            Self::DeleteTasks => "org:tasks:delete",
            Self::ManageMembers => "org:members:manage",
        }
    }

    /// The feature in Clerk that the permission belongs to.
    pub fn feature(self) -> &'static str {
        match self {
            Self::ManageMembers => "members",
            _ => "tasks",
        }
    }
}

/// A verified caller. Cheap to clone; shared by every request that brings the same token.
#[derive(Debug, Clone)]
pub struct AuthUser(Arc<Session>);

impl Deref for AuthUser {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl AuthUser {
    /// The caller of a verified session token.
    pub fn new(session: Arc<Session>) -> Self {
        Self(session)
    }

    /// Whose data a request is about: the active organization, or the caller's own workspace where those are switched on.
    ///
    /// # Errors
    /// 403 `organization_required`.
    pub fn tenant(&self, personal_workspaces: bool) -> Result<TenantId> {
        match &self.organization {
            Some(organization) => Ok(TenantId::Organization(organization.id.clone())),
            None if personal_workspaces => Ok(TenantId::Personal(self.user_id.clone())),
            None => Err(Error::Forbidden {
                code: "organization_required",
                detail: "Choose an organization first; the token names none.".into(),
                permission: None,
            }),
        }
    }

    /// Whether the caller may see tasks.
    pub fn can_view(&self) -> bool {
        self.has_permission(Permission::ViewTasks.key())
    }

    /// Whether the caller may create tasks.
    pub fn can_create(&self) -> bool {
        self.has_permission(Permission::CreateTasks.key())
    }

    /// Whether the caller may change tasks.
    pub fn can_edit(&self) -> bool {
        self.has_permission(Permission::EditTasks.key())
    }

    /// Whether the caller may delete tasks.
    pub fn can_delete(&self) -> bool {
        self.has_permission(Permission::DeleteTasks.key())
    }

    /// Whether the caller is an administrator of the active organization.
    pub fn is_admin(&self) -> bool {
        self.has_role("org:admin")
    }

    /// Demands a permission in a tenant. In a personal workspace its owner, who is the only possible caller, holds them all.
    ///
    /// # Errors
    /// 403 `permission_missing`, or `feature_not_in_plan` when the organization's plan lacks the feature.
    pub fn demand(&self, permission: Permission, tenant: &TenantId) -> Result<()> {
        if matches!(tenant, TenantId::Personal(_)) || self.has_permission(permission.key()) {
            return Ok(());
        }
        let key = permission.key();
        if self.plan_lacks(permission.feature()) {
            return Err(Error::Forbidden {
                code: "feature_not_in_plan",
                detail: format!("The organization's plan does not include the feature of {key}."),
                permission: Some(key),
            });
        }
        Err(Error::Forbidden {
            code: "permission_missing",
            detail: format!("This needs the permission {key}."),
            permission: Some(key),
        })
    }

    /// With billing on, a permission reaches the token only if its feature is in the plan.
    fn plan_lacks(&self, feature: &str) -> bool {
        !self.plans.organization.is_empty() && !self.has_feature(&format!("org:{feature}"))
    }
}
