//! `/client/sign_ups`: by e-mail address and password with a code, or by an invitation's ticket.

use axum::{Json, extract::State, response::Response};
use serde_json::Value;

use super::{answer, form::Form, visit::Visit};
use crate::{
    ApiError, Emulator, Result,
    extract::Path,
    state::{SignUp, SignUpFields},
};

pub(super) async fn create(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    let (fields, origin) = (fields(&visit.form)?, visit.page.origin());
    answer::welcome(
        &emulator,
        &visit,
        |state, client| state.begin_sign_up(client, fields, &origin),
        |view, sign_up: &SignUp| view.sign_up(sign_up),
    )
}

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Json<Value>> {
    answer::show(&emulator, &visit, |view, state, client| Ok(view.sign_up(state.sign_up(client, &id)?)))
}

pub(super) async fn update(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let (fields, origin) = (fields(&visit.form)?, visit.page.origin());
    answer::welcome(
        &emulator,
        &visit,
        |state, client| {
            state.sign_up(client, &id)?;
            state.update_sign_up(client, fields, &origin)
        },
        |view, sign_up: &SignUp| view.sign_up(sign_up),
    )
}

pub(super) async fn prepare(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    check_strategy(&visit.form)?;
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            state.sign_up(client, &id)?;
            state.prepare_sign_up(client)
        },
        |view, sign_up: &SignUp| view.sign_up(sign_up),
    )
}

pub(super) async fn attempt(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    check_strategy(&visit.form)?;
    let origin = visit.page.origin();
    answer::welcome(
        &emulator,
        &visit,
        |state, client| {
            state.sign_up(client, &id)?;
            state.attempt_sign_up(client, visit.form.text("code"), &origin)
        },
        |view, sign_up: &SignUp| view.sign_up(sign_up),
    )
}

fn check_strategy(form: &Form) -> Result<()> {
    match form.required("strategy")? {
        "email_code" => Ok(()),
        _ => Err(ApiError::value("strategy", "must be email_code here")),
    }
}

fn fields(form: &Form) -> Result<SignUpFields> {
    Ok(SignUpFields {
        email_address: form.text("email_address").map(|address| address.trim().to_owned()),
        password: form.owned("password"),
        first_name: form.nullable("first_name"),
        last_name: form.nullable("last_name"),
        username: form.nullable("username"),
        unsafe_metadata: form.metadata("unsafe_metadata")?,
        ticket: form.owned("ticket"),
    })
}
