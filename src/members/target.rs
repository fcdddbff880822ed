//! The member that a change is about, and what must hold before Clerk is asked.

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};

use super::routes::{Member, member};
use crate::auth::{RequireManageMembers, StepUp};
use crate::clerk::api::LAST_ADMIN;
use crate::db::TenantDb;
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

/// The member with a version: a digest of what is shown, which lies in two rows that change on their own.
pub(super) fn versioned(member: Member) -> Result<Versioned<Member>> {
    let shown = serde_json::to_vec(&member).map_err(anyhow::Error::new)?;
    let digest = digest(&SHA256, &shown);
    let number = digest.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let version = i64::try_from(number >> 1).unwrap_or(i64::MAX).max(1);
    Ok(Versioned { version, body: member })
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

    /// Passes when the change may be asked of Clerk; `loses_power` says whether an admin would not be one afterwards.
    ///
    /// The step-up comes first, so that without it nothing is learned of anybody. Somebody the mirror does not know may be an
    /// admin. The version is compared with the mirror: Clerk knows no condition.
    ///
    /// # Errors
    /// 403 `reverification_required`; 404 and 412 where a version was demanded; 409 `last_admin`.
    pub(super) async fn release(&self, loses_power: bool, step_up: StepUp, if_match: &IfMatch) -> Result<()> {
        let is_admin = self.known.as_ref().map(|known| known.role == ADMIN);
        if loses_power && is_admin != Some(false) {
            step_up.demand(&self.guard.user)?;
        }
        self.demand_version(if_match)?;
        if loses_power && is_admin == Some(true) && !self.another_admin_stays().await? {
            return Err(LAST_ADMIN);
        }
        Ok(())
    }

    fn demand_version(&self, if_match: &IfMatch) -> Result<()> {
        if *if_match == IfMatch::Any {
            return Ok(());
        }
        let current = versioned(self.known.clone().ok_or(NOT_FOUND)?)?.version;
        if if_match.allows(current) { Ok(()) } else { Err(Error::PreconditionFailed { etag: etag(current) }) }
    }

    /// An admin who acts on another one stays, whether or not the mirror knows them. Clerk has the last word.
    async fn another_admin_stays(&self) -> Result<bool> {
        let caller = &self.guard.user;
        if caller.is_admin() && caller.user_id != self.user_id {
            return Ok(true);
        }
        let others = membership::living()
            .filter(membership::Column::Role.eq(ADMIN))
            .filter(membership::Column::UserId.ne(self.user_id));
        Ok(self.guard.db.one(others).await?.is_some())
    }
}
