//! The library's calls that change people, organizations, roles, members, invitations, sessions.
//!
//! Each changes the state and announces its events; errors are Clerk's own codes.

use crate::{
    Emulator, Invitation, Membership, NewInvitation, NewOrganization, NewUser, Organization, OrganizationChanges,
    Permission, Result, Role, Session, SessionStatus, User, UserChanges, state::Bags,
};

impl Emulator {
    /// Creates a user: `user.created`.
    ///
    /// # Errors
    /// 422 for an address that is malformed or taken.
    pub fn create_user(&self, new: NewUser) -> Result<User> {
        self.change(|state| state.create_user(new))
    }

    /// Changes a user: `user.updated`.
    ///
    /// # Errors
    /// 404 for an unknown id, 422 for a name that is taken.
    pub fn update_user(&self, id: &str, changes: UserChanges) -> Result<User> {
        self.change(|state| state.update_user(id, changes))
    }

    /// Deletes a user with all memberships and sessions: `user.deleted` alone.
    ///
    /// # Errors
    /// 404 for an unknown id.
    pub fn delete_user(&self, id: &str) -> Result<User> {
        self.change(|state| state.delete_user(id))
    }

    /// Bans a user: `user.updated`, and `session.revoked` for each open session.
    ///
    /// # Errors
    /// 404 for an unknown id.
    pub fn ban_user(&self, id: &str) -> Result<User> {
        self.change(|state| state.set_banned(id, true))
    }

    /// Readmits a user: `user.updated`.
    ///
    /// # Errors
    /// 404 for an unknown id.
    pub fn unban_user(&self, id: &str) -> Result<User> {
        self.change(|state| state.set_banned(id, false))
    }

    /// Creates an organization: `organization.created`, and a membership for its creator.
    ///
    /// # Errors
    /// 422 for a bad name or a slug that is taken, 404 for an unknown creator or plan.
    pub fn create_organization(&self, new: NewOrganization) -> Result<Organization> {
        self.change(|state| state.create_organization(new))
    }

    /// Changes an organization (by id or slug): `organization.updated`.
    ///
    /// # Errors
    /// 404 for an unknown one, 422 for a bad name or a slug that is taken.
    pub fn update_organization(&self, id: &str, changes: OrganizationChanges) -> Result<Organization> {
        self.change(|state| state.update_organization(id, changes))
    }

    /// Puts an organization on a plan of the seed, or on none, as if every event about it were lost:
    /// tokens (and with billing on the subscription) change, and nobody is told.
    ///
    /// # Errors
    /// 404 for an unknown organization or plan.
    pub fn set_plan(&self, organization: &str, plan: Option<&str>) -> Result<Organization> {
        self.change(|state| state.set_plan(organization, plan.map(str::to_owned)))
    }

