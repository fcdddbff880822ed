//! `/dev_browser`: a browser of a development instance, known by a value in every query.

use axum::{Json, extract::State, response::IntoResponse};
use serde_json::json;

use super::answer::{DEV_BROWSER_HEADER, new_key};
use crate::{Emulator, Result};

pub(super) async fn create(State(emulator): State<Emulator>) -> Result<impl IntoResponse> {
    let key = new_key();
    emulator.change(|state| Ok(state.create_client(key.clone())))?;
    Ok(([(DEV_BROWSER_HEADER, key.clone())], Json(json!({ "id": key }))))
}
