//! The caller: what the token says, less what it claims in vain.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::request::Parts;

use super::{ADMIN, Powers, Revocations};
use crate::clerk::Reject;
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
    /// Every permission of this product.
    pub const ALL: [Self; 5] =
        [Self::ViewTasks, Self::CreateTasks, Self::EditTasks, Self::DeleteTasks, Self::ManageMembers];

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
///
/// Dereferences to the token's own words. What a caller may do is asked of the methods here, which know what was taken away.
#[derive(Debug, Clone)]
pub struct AuthUser {
    session: Arc<Session>,
    lost: Powers,
}

impl Deref for AuthUser {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl AuthUser {
    /// The caller that [`authenticate`](super::authenticate) left with a request.
    ///
    /// # Errors
    /// Where it is missing the route is mounted wrongly, and fails closed.
    pub fn of(parts: &Parts) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| anyhow::anyhow!("a guarded route was mounted without the authentication middleware").into())
    }

    /// The caller of a verified session token, and the powers that it claims in vain.
    pub fn new(session: Arc<Session>, lost: Powers) -> Self {
        Self { session, lost }
    }

    /// Whether nothing more was taken away since the request began.
    ///
    /// # Errors
    /// When nothing of the token holds any more.
    pub fn holds_as_before(&self, revocations: &Revocations) -> Result<bool, Reject> {
        Ok(revocations.check(&self.session)? == self.lost)
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
        self.holds(Permission::ViewTasks)
    }

    /// Whether the caller may create tasks.
    pub fn can_create(&self) -> bool {
        self.holds(Permission::CreateTasks)
    }

    /// Whether the caller may change tasks.
    pub fn can_edit(&self) -> bool {
        self.holds(Permission::EditTasks)
    }

    /// Whether the caller may delete tasks.
    pub fn can_delete(&self) -> bool {
        self.holds(Permission::DeleteTasks)
    }

    /// Whether the caller is an administrator of the active organization.
    pub fn is_admin(&self) -> bool {
        self.has_role(ADMIN) && !self.lost.hold_admin()
    }

    /// Whether the caller has a permission in the active organization.
    pub fn holds(&self, permission: Permission) -> bool {
        self.has_permission(permission.key()) && !self.lost.hold(permission)
    }

    /// Refuses a caller who was an administrator when the token was issued and is none any more.
    ///
    /// # Errors
    /// 401 `token_stale`.
    pub fn refuse_former_admin(&self) -> Result<()> {
        if self.has_role(ADMIN) && self.lost.hold_admin() { Err(Reject::Stale.into()) } else { Ok(()) }
    }

    /// Demands a permission in a tenant. In a personal workspace its owner, who is the only possible caller, holds them all.
    ///
    /// # Errors
    /// 403 `permission_missing`, or `feature_not_in_plan` when the organization's plan lacks the feature; 401 `token_stale` when
    /// the token has the permission and the caller no more.
    pub fn demand(&self, permission: Permission, tenant: &TenantId) -> Result<()> {
        if matches!(tenant, TenantId::Personal(_)) || self.holds(permission) {
            return Ok(());
        }
        if self.has_permission(permission.key()) {
            return Err(Reject::Stale.into());
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
