//! `/organizations/{id}`: what a member is shown of it.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{answer, page::Window, shape::View, visit::Visit};
use crate::{
    ApiError, Emulator, Invitation, Membership, Organization, Result, Role,
    extract::Path,
    state::{MANAGE_MEMBERS, READ_MEMBERS, State as Clerk},
};

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Json<Value>> {
    look(&emulator, &visit, &id, None, |view, _, organization| Ok(view.organization(organization)))
}

pub(super) async fn memberships(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Json<Value>> {
    let window = Window::of(&visit.query)?;
    let roles = visit.query.all("role");
    let query = visit.query.text("query").unwrap_or_default().to_lowercase();
    look(&emulator, &visit, &id, Some(READ_MEMBERS), |view, state, organization| {
        let named = |membership: &Membership| {
            let Ok(user) = state.user(&membership.user_id) else { return false };
            let texts = [user.email().unwrap_or_default(), &user.display_name(), &user.id];
            texts.iter().any(|text| text.to_lowercase().contains(&query))
        };
        let fits = |membership: &&Membership| {
            membership.organization_id == organization.id
                && (roles.is_empty() || roles.contains(&membership.role.as_str()))
                && named(membership)
        };
        let found: Vec<&Membership> = state.memberships.iter().rev().filter(fits).collect();
        let show = |membership: &Membership| view.membership(membership, true);
        Ok(match visit.query.text("paginated") {
            Some("true") => window.page(found, show),
            _ => Value::from(window.cut(found, show)),
        })
    })
}

pub(super) async fn invitations(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Json<Value>> {
    let window = Window::of(&visit.query)?;
    let statuses = visit.query.all("status");
    look(&emulator, &visit, &id, Some(MANAGE_MEMBERS), |view, state, organization| {
        let now = state.now();
        let fits = |invitation: &&Invitation| {
            let status = invitation.status(now).as_str();
            invitation.organization_id == organization.id && (statuses.is_empty() || statuses.contains(&status))
        };
        let found: Vec<&Invitation> = state.invitations.iter().rev().filter(fits).collect();
        Ok(window.page(found, |invitation| view.invitation(invitation)))
    })
}

pub(super) async fn roles(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Json<Value>> {
    let window = Window::of(&visit.query)?;
    look(&emulator, &visit, &id, None, |view, state, _| {
        let roles: Vec<&Role> = state.roles.iter().collect();
        let mut page = window.page(roles, |role| view.role(role));
        page["has_role_set_migration"] = json!(false);
        Ok(page)
    })
}

/// Domains and requests to join, of which there are none here.
pub(super) async fn none(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Json<Value>> {
    look(&emulator, &visit, &id, None, |_, _, _| Ok(json!({ "data": [], "total_count": 0 })))
}

fn look(
    emulator: &Emulator,
    visit: &Visit,
    organization: &str,
    permission: Option<&str>,
    show: impl FnOnce(&View<'_>, &Clerk, &Organization) -> Result<Value>,
) -> Result<Json<Value>> {
    answer::show(emulator, visit, |view, state, client| {
        let session = visit.session(state, client)?;
        let membership = allowed(state, organization, &session.user_id, permission)?;
        show(view, state, state.organization(&membership.organization_id)?)
    })
}

/// The membership by which somebody may do this in the organization.
pub(super) fn allowed<'a>(
    state: &'a Clerk,
    organization: &str,
    user: &str,
    permission: Option<&str>,
) -> Result<&'a Membership> {
    // Whether there is such an organization is nobody's business who is not in it.
    let membership = state.member(organization, user).map_err(|_| ApiError::not_found("organization", organization))?;
    match permission {
        Some(permission) => state.check_permission(membership, permission).map(|()| membership),
        None => Ok(membership),
    }
}
