//! `/jwks`: the key set, for holders of the secret key.

use axum::{Json, extract::State};
use serde_json::Value;

use crate::Emulator;

pub(super) async fn get(State(emulator): State<Emulator>) -> Json<Value> {
    Json(emulator.jwks())
}
