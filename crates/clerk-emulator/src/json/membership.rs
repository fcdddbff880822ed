//! OrganizationMembership with its snapshot of the organization and the person's public data.

use serde_json::{Value, json};

use super::{image_url, organization};
use crate::state::{Membership, State, User};

pub(crate) fn membership(state: &State, membership: &Membership) -> Value {
    let own = state.organization(&membership.organization_id);
    let organization = own.map_or(Value::Null, |own| organization(state, own));
    let person = state.user(&membership.user_id);
    json!({
        "object": "organization_membership",
        "id": membership.id,
        "role": membership.role,
        "role_name": state.role_name(&membership.role),
        "permissions": state.role_permissions(&membership.role),
        "public_metadata": membership.public_metadata,
        "private_metadata": membership.private_metadata,
        "organization": organization,
        "public_user_data": person.map_or(Value::Null, |user| public_user_data(state, user)),
        "created_at": membership.created_at,
        "updated_at": membership.updated_at,
    })
}

fn public_user_data(state: &State, user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "identifier": user.email(),
        "image_url": image_url(state, &user.id),
        "profile_image_url": image_url(state, &user.id),
        "has_image": false,
        "username": user.username,
        "banned": user.banned,
        "deprovisioned": false,
    })
}
