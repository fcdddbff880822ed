//! Changes to organizations, members and invitations by a member, as far as their role allows.

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{answer, organizations::allowed, shape::View, visit::Visit};
use crate::{
    ApiError, Emulator, Invitation, Membership, NewInvitation, NewOrganization, Organization, OrganizationChanges,
    Result,
    extract::Path,
    state::{Bags, DELETE_PROFILE, MANAGE_MEMBERS, MANAGE_PROFILE, State as Clerk},
};

/// As many as Clerk's own bulk endpoint takes.
const BULK_MAX: usize = 10;

pub(super) async fn create(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let creator = visit.session(state, client)?.user_id;
            state.create_organization(NewOrganization {
                name: visit.form.required("name")?.trim().to_owned(),
                slug: visit.form.owned("slug"),
                created_by: Some(creator),
                ..NewOrganization::default()
            })
        },
        |view, organization: &Organization| view.organization(organization),
    )
}

pub(super) async fn update(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let changes = OrganizationChanges {
        name: visit.form.owned("name"),
        slug: visit.form.owned("slug"),
        ..OrganizationChanges::default()
    };
    manage(
        &emulator,
        &visit,
        &id,
        MANAGE_PROFILE,
        |state, _| state.update_organization(&id, changes),
        |view, organization: &Organization| view.organization(organization),
    )
}

pub(super) async fn delete(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    manage(
        &emulator,
        &visit,
        &id,
        DELETE_PROFILE,
        |state, _| match state.organization(&id)?.admin_delete_enabled {
            true => state.delete_organization(&id),
            false => {
                let message = "Deletion by admin is not enabled for this organization.";
                Err(ApiError::forbidden("organization_admin_delete_not_enabled", message))
            }
        },
        |_, organization: &Organization| deleted(&organization.id),
    )
}

fn deleted(organization: &str) -> Value {
    json!({ "object": "organization", "id": organization, "deleted": true })
}

/// The person leaves by themselves, which needs no permission.
pub(super) async fn leave(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            allowed(state, &id, &user, None)?;
            state.remove_member(&id, &user)
        },
        |_, membership: &Membership| json!({ "object": "organization_membership", "id": membership.id, "deleted": true }),
    )
}

pub(super) async fn add_member(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    change_member(&emulator, &visit, &id, |state| {
        let (user, role) = (visit.form.required("user_id")?, visit.form.required("role")?);
        state.add_member(&id, user, role, Bags::default())
    })
}

pub(super) async fn change_role(
    State(emulator): State<Emulator>,
    Path((id, user)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    change_member(&emulator, &visit, &id, |state| state.set_role(&id, &user, visit.form.required("role")?))
}

pub(super) async fn remove_member(
    State(emulator): State<Emulator>,
    Path((id, user)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    change_member(&emulator, &visit, &id, |state| state.remove_member(&id, &user))
}

fn change_member(
    emulator: &Emulator,
    visit: &Visit,
    organization: &str,
    work: impl FnOnce(&mut Clerk) -> Result<Membership>,
) -> Result<Response> {
    manage(
        emulator,
        visit,
        organization,
        MANAGE_MEMBERS,
        |state, _| work(state),
        |view, membership: &Membership| view.membership(membership, true),
    )
}

pub(super) async fn invite(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    manage(
        &emulator,
        &visit,
        &id,
        MANAGE_MEMBERS,
        |state, inviter| state.invite(&id, new_invitation(&visit, visit.form.required("email_address")?, inviter)?),
        |view, invitation: &Invitation| view.invitation(invitation),
    )
}

/// All of them or none; the answer is a bare list.
pub(super) async fn invite_many(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    let addresses = visit.form.all("email_address");
    if addresses.is_empty() {
        return Err(ApiError::missing("email_address"));
    }
    if addresses.len() > BULK_MAX {
        return Err(ApiError::bad_request("bulk_size_exceeded", "10 invitations can be made at once at most"));
    }
    manage(
        &emulator,
        &visit,
        &id,
        MANAGE_MEMBERS,
        |state, inviter| {
            let one = |address: &&str| state.invite(&id, new_invitation(&visit, address, inviter)?);
            addresses.iter().map(one).collect::<Result<Vec<Invitation>>>()
        },
        |view, made: &Vec<Invitation>| made.iter().map(|invitation| view.invitation(invitation)).collect(),
    )
}

fn new_invitation(visit: &Visit, address: &str, inviter: &str) -> Result<NewInvitation> {
    Ok(NewInvitation {
        inviter_user_id: Some(inviter.to_owned()),
        redirect_url: visit.form.owned("redirect_url"),
        ..NewInvitation::new(address.trim(), visit.form.required("role")?)
    })
}

pub(super) async fn revoke_invitation(
    State(emulator): State<Emulator>,
    Path((id, invitation)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    manage(
        &emulator,
        &visit,
        &id,
        MANAGE_MEMBERS,
        |state, by| {
            state.invitation_of(&id, &invitation)?;
            state.revoke_invitation(&invitation, Some(by))
        },
        |view, invitation: &Invitation| view.invitation(invitation),
    )
}

/// The invited person accepts, signed in under the address that was invited.
pub(super) async fn accept_invitation(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            let theirs = state.user(&user)?.has_email(&state.invitation(&id)?.email_address);
            if !theirs {
                return Err(ApiError::not_found("organization invitation", &id));
            }
            state.accept_invitation(&id)?;
            state.invitation(&id).cloned()
        },
        |view, invitation: &Invitation| view.invitation(invitation),
    )
}

/// Changes something that needs a permission in the organization; `work` learns who does it.
fn manage<T>(
    emulator: &Emulator,
    visit: &Visit,
    organization: &str,
    permission: &str,
    work: impl FnOnce(&mut Clerk, &str) -> Result<T>,
    look: impl FnOnce(&View<'_>, &T) -> Value,
) -> Result<Response> {
    answer::change(
        emulator,
        visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            allowed(state, organization, &user, Some(permission))?;
            work(state, &user)
        },
        look,
    )
}
