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
    /// 403; 401 `token_stale` where the token claims the power that is needed, and the caller has lost it.
    fn check(user: &AuthUser, tenant: &TenantId) -> Result<()>;

    /// What may let a caller pass whom [`Policy::check`] refused; asked of nobody else.
    ///
    /// # Errors
    /// The refusal, unless there is such a thing; and the database's.
    fn reconsider(refused: Error, _user: &AuthUser, _db: &TenantDb) -> impl Future<Output = Result<()>> + Send {
        async { Err(refused) }
    }
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
        let user = AuthUser::of(parts)?;
        let tenant = user.tenant(Workspaces::from_ref(state).personal)?;
        let db = Db::from_ref(state).tenant(tenant);
        if let Err(refused) = P::check(&user, db.tenant()) {
            P::reconsider(refused, &user, &db).await?;
        }
        Ok(Self { user, db, policy: PhantomData })
    }
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
        Ok(Self { user: AuthUser::of(parts)? })
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

/// Passes whose token says that they may manage members: by the role `org:admin` or the permission `org:members:manage`.
///
/// # Errors
/// Those of a policy.
pub fn check_manages_members(user: &AuthUser, tenant: &TenantId) -> Result<()> {
    organization_of(tenant)?;
    if user.is_admin() || user.holds(Permission::ManageMembers) {
        return Ok(());
    }
    user.refuse_former_admin()?;
    user.demand(Permission::ManageMembers, tenant)
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
        user.refuse_former_admin()?;
        Err(admin_required())
    }
}

/// Only an admin may do this.
pub fn admin_required() -> Error {
    Error::Forbidden { code: "admin_required", detail: "This needs the role org:admin.".into(), permission: None }
}

/// A personal workspace has no members to manage and no administrator.
fn organization_of(tenant: &TenantId) -> Result<&str> {
    tenant.organization().ok_or_else(|| Error::Forbidden {
        code: "organization_required",
        detail: "This needs an active organization; a personal workspace has none.".into(),
        permission: None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::auth::{ADMIN, Powers};
    use crate::clerk::session::{Organization, Scopes, Session};

    /// What a policy says of a token with this role and these permissions, when by now the role gives other ones.
    fn judged<P: Policy>(claimed: (&str, &[&str]), by_now: (&str, &[&str])) -> String {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let organization = Organization {
            id: "org_a".into(),
            slug: None,
            role: Some(claimed.0.into()),
            permissions: owned(claimed.1),
        };
        let session = Session {
            user_id: "user_a".into(),
            session_id: "sess_a".into(),
            organization: Some(organization),
            plans: Scopes::default(),
            features: Scopes::default(),
            actor: None,
            factor_ages: None,
            issued_at: 0,
            expires_at: 60,
            readings_differ: false,
        };
        let user = AuthUser::new(Arc::new(session), Powers::of(by_now.0, &owned(by_now.1)).others());
        let judged = P::check(&user, &TenantId::Organization("org_a".into()));
        judged.map_or_else(|error| error.code().to_owned(), |()| "passes".to_owned())
    }

    struct ManageMembers;

    impl Policy for ManageMembers {
        fn check(user: &AuthUser, tenant: &TenantId) -> Result<()> {
            check_manages_members(user, tenant)
        }
    }

    const MANAGES: (&str, &[&str]) = ("org:member", &["org:members:manage"]);
    const PLAIN: (&str, &[&str]) = ("org:member", &[]);
    const CHIEF: (&str, &[&str]) = (ADMIN, &[]);

    #[test]
    fn a_lost_power_is_stale_where_it_is_needed_and_nowhere_else() {
        assert_eq!(judged::<Admin>(CHIEF, CHIEF), "passes");
        assert_eq!(judged::<Admin>(CHIEF, MANAGES), "token_stale");
        assert_eq!(judged::<Admin>(PLAIN, CHIEF), "admin_required");
        assert_eq!(judged::<ManageMembers>(CHIEF, CHIEF), "passes");
        assert_eq!(judged::<ManageMembers>(CHIEF, PLAIN), "token_stale");
        assert_eq!(judged::<ManageMembers>(MANAGES, PLAIN), "token_stale");
        assert_eq!(judged::<ManageMembers>(PLAIN, CHIEF), "permission_missing");
        // The one way to manage members is gone, the other is not.
        assert_eq!(judged::<ManageMembers>((ADMIN, &["org:members:manage"]), MANAGES), "passes");
        assert_eq!(judged::<ManageMembers>((ADMIN, &["org:members:manage"]), CHIEF), "passes");
        assert_eq!(judged::<Member>(CHIEF, PLAIN), "passes");
        assert_eq!(judged::<ViewTasks>(("org:member", &["org:tasks:view"]), PLAIN), "token_stale");
        assert_eq!(judged::<ViewTasks>(PLAIN, PLAIN), "permission_missing");
    }
}
