//! Who may manage members and invitations: whose token says so, or whom Clerk itself lets.
//!
//! Clerk's system permissions are in no token. They are read from the mirrored membership as it is now, and only where the
//! token does not suffice; when the mirror takes them away, they are gone with the next request.

use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::membership;
use crate::auth::{AuthUser, Guard, Policy, check_manages_members};
use crate::db::{TenantDb, TenantId};
use crate::error::{Error, Result};

/// Who holds it may change memberships and invite people at Clerk.
pub const MANAGE_MEMBERSHIPS: &str = "org:sys_memberships:manage";

/// Demands the role `org:admin`, the permission `org:members:manage`, or `org:sys_memberships:manage` in the mirror.
pub type RequireManageMembers = Guard<ManageMembers>;

/// The policy of [`RequireManageMembers`].
#[derive(Debug)]
pub struct ManageMembers;

impl Policy for ManageMembers {
    fn check(user: &AuthUser, tenant: &TenantId) -> Result<()> {
        check_manages_members(user, tenant)
    }

    async fn reconsider(refused: Error, user: &AuthUser, db: &TenantDb) -> Result<()> {
        if db.tenant().organization().is_some() && manages_at_clerk(db, user).await? { Ok(()) } else { Err(refused) }
    }
}

/// Whether Clerk lets somebody manage members, as far as the mirror knows.
///
/// # Errors
/// The database's.
pub async fn manages_at_clerk(db: &TenantDb, user: &AuthUser) -> Result<bool, DbErr> {
    let own = membership::living().filter(membership::Column::UserId.eq(user.user_id.as_str()));
    let own = db.one(own).await?;
    Ok(own.is_some_and(|own| own.permissions.0.iter().any(|held| held == MANAGE_MEMBERSHIPS)))
}
