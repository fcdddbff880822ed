//! The member that a change is about, and what must hold before Clerk is asked.

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use serde::Serialize;

use super::change::{Change, Means, Whose};
use super::routes::{Member, member};
use crate::auth::admin_required;
use crate::clerk::api::LAST_ADMIN;
use crate::clerk::event;
use crate::db::TenantDb;
use crate::directory::managing::{MANAGE_MEMBERSHIPS, RequireManageMembers, manages_at_clerk};
use crate::directory::{membership, user};
use crate::error::{Error, Result};
use crate::http::etag::{IfMatch, Versioned, etag};

/// The role whose loss asks for a step-up, and of which one holder must stay.
pub(super) const ADMIN: &str = "org:admin";

/// No such member in this organization.
pub(super) const NOT_FOUND: Error = Error::NotFound { code: "member_not_found", detail: "Member not found." };

/// A member as the mirror has them now.
///
/// # Errors
/// The database's.
pub(super) async fn find(db: &TenantDb, user_id: &str) -> Result<Option<Member>, DbErr> {
    // PostgreSQL cannot be asked for U+0000.
    if user_id.contains('\0') {
        return Ok(None);
    }
    let row = membership::living().filter(membership::Column::UserId.eq(user_id)).limit(1);
    let row = row.find_also_related(user::Entity).filter(user::Column::DeletedAt.is_null());
    Ok(db.all_with(row).await?.into_iter().next().map(member))
}

/// What is shown with a version: a digest of it, as it may lie in several rows that change on their own, or change with time.
pub(super) fn versioned<T: Serialize>(body: T) -> Result<Versioned<T>> {
    let shown = serde_json::to_vec(&body).map_err(anyhow::Error::new)?;
    let digest = digest(&SHA256, &shown);
    let number = digest.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let version = i64::try_from(number >> 1).unwrap_or(i64::MAX).max(1);
    Ok(Versioned { version, body })
}

/// Somebody who is to lose their role or their membership.
pub(super) struct Target<'a> {
    pub(super) guard: &'a RequireManageMembers,
    pub(super) user_id: &'a str,
    /// As the mirror has them, if it does.
    pub(super) known: Option<Member>,
}

impl<'a> Target<'a> {
    pub(super) async fn of(guard: &'a RequireManageMembers, user_id: &'a str) -> Result<Self> {
        Ok(Self { guard, user_id, known: find(&guard.db, user_id).await? })
    }

    /// Whose membership is to be changed.
    pub(super) fn whose(&self) -> Whose {
        let organization = self.guard.db.tenant().as_str().to_owned();
        Whose { organization, user: self.user_id.to_owned(), role: self.known.as_ref().map(|known| known.role.clone()) }
    }

    /// Passes when the change may be asked of Clerk.
    ///
    /// The step-up comes first, so that without it nothing is learned of anybody. Somebody the mirror does not know may be an
    /// admin. The version is compared with the mirror: Clerk knows no condition.
    ///
    /// # Errors
    /// 403 `reverification_required`, `admin_required`; 404 and 412 where a version was demanded; 409 `last_admin`.
    pub(super) async fn release(&self, change: &Change, means: &Means, if_match: &IfMatch) -> Result<()> {
        if matches!(change, Change::Role(role) if role == ADMIN) {
            demand_may_appoint(self.guard).await?;
            return self.demand_version(if_match);
        }
        let known = self.known.as_ref().map(|known| known.role == ADMIN);
        if known != Some(false) {
            means.step_up.demand(&self.guard.user)?;
        }
        self.demand_version(if_match)?;
        let may_appoint = may_appoint(self.guard).await?;
        if !may_appoint {
            self.demand_ordinary(change, means).await?;
        }
        let is_admin = match known {
            Some(known) => known,
            None => self.at_clerk(means).await?.is_some_and(|membership| membership.role == ADMIN),
        };
        if is_admin && !self.another_admin_stays(means).await? { Err(LAST_ADMIN) } else { Ok(()) }
    }

    fn demand_version(&self, if_match: &IfMatch) -> Result<()> {
        if *if_match == IfMatch::Any {
            return Ok(());
        }
        let current = versioned(self.known.clone().ok_or(NOT_FOUND)?)?.version;
        if if_match.allows(current) { Ok(()) } else { Err(Error::PreconditionFailed { etag: etag(current) }) }
    }

    /// Passes where neither what the member is nor what they are to become lets them manage members at Clerk: who may not
    /// appoint must not give themselves the power to, nor take it from others. Clerk is asked, as nobody should profit from a
    /// mirror that is behind.
    async fn demand_ordinary(&self, change: &Change, means: &Means) -> Result<()> {
        if self.at_clerk(means).await?.is_some_and(|membership| is_appointer(&membership)) {
            return Err(admin_required());
        }
        let Change::Role(role) = change else { return Ok(()) };
        let manages = means.clerk.role_has(role, MANAGE_MEMBERSHIPS).await;
        match manages.map_err(|refusal| refusal.into_error(NOT_FOUND))? {
            Some(true) => Err(admin_required()),
            // A role that is none Clerk itself refuses.
            Some(false) | None => Ok(()),
        }
    }

    async fn at_clerk(&self, means: &Means) -> Result<Option<event::Membership>> {
        let organization = self.guard.db.tenant().as_str();
        let membership = means.clerk.membership_of(organization, self.user_id).await;
        membership.map_err(|refusal| refusal.into_error(NOT_FOUND))
    }

    /// An admin who acts on another one stays, whether or not the mirror knows them. Where it knows of no other one, Clerk is
    /// asked: the mirror may be incomplete.
    async fn another_admin_stays(&self, means: &Means) -> Result<bool> {
        let caller = &self.guard.user;
        if caller.is_admin() && caller.user_id != self.user_id {
            return Ok(true);
        }
        let others = membership::living()
            .filter(membership::Column::Role.eq(ADMIN))
            .filter(membership::Column::UserId.ne(self.user_id));
        if self.guard.db.one(others).await?.is_some() {
            return Ok(true);
        }
        let organization = self.guard.db.tenant().as_str();
        let another = means.clerk.another_has_role(organization, self.user_id, ADMIN).await;
        another.map_err(|refusal| refusal.into_error(NOT_FOUND))
    }
}

/// Whether somebody may appoint: see [`may_appoint`].
fn is_appointer(membership: &event::Membership) -> bool {
    membership.role == ADMIN || membership.permissions.iter().any(|held| held == MANAGE_MEMBERSHIPS)
}

/// Whether the caller may make somebody an admin, and take that from somebody: an admin may, and whom Clerk itself lets.
///
/// Clerk always leaves an organization somebody of the latter kind. So, whatever admins do to each other at once, somebody is left
/// who can mend it here.
async fn may_appoint(guard: &RequireManageMembers) -> Result<bool> {
    Ok(guard.user.is_admin() || manages_at_clerk(&guard.db, &guard.user).await?)
}

/// Passes who may make somebody an admin.
///
/// # Errors
/// 403 `admin_required`.
pub(super) async fn demand_may_appoint(guard: &RequireManageMembers) -> Result<()> {
    if may_appoint(guard).await? { Ok(()) } else { Err(admin_required()) }
}
