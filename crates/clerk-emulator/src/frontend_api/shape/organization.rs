//! Organization, OrganizationMembership and OrganizationInvitation.

use serde_json::{Value, json};

use super::View;
use crate::{Invitation, InvitationStatus, Membership, Organization, json::invitation_url};

impl View<'_> {
    pub(in super::super) fn organization(&self, organization: &Organization) -> Value {
        json!({
            "object": "organization",
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": self.image_url(&organization.id),
            "has_image": false,
            "members_count": self.state.members_count(&organization.id),
            "pending_invitations_count": self.state.pending_count(&organization.id),
            "max_allowed_memberships": organization.max_allowed_memberships,
            "admin_delete_enabled": organization.admin_delete_enabled,
            "public_metadata": organization.public_metadata,
            "created_at": organization.created_at,
            "updated_at": organization.updated_at,
        })
    }

    /// A person's own memberships say nothing about the person.
    pub(in super::super) fn membership(&self, membership: &Membership, of_whom: bool) -> Value {
        let organization = self.state.organization(&membership.organization_id);
        let mut object = json!({
            "object": "organization_membership",
            "id": membership.id,
            "role": membership.role,
            "role_name": self.state.role_name(&membership.role),
            "permissions": self.state.role_permissions(&membership.role),
            "public_metadata": membership.public_metadata,
            "organization": organization.map_or(Value::Null, |own| self.organization(own)),
            "created_at": membership.created_at,
            "updated_at": membership.updated_at,
        });
        if of_whom && let Ok(user) = self.state.user(&membership.user_id) {
            object["public_user_data"] = self.public_user_data(user);
        }
        object
    }

    /// As administrators see it and, with the organization's name, the invited person.
    pub(in super::super) fn invitation(&self, invitation: &Invitation) -> Value {
        let status = invitation.status(self.state.now());
        let pending = status == InvitationStatus::Pending;
        json!({
            "object": "organization_invitation",
            "id": invitation.id,
            "organization_id": invitation.organization_id,
            "public_organization_data": self.public_organization_data(&invitation.organization_id),
            "email_address": invitation.email_address,
            "role": invitation.role,
            "role_name": self.state.role_name(&invitation.role),
            "status": status.as_str(),
            "public_metadata": invitation.public_metadata,
            "url": pending.then(|| invitation_url(self.state, invitation)),
            "expires_at": invitation.expires_at,
            "created_at": invitation.created_at,
            "updated_at": invitation.updated_at,
        })
    }

    fn public_organization_data(&self, id: &str) -> Value {
        let Ok(organization) = self.state.organization(id) else {
            return Value::Null;
        };
        json!({
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": self.image_url(&organization.id),
            "has_image": false,
        })
    }
}
