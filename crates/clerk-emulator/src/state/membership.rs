//! Memberships: who belongs to which organization, in which role.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{Metadata, State, merge_metadata, role::MANAGE_MEMBERS};
use crate::{
    error::{ApiError, Result},
    ids, json,
};

/// One person in one organization. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// Always fresh: a person who leaves and comes back gets another.
    pub id: String,
    pub organization_id: String,
    pub user_id: String,
    pub role: String,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
    /// Whether a directory (SCIM) decides about it: it cannot be changed through the API then.
    #[serde(default)]
    pub managed_by_directory: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

/// The two bags of metadata of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bags {
    pub(crate) public: Metadata,
    pub(crate) private: Metadata,
}

impl State {
    pub(crate) fn membership(&self, organization: &str, user: &str) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.organization_id == organization && m.user_id == user)
    }

    /// The membership, for an organization named by id or slug.
    pub(crate) fn member(&self, organization: &str, user: &str) -> Result<&Membership> {
        let organization = self.organization(organization)?;
        self.membership(&organization.id, user).ok_or_else(|| ApiError::not_found("organization membership", user))
    }

    pub(crate) fn memberships_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Membership> {
        self.memberships.iter().filter(move |m| m.user_id == user)
    }

    /// Adds a member; the limit counts members and pending invitations.
    pub(crate) fn add_member(&mut self, organization: &str, user: &str, role: &str, bags: Bags) -> Result<Membership> {
        let organization = self.organization(organization)?.clone();
        self.user(user)?;
        if self.role(role).is_none() {
            return Err(ApiError::not_found("role", role));
        }
        if self.membership(&organization.id, user).is_some() {
            return Err(already_a_member());
        }
        self.check_room(&organization, 1)?;
        Ok(self.insert_member(&organization.id, user, role, bags))
    }

    pub(super) fn insert_member(&mut self, organization: &str, user: &str, role: &str, bags: Bags) -> Membership {
        let now = self.tick();
        let membership = Membership {
            id: ids::fresh("orgmem_"),
            organization_id: organization.to_owned(),
            user_id: user.to_owned(),
            role: role.to_owned(),
            public_metadata: bags.public,
            private_metadata: bags.private,
            managed_by_directory: false,
            created_at: now,
            updated_at: now,
        };
        self.memberships.push(membership.clone());
        let data = json::membership(self, &membership);
        self.emit("organizationMembership.created", data);
        membership
    }

    pub(crate) fn set_role(&mut self, organization: &str, user: &str, role: &str) -> Result<Membership> {
        let membership = self.member(organization, user)?.clone();
        check_not_managed(&membership)?;
        if self.role(role).is_none() {
            return Err(ApiError::not_found("role", role));
        }
        if !self.can_manage(role) {
            self.check_not_last_manager(&membership)?;
        }
        let now = self.tick();
        let found = self.memberships.iter_mut().find(|m| m.id == membership.id);
        let membership = found.ok_or_else(|| ApiError::not_found("membership", user))?;
        role.clone_into(&mut membership.role);
        membership.updated_at = now;
        let membership = membership.clone();
        let data = json::membership(self, &membership);
        self.emit("organizationMembership.updated", data);
        Ok(membership)
    }

    pub(crate) fn remove_member(&mut self, organization: &str, user: &str) -> Result<Membership> {
        let membership = self.member(organization, user)?.clone();
        check_not_managed(&membership)?;
        self.check_not_last_manager(&membership)?;
        if self.settings.membership_required && self.memberships_of(user).nth(1).is_none() {
            let message = "Everybody has to belong to an organization, and this is the person's only one";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(ApiError::new(status, "personal_accounts_not_allowed", message));
        }
        self.drop_member(&membership);
        Ok(membership)
    }

    /// Puts a membership under a directory's rule, or takes it out. No event tells.
    pub(crate) fn set_managed_by_directory(&mut self, organization: &str, user: &str, managed: bool) -> Result<()> {
        let id = self.member(organization, user)?.id.clone();
        self.tick();
        if let Some(membership) = self.memberships.iter_mut().find(|m| m.id == id) {
            membership.managed_by_directory = managed;
        }
        Ok(())
    }

    /// Merges deeply into the given bags of metadata.
    pub(crate) fn set_membership_metadata(
        &mut self,
        organization: &str,
        user: &str,
        public: Option<Metadata>,
        private: Option<Metadata>,
    ) -> Result<Membership> {
        let id = self.member(organization, user)?.id.clone();
        let now = self.tick();
        let found = self.memberships.iter_mut().find(|m| m.id == id);
        let membership = found.ok_or_else(|| ApiError::not_found("membership", user))?;
        merge_metadata(&mut membership.public_metadata, public.unwrap_or_default());
        merge_metadata(&mut membership.private_metadata, private.unwrap_or_default());
        membership.updated_at = now;
        let membership = membership.clone();
        let data = json::membership(self, &membership);
        self.emit("organizationMembership.updated", data);
        Ok(membership)
    }

    pub(crate) fn drop_member(&mut self, membership: &Membership) {
        self.tick();
        self.memberships.retain(|other| other.id != membership.id);
        let own = |session: &&mut super::Session| session.user_id == membership.user_id;
        for session in self.sessions.iter_mut().filter(own) {
            session.leave_organization(&membership.organization_id);
        }
        let data = json::membership(self, membership);
        self.emit("organizationMembership.deleted", data);
    }

    /// Whether members with this role may manage members.
    pub(super) fn can_manage(&self, role: &str) -> bool {
        self.role(role).is_some_and(|role| role.permissions.iter().any(|key| key == MANAGE_MEMBERS))
    }

    /// Refuses a member whose role does not hold the permission.
    pub(crate) fn check_permission(&self, membership: &Membership, permission: &str) -> Result<()> {
        let held = |role: &super::Role| role.permissions.iter().any(|key| key == permission);
        if self.role(&membership.role).is_some_and(held) {
            return Ok(());
        }
        let message = "The user lacks a permission in the organization";
        let meta = serde_json::json!({ "permissions": [permission] });
        Err(ApiError::forbidden("missing_organization_permission", message).with_meta(meta))
    }

    /// Whether anybody in the organization may manage members.
    pub(crate) fn has_manager(&self, organization: &str) -> bool {
        let own = |m: &Membership| m.organization_id == organization && self.can_manage(&m.role);
        self.memberships.iter().any(own)
    }

    fn check_not_last_manager(&self, membership: &Membership) -> Result<()> {
        let another = |other: &Membership| {
            other.organization_id == membership.organization_id
                && other.id != membership.id
                && self.can_manage(&other.role)
        };
        if !self.can_manage(&membership.role) || self.memberships.iter().any(another) {
            return Ok(());
        }
        Err(ApiError::bad_request(
            "organization_minimum_permissions_needed",
            "There has to be at least one organization member with the minimum required permissions",
        ))
    }
}

fn check_not_managed(membership: &Membership) -> Result<()> {
    if !membership.managed_by_directory {
        return Ok(());
    }
    let message = "The organization membership is managed by a directory and cannot be changed";
    Err(ApiError::new(StatusCode::CONFLICT, "organization_membership_managed_by_scim", message))
}

pub(super) fn already_a_member() -> ApiError {
    ApiError::bad_request("already_a_member_in_organization", "The user is already a member of the organization")
}
