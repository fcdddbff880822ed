//! Organization, with and without its counts, and what is left of a deleted one.

use serde_json::{Value, json};

use super::{image_url, role::ROLE_SET};
use crate::state::{Organization, State};

pub(crate) fn organization(state: &State, organization: &Organization) -> Value {
    let mut object = json!({
        "object": "organization",
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "image_url": image_url(state, &organization.id),
        "has_image": false,
        "max_allowed_memberships": organization.max_allowed_memberships,
        "admin_delete_enabled": organization.admin_delete_enabled,
        "public_metadata": organization.public_metadata,
        "private_metadata": organization.private_metadata,
        "role_set_key": ROLE_SET,
        "created_at": organization.created_at,
        "updated_at": organization.updated_at,
    });
    if let Some(creator) = &organization.created_by {
        object["created_by"] = json!(creator);
    }
    object
}

pub(crate) fn organization_counted(state: &State, own: &Organization) -> Value {
    let mut object = organization(state, own);
    object["members_count"] = json!(state.members_count(&own.id));
    object["pending_invitations_count"] = json!(state.pending_count(&own.id));
    object
}

pub(crate) fn deleted_organization(organization: &Organization) -> Value {
    json!({
        "object": "organization",
        "id": organization.id,
        "slug": organization.slug,
        "deleted": true,
    })
}
