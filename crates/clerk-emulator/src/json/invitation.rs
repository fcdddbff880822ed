//! OrganizationInvitation.

use serde_json::{Value, json};

use super::image_url;
use crate::state::{Invitation, InvitationStatus, State, User};

pub(crate) fn invitation(state: &State, invitation: &Invitation) -> Value {
    let status = invitation.status(state.now());
    let inviter = invitation.inviter_id.as_deref();
    let inviter = inviter.and_then(|id| state.user(id).ok());
    json!({
        "object": "organization_invitation",
        "id": invitation.id,
        "email_address": invitation.email_address,
        "role": invitation.role,
        "role_name": state.role_name(&invitation.role),
        "organization_id": invitation.organization_id,
        "inviter_id": invitation.inviter_id,
        "public_inviter_data": inviter.map(|user| public_inviter_data(state, user)),
        "status": status.as_str(),
        "public_metadata": invitation.public_metadata,
        "private_metadata": invitation.private_metadata,
        "url": (status == InvitationStatus::Pending).then(|| invitation_url(state, invitation)),
        "expires_at": invitation.expires_at,
        "created_at": invitation.created_at,
        "updated_at": invitation.updated_at,
    })
}

/// As events carry it: with the organization's public data and who has accepted, which answers do not have.
pub(crate) fn invitation_event(state: &State, own: &Invitation) -> Value {
    let mut object = invitation(state, own);
    object["public_organization_data"] = json!(public_organization_data(state, &own.organization_id));
    if let Some(user) = &own.user_id {
        object["user_id"] = json!(user);
    }
    object
}

/// Where the mail of an invitation would lead.
pub(crate) fn invitation_url(state: &State, invitation: &Invitation) -> String {
    let route = if invitation.redirect_url.is_some() { "/__clerk/v1/tickets/accept" } else { "/accept" };
    format!("{}{route}?ticket={}", state.base_url, invitation.ticket)
}

fn public_inviter_data(state: &State, user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": image_url(state, &user.id),
        "has_image": false,
        "identifier": user.email().unwrap_or(&user.id),
    })
}

fn public_organization_data(state: &State, id: &str) -> Option<Value> {
    let organization = state.organization(id).ok()?;
    Some(json!({
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "image_url": image_url(state, &organization.id),
        "has_image": false,
    }))
}
