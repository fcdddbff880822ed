//! The guards: extractors that check the caller and hand out the tenant's data.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::{AuthUser, Permission};
use crate::db::{Db, TenantDb, TenantId};
use crate::error::{Error, Result};

/// Whether a person without an active organization works in a workspace of their own.
#[derive(Debug, Clone, Copy)]
pub struct Workspaces {
    /// `PERSONAL_WORKSPACES`
    pub personal: bool,
}

/// What a guard demands of the caller.
pub trait Policy: Send + Sync + 'static {
    /// Passes or refuses.
    ///
    /// # Errors
    /// 403.
    fn check(user: &AuthUser, tenant: &TenantId) -> Result<()>;
}

/// A caller who passed a policy, and the data of their tenant.
#[derive(Debug)]
pub struct Guard<P: Policy> {
    /// The caller.
    pub user: AuthUser,
    /// The tenant's data.
    pub db: TenantDb,
    policy: PhantomData<P>,
}

impl<S, P> FromRequestParts<S> for Guard<P>
where
    S: Send + Sync,
    P: Policy,
    Db: FromRef<S>,
    Workspaces: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = caller(parts)?;
        let tenant = user.tenant(Workspaces::from_ref(state).personal)?;
        P::check(&user, &tenant)?;
        Ok(Self { user, db: Db::from_ref(state).tenant(tenant), policy: PhantomData })
    }
}

/// The caller that [`authenticate`](super::authenticate) left. Without it the route is mounted wrongly, and fails closed.
pub(super) fn caller(parts: &Parts) -> Result<AuthUser> {
    parts
        .extensions
        .get::<AuthUser>()
        .cloned()
        .ok_or_else(|| anyhow::anyhow!("a guarded route was mounted without the authentication middleware").into())
}

/// Any valid token, with or without an organization. Gives no tenant's data.
#[derive(Debug)]
pub struct RequireUser {
    /// The caller.
    pub user: AuthUser,
}

impl<S: Send + Sync> FromRequestParts<S> for RequireUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self { user: caller(parts)? })
    }
}

macro_rules! permission_guards {
    ($($(#[$doc:meta])* $guard:ident, $policy:ident, $permission:ident;)*) => {$(
        $(#[$doc])*
        pub type $guard = Guard<$policy>;

        #[doc = concat!("The policy of [`", stringify!($guard), "`].")]
        #[derive(Debug)]
        pub struct $policy;

        impl Policy for $policy {
            fn check(user: &AuthUser, tenant: &TenantId) -> Result<()> {
                user.demand(Permission::$permission, tenant)
            }
        }
    )*};
}

permission_guards! {
    /// Demands `org:tasks:view`.
    RequireView, ViewTasks, ViewTasks;
    /// Demands `org:tasks:create`.
    RequireCreate, CreateTasks, CreateTasks;
    /// Demands `org:tasks:edit`.
    RequireEdit, EditTasks, EditTasks;
    /// Demands `org:tasks:delete`.
    RequireDelete, DeleteTasks, DeleteTasks;
}

/// Demands an active organization (or a personal workspace), and nothing more.
pub type RequireMember = Guard<Member>;

/// The policy of [`RequireMember`].
#[derive(Debug)]
pub struct Member;

impl Policy for Member {
    fn check(_: &AuthUser, _: &TenantId) -> Result<()> {
        Ok(())
    }
}

/// Demands the role `org:admin` or the permission `org:members:manage`.
pub type RequireManageMembers = Guard<ManageMembers>;

/// The policy of [`RequireManageMembers`].
#[derive(Debug)]
pub struct ManageMembers;

impl Policy for ManageMembers {
    fn check(user: &AuthUser, tenant: &TenantId) -> Result<()> {
        organization_of(tenant)?;
        if user.is_admin() { Ok(()) } else { user.demand(Permission::ManageMembers, tenant) }
    }
}

/// Demands the role `org:admin`: billing, records, settings.
pub type RequireAdmin = Guard<Admin>;

/// The policy of [`RequireAdmin`].
#[derive(Debug)]
pub struct Admin;

impl Policy for Admin {
    fn check(user: &AuthUser, tenant: &TenantId) -> Result<()> {
        organization_of(tenant)?;
        if user.is_admin() {
            return Ok(());
        }
        Err(Error::Forbidden {
            code: "admin_required",
            detail: "This needs the role org:admin.".into(),
            permission: None,
        })
    }
}

/// A personal workspace has no members to manage and no administrator.
fn organization_of(tenant: &TenantId) -> Result<&str> {
    tenant.organization().ok_or_else(|| Error::Forbidden {
        code: "organization_required",
        detail: "This needs an active organization; a personal workspace has none.".into(),
        permission: None,
    })
}
