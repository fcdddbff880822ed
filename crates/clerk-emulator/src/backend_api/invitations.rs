//! `/organizations/{id}/invitations`.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{Fields, Params, Path, fields::FieldsList, params::admits};
use crate::{ApiError, Emulator, Invitation, NewInvitation, Result, json};

const BULK_MAX: usize = 10;

const STATUSES: [&str; 4] = ["pending", "accepted", "revoked", "expired"];

pub(super) async fn list(
    State(emulator): State<Emulator>,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&["status", "email_address", "order_by"])?;
    let window = params.window()?;
    let order = params.order(&["created_at", "email_address"], "-created_at")?;
    let statuses = params.all("status")?;
    if statuses.iter().any(|status| !STATUSES.contains(status)) {
        return Err(ApiError::value("status", "is not a status of an invitation"));
    }
    let emails = params.all("email_address")?;
    emulator.read(|state| {
        let now = state.now();
        let organization = state.organization(&organization)?;
        let fits = |invitation: &&Invitation| {
            invitation.organization_id == organization.id
                && admits(&statuses, invitation.status(now).as_str())
                && admits(&emails, &invitation.email_address)
        };
        let mut found: Vec<&Invitation> = state.invitations.iter().filter(fits).collect();
        order.sort(&mut found, |invitation, field| match field {
            "email_address" => (0, invitation.email_address.to_lowercase()),
            _ => (invitation.created_at, String::new()),
        });
        let total = found.len();
        let page = window.cut(found);
        let data = page.into_iter().map(|i| json::invitation(state, i)).collect();
        Ok(Json(json::page(data, total)))
    })
}

pub(super) async fn create(
    State(emulator): State<Emulator>,
    Path(organization): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    let new = new_invitation(&body)?;
    emulator.change(|state| {
        let invitation = state.invite(&organization, new)?;
        Ok(Json(json::invitation(state, &invitation)))
    })
}

/// All of them or none: the first that cannot be made fails the call.
pub(super) async fn create_bulk(
    State(emulator): State<Emulator>,
    Path(organization): Path<String>,
    FieldsList(items): FieldsList,
) -> Result<Json<Value>> {
    if items.is_empty() || items.len() > BULK_MAX {
        let message = "Between 1 and 10 invitations can be made at once";
        return Err(ApiError::bad_request("bulk_size_exceeded", message));
    }
    let all: Vec<NewInvitation> = items.iter().map(new_invitation).collect::<Result<_>>()?;
    emulator.change(|state| {
        state.all_or_nothing(|state| {
            let mut made = Vec::with_capacity(all.len());
            for new in all {
                let invitation = state.invite(&organization, new)?;
                made.push(json::invitation(state, &invitation));
            }
            let total = made.len();
            Ok(Json(json::page(made, total)))
        })
    })
}

fn new_invitation(body: &Fields) -> Result<NewInvitation> {
    body.only(&[
        "email_address",
        "role",
        "inviter_user_id",
        "public_metadata",
        "private_metadata",
        "redirect_url",
        "expires_in_days",
        "notify",
    ])?;
    // No mail is sent: it is checked and not used.
    body.flag("notify")?;
    Ok(NewInvitation {
        email_address: body.required_text("email_address")?,
        role: body.required_text("role")?,
        inviter_user_id: body.text("inviter_user_id")?,
        redirect_url: body.text("redirect_url")?,
        expires_in_days: body.integer("expires_in_days")?,
        public_metadata: body.metadata("public_metadata")?.unwrap_or_default(),
        private_metadata: body.metadata("private_metadata")?.unwrap_or_default(),
    })
}

pub(super) async fn get(
    State(emulator): State<Emulator>,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Json<Value>> {
    emulator.read(|state| {
        let invitation = state.invitation_of(&organization, &id)?;
        Ok(Json(json::invitation(state, invitation)))
    })
}

pub(super) async fn revoke(
    State(emulator): State<Emulator>,
    Path((organization, id)): Path<(String, String)>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["requesting_user_id"])?;
    let by = body.text("requesting_user_id")?;
    emulator.change(|state| {
        state.invitation_of(&organization, &id)?;
        let invitation = state.revoke_invitation(&id, by.as_deref())?;
        Ok(Json(json::invitation(state, &invitation)))
    })
}
