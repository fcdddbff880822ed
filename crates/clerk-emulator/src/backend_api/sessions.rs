//! `/sessions` and the tokens minted from one.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Fields, Params, Path, params::admits};
use crate::{ApiError, Emulator, Result, Session, TokenRequest, json};

/// Clerk's bounds of `expires_in_seconds`.
const LIFETIME: std::ops::RangeInclusive<i64> = 30..=315_360_000;

const STATUSES: [&str; 8] = ["abandoned", "active", "ended", "expired", "pending", "removed", "replaced", "revoked"];

pub(super) async fn list(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&["client_id", "user_id", "status", "paginated"])?;
    let window = params.window()?;
    let paginated = params.flag("paginated")?;
    let statuses = params.all("status")?;
    if statuses.iter().any(|status| !STATUSES.contains(status)) {
        return Err(ApiError::value("status", "is not a status of a session"));
    }
    let clients = params.all("client_id")?;
    let users = params.all("user_id")?;
    emulator.read(|state| {
        let now = state.now();
        let fits = |session: &&Session| {
            admits(&clients, &session.client_id)
                && admits(&users, &session.user_id)
                && admits(&statuses, session.status(now).as_str())
        };
        let found: Vec<&Session> = state.sessions.iter().rev().filter(fits).collect();
        let total = found.len();
        let data: Vec<Value> = window.cut(found).into_iter().map(|own| json::session(state, own)).collect();
        Ok(Json(if paginated { json::page(data, total) } else { Value::Array(data) }))
    })
}

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    emulator.read(|state| Ok(Json(json::session(state, state.session(&id)?))))
}

pub(super) async fn create(State(emulator): State<Emulator>, body: Fields) -> Result<Json<Value>> {
    body.only(&["user_id", "active_organization_id"])?;
    let user = body.required_text("user_id")?;
    let organization = body.text("active_organization_id")?;
    emulator.change(|state| {
        let session = state.create_session(&user, organization.as_deref())?;
        Ok(Json(json::session(state, &session)))
    })
}

pub(super) async fn revoke(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    let session = emulator.revoke_session(&id)?;
    Ok(Json(emulator.read(|state| json::session(state, &session))))
}

/// A token without `azp`, as Clerk's own Backend API mints them.
pub(super) async fn create_token(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["expires_in_seconds"])?;
    let lifetime = body.integer("expires_in_seconds")?.unwrap_or(60);
    if !LIFETIME.contains(&lifetime) {
        return Err(ApiError::value("expires_in_seconds", "is too short or too long"));
    }
    let session = emulator.read(|state| state.session(&id).cloned())?;
    let mut request = TokenRequest::for_user(&session.user_id).session(&session.id).lifetime(lifetime).without_azp();
    if let Some(organization) = session.last_active_organization_id {
        request = request.organization(organization);
    }
    let jwt = emulator.session_token(&request)?;
    Ok(Json(json!({ "object": "token", "jwt": jwt })))
}
