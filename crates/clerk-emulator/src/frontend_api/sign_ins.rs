//! `/client/sign_ins`: by password, by a code, by a ticket.

use axum::{Json, extract::State, response::Response};
use serde_json::Value;

use super::{answer, visit::Visit};
use crate::{
    Emulator, Result,
    extract::Path,
    state::{Factor, Proof, SignIn},
};

/// Begins one, and finishes it at once when enough was given.
pub(super) async fn create(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    let form = &visit.form;
    let origin = visit.page.origin();
    answer::welcome(
        &emulator,
        &visit,
        |state, client| {
            if form.text("strategy") == Some("ticket") || form.text("ticket").is_some() {
                return state.sign_in_by_ticket(client, form.required("ticket")?, &origin);
            }
            let begun = state.begin_sign_in(client, form.text("identifier").map(str::trim))?;
            match (form.text("strategy"), form.value("password")) {
                (None, None) => Ok(begun),
                (None | Some("password"), Some(password)) => {
                    let proof = Proof { password: Some(password), code: None };
                    state.attempt_sign_in(client, Factor::Password, proof, &origin)
                }
                (Some(strategy), _) => state.prepare_sign_in(client, Factor::parse(strategy)?),
            }
        },
        |view, sign_in| view.sign_in(sign_in),
    )
}

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Json<Value>> {
    answer::show(&emulator, &visit, |view, state, client| Ok(view.sign_in(state.sign_in(client, &id)?)))
}

pub(super) async fn prepare(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            state.sign_in(client, &id)?;
            state.prepare_sign_in(client, Factor::parse(visit.form.required("strategy")?)?)
        },
        |view, sign_in: &SignIn| view.sign_in(sign_in),
    )
}

pub(super) async fn attempt(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    let (form, origin) = (&visit.form, visit.page.origin());
    answer::welcome(
        &emulator,
        &visit,
        |state, client| {
            state.sign_in(client, &id)?;
            let factor = Factor::parse(form.required("strategy")?)?;
            let proof = Proof { password: form.value("password"), code: form.text("code") };
            state.attempt_sign_in(client, factor, proof, &origin)
        },
        |view, sign_in: &SignIn| view.sign_in(sign_in),
    )
}
