//! `/client/sessions/{id}/verify`: showing once more who one is, before a step that asks for it.

use axum::{extract::State, response::Response};

use super::{answer, visit::Visit};
use crate::{
    ApiError, Emulator, Result, Session,
    extract::Path,
    state::{Factor, Proof, State as Clerk},
};

const LEVELS: [&str; 3] = ["first_factor", "second_factor", "multi_factor"];

/// Nobody has a second factor here, so that the first one is enough for every level, as it is at Clerk's then.
pub(super) async fn begin(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let level = visit.form.required("level")?;
    if !LEVELS.contains(&level) {
        return Err(ApiError::value("level", "is not a level of verification"));
    }
    change(&emulator, &visit, &id, |state| state.begin_verification(&id, "first_factor"))
}

pub(super) async fn prepare(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    let factor = Factor::parse(visit.form.required("strategy")?)?;
    change(&emulator, &visit, &id, |state| state.prepare_verification(&id, factor))
}

pub(super) async fn attempt(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    let factor = Factor::parse(visit.form.required("strategy")?)?;
    let proof = Proof { password: visit.form.value("password"), code: visit.form.text("code") };
    change(&emulator, &visit, &id, |state| state.attempt_verification(&id, factor, proof))
}

fn change(
    emulator: &Emulator,
    visit: &Visit,
    id: &str,
    work: impl FnOnce(&mut Clerk) -> Result<Session>,
) -> Result<Response> {
    answer::change(
        emulator,
        visit,
        |state, client| {
            state.session_of_client(client, id)?;
            work(state)
        },
        |view, session: &Session| view.reverification(session),
    )
}
