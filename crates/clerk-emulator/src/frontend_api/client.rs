//! `/client`: the browser as a whole, and signing out of all of it.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{answer, shape::View, visit::Visit};
use crate::{Emulator, Result};

/// The client, or null for a browser that is none yet.
pub(super) async fn get(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    emulator.read(|state| {
        let Some(id) = visit.client(&emulator, state)? else {
            return Ok(Json(json!({ "response": null, "client": null })));
        };
        let client = View::new(&emulator, state, &visit.page).client(&id);
        Ok(Json(json!({ "response": client, "client": null })))
    })
}

pub(super) async fn create(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    answer::welcome(&emulator, &visit, |_, client| Ok(client.to_owned()), |view, client| view.client(client))
}

/// Ends every session; the client stays, and is signed out.
pub(super) async fn sign_out(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    let known = emulator.read(|state| visit.client(&emulator, state))?;
    if known.is_none() {
        return Ok(Json(json!({ "response": null, "client": null })).into_response());
    }
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            state.leave_all(client)?;
            Ok(client.to_owned())
        },
        |view, client| view.client(client),
    )
}
