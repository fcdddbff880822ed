//! `/sign_in_tokens`: tickets that sign somebody in, once; and the tokens of Clerk's testing package.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Fields, Path};
use crate::{
    ApiError, Emulator, Result, ids,
    state::{Place, SignInToken},
};

/// Thirty days, in seconds.
const LIFETIME: i64 = 30 * 24 * 60 * 60;
/// An hour, in seconds.
const TESTING_LIFETIME: i64 = 60 * 60;

pub(super) async fn create(State(emulator): State<Emulator>, body: Fields) -> Result<Json<Value>> {
    body.only(&["user_id", "org_id", "expires_in_seconds"])?;
    let user = body.required_text("user_id")?;
    let place = body.text("org_id")?.map_or(Place::Usual, Place::Organization);
    let seconds = body.integer("expires_in_seconds")?.unwrap_or(LIFETIME);
    if seconds < 1 {
        return Err(ApiError::value("expires_in_seconds", "must be at least 1"));
    }
    let token = emulator.change(|state| state.create_sign_in_token(&user, place, seconds))?;
    let mut object = shown(&token);
    object["token"] = json!(token.token);
    Ok(Json(object))
}

pub(super) async fn revoke(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&[])?;
    Ok(Json(shown(&emulator.change(|state| state.revoke_sign_in_token(&id))?)))
}

fn shown(token: &SignInToken) -> Value {
    json!({
        "object": "sign_in_token",
        "id": token.id,
        "status": token.status.as_str(),
        "user_id": token.user_id,
        "url": null,
        "created_at": token.created_at,
        "updated_at": token.updated_at,
    })
}

/// It lets tests past the bot protection, of which there is none here.
pub(super) async fn create_testing_token(State(emulator): State<Emulator>, body: Fields) -> Result<Json<Value>> {
    body.only(&[])?;
    let expires_at = emulator.read(|state| state.now()) / 1000 + TESTING_LIFETIME;
    Ok(Json(json!({ "object": "testing_token", "token": ids::hex(24), "expires_at": expires_at })))
}