    /// Deletes an organization with its memberships and invitations: `organization.deleted` alone.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub fn delete_organization(&self, id: &str) -> Result<Organization> {
        self.change(|state| state.delete_organization(id))
    }

    /// Creates a role: `role.created`, and `permission.created` for keys not seen before.
    ///
    /// # Errors
    /// 422 for a malformed or taken key.
    pub fn create_role(&self, key: &str, permissions: &[&str]) -> Result<Role> {
        let name = key.trim_start_matches("org:").to_owned();
        self.change(|state| state.create_role(key, &name, owned(permissions)))
    }

    /// Gives a role other permissions: `role.updated`, and no membership event.
    ///
    /// # Errors
    /// 404 for an unknown role, 422 for a malformed permission.
    pub fn set_role_permissions(&self, key: &str, permissions: &[&str]) -> Result<Role> {
        self.change(|state| state.set_role_permissions(key, owned(permissions)))
    }

    /// Deletes a permission: `role.updated` for each role that had it, `permission.deleted`.
    ///
    /// # Errors
    /// 404 for an unknown permission, or one of Clerk's own.
    pub fn delete_permission(&self, key: &str) -> Result<Permission> {
        self.change(|state| state.all_or_nothing(|state| state.delete_permission(key)))
    }

    /// Deletes a role nobody holds: `role.deleted`.
    ///
    /// # Errors
    /// 404 for an unknown role, 409 for one in use.
    pub fn delete_role(&self, key: &str) -> Result<Role> {
        self.change(|state| state.delete_role(key))
    }

    /// Makes a user (by id) a member: `organizationMembership.created`.
    ///
    /// # Errors
    /// 404 for an unknown organization, user or role, 400 for a member, 403 (402 on a seat-based plan)
    /// at the member limit.
    pub fn add_member(&self, organization: &str, user: &str, role: &str) -> Result<Membership> {
        self.change(|state| state.add_member(organization, user, role, Bags::default()))
    }

    /// Changes a member's role: `organizationMembership.updated`.
    ///
    /// # Errors
    /// 404 for an unknown membership or role, 400 when nobody could manage members any more.
    pub fn set_role(&self, organization: &str, user: &str, role: &str) -> Result<Membership> {
        self.change(|state| state.set_role(organization, user, role))
    }

    /// Removes a member: `organizationMembership.deleted` with the full object.
    ///
    /// # Errors
    /// 404 for an unknown membership, 400 when nobody could manage members any more.
    pub fn remove_member(&self, organization: &str, user: &str) -> Result<Membership> {
        self.change(|state| state.remove_member(organization, user))
    }

    /// Invites somebody: `organizationInvitation.created`.
    ///
    /// # Errors
    /// As Clerk's endpoint: 400 for a member or a second invitation, 403 at the member limit, 422.
    pub fn invite(&self, organization: &str, new: NewInvitation) -> Result<Invitation> {
        self.change(|state| state.invite(organization, new))
    }

    /// Accepts for the invited person, who becomes a user if need be:
    /// `organizationInvitation.accepted`, `organizationMembership.created`, perhaps `user.created`.
    ///
    /// # Errors
    /// 404 for an invitation that is unknown or not pending, 400 when a member already.
    pub fn accept_invitation(&self, id: &str) -> Result<Membership> {
        self.change(|state| state.accept_invitation(id))
    }

    /// Withdraws an invitation: `organizationInvitation.revoked`.
    ///
    /// # Errors
    /// 404 for one that is unknown or not pending.
    pub fn revoke_invitation(&self, id: &str) -> Result<Invitation> {
        self.change(|state| state.revoke_invitation(id, None))
    }

    /// Lets an invitation run out now; no event.
    ///
    /// # Errors
    /// 404 for one that is unknown or not pending.
    pub fn expire_invitation(&self, id: &str) -> Result<Invitation> {
        self.change(|state| state.expire_invitation(id))
    }

    /// Puts a membership under the rule of a directory (SCIM), or takes it out: changing or ending
    /// it is then refused with 409 `organization_membership_managed_by_scim`.
    ///
    /// # Errors
    /// 404 for an unknown membership.
    pub fn set_managed_by_directory(&self, organization: &str, user: &str, managed: bool) -> Result<()> {
        self.change(|state| state.set_managed_by_directory(organization, user, managed))
    }

    /// Signs a user (by id) in: `session.created`.
    ///
    /// # Errors
    /// 404 for an unknown user, 403 for a banned one.
    pub fn create_session(&self, user: &str) -> Result<Session> {
        self.change(|state| state.create_session(user, None))
    }

    /// Signs out: `session.ended`.
    ///
    /// # Errors
    /// 404 for an unknown session; one that is over stays as it is.
    pub fn end_session(&self, id: &str) -> Result<Session> {
        self.change(|state| state.close_session(id, SessionStatus::Ended))
    }

    /// Takes a session off its browser: `session.removed`.
    ///
    /// # Errors
    /// 404 for an unknown session; one that is over stays as it is.
    pub fn remove_session(&self, id: &str) -> Result<Session> {
        self.change(|state| state.close_session(id, SessionStatus::Removed))
    }

    /// Ends somebody's session for them: `session.revoked`.
    ///
    /// # Errors
    /// 404 for an unknown session; one that is over stays as it is.
    pub fn revoke_session(&self, id: &str) -> Result<Session> {
        self.change(|state| state.close_session(id, SessionStatus::Revoked))
    }
}

fn owned(permissions: &[&str]) -> Vec<String> {
    permissions.iter().map(|key| (*key).to_owned()).collect()
}
