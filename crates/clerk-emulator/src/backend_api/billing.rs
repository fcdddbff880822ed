//! `/organizations/{id}/billing/subscription` and `/users/{id}/billing/subscription`.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{Params, Path};
use crate::{Emulator, Payer, Result, json};

pub(super) async fn of_organization(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&[])?;
    emulator.read(|state| {
        let payer = Payer::Organization(state.organization(&id)?.id.clone());
        Ok(Json(json::billing_subscription(state, state.subscription(&payer)?)))
    })
}

pub(super) async fn of_user(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&[])?;
    emulator.read(|state| {
        let payer = Payer::User(state.user(&id)?.id.clone());
        Ok(Json(json::billing_subscription(state, state.subscription(&payer)?)))
    })
}
