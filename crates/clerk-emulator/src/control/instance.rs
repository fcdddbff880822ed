//! What is done in Clerk's dashboard: settings of the instance, roles and permissions, directories.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{delete, get, put},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    ApiError, Emulator, Result, Settings,
    extract::{Path, Query},
    json,
};

pub(super) fn router() -> Router<Emulator> {
    Router::new()
        .route("/control/instance", get(show).patch(change))
        .route("/control/roles/{key}", put(put_role).delete(delete_role))
        .route("/control/permissions/{key}", delete(delete_permission))
        .route("/control/organizations/{organization}/members/{user}/directory", put(put_directory))
}

async fn show(State(emulator): State<Emulator>) -> Json<Settings> {
    Json(emulator.instance_settings())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsQuery {
    max_allowed_memberships: Option<u64>,
    membership_required: Option<bool>,
    single_session_mode: Option<bool>,
    start_in_personal_account: Option<bool>,
}

async fn change(State(emulator): State<Emulator>, Query(query): Query<SettingsQuery>) -> Result<Json<Settings>> {
    let mut settings = emulator.instance_settings();
    settings.max_allowed_memberships = query.max_allowed_memberships.unwrap_or(settings.max_allowed_memberships);
    settings.membership_required = query.membership_required.unwrap_or(settings.membership_required);
    settings.single_session_mode = query.single_session_mode.unwrap_or(settings.single_session_mode);
    settings.start_in_personal_account = query.start_in_personal_account.unwrap_or(settings.start_in_personal_account);
    emulator.change_instance(settings)?;
    Ok(Json(settings))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleQuery {
    /// Separated by commas.
    permissions: String,
}

/// Gives a role these permissions; makes it when there is none of this key.
async fn put_role(
    State(emulator): State<Emulator>,
    Path(key): Path<String>,
    Query(query): Query<RoleQuery>,
) -> Result<Json<Value>> {
    let permissions: Vec<&str> = query.permissions.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
    let role = match emulator.read(|state| state.role(&key).is_some()) {
        true => emulator.set_role_permissions(&key, &permissions)?,
        false => emulator.create_role(&key, &permissions)?,
    };
    Ok(Json(emulator.read(|state| json::role(state, &role))))
}

async fn delete_role(State(emulator): State<Emulator>, Path(key): Path<String>) -> Result<Json<Value>> {
    Ok(Json(json::deleted_role(&emulator.delete_role(&key)?)))
}

async fn delete_permission(State(emulator): State<Emulator>, Path(key): Path<String>) -> Result<Json<Value>> {
    Ok(Json(json::deleted_permission(&emulator.delete_permission(&key)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DirectoryQuery {
    managed: bool,
}

async fn put_directory(
    State(emulator): State<Emulator>,
    Path((organization, user)): Path<(String, String)>,
    Query(query): Query<DirectoryQuery>,
) -> Result<StatusCode, ApiError> {
    let user = emulator.user(&user)?;
    emulator.set_managed_by_directory(&organization, &user.id, query.managed)?;
    Ok(StatusCode::NO_CONTENT)
}
