//! `/control/faults`: what goes wrong on purpose, and the requests there were.

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    routing::get,
};

use crate::{ApiError, Emulator, Fault, Faults, Result, SeenRequest};

pub(super) fn router() -> Router<Emulator> {
    let faults = get(show).put(replace).post(add).delete(clear);
    Router::new().route("/control/faults", faults).route("/control/requests", get(requests).delete(forget_requests))
}

async fn show(State(emulator): State<Emulator>) -> Json<Faults> {
    Json(emulator.faults())
}

type Body<T> = Result<Json<T>, JsonRejection>;

fn read<T>(body: Body<T>) -> Result<T> {
    let unreadable = |rejection: JsonRejection| ApiError::bad_request("request_body_invalid", rejection.body_text());
    body.map(|Json(value)| value).map_err(unreadable)
}

async fn replace(State(emulator): State<Emulator>, body: Body<Faults>) -> Result<Json<Faults>> {
    emulator.set_faults(read(body)?)?;
    Ok(Json(emulator.faults()))
}

/// One more fault of requests, after those there are.
async fn add(State(emulator): State<Emulator>, body: Body<Fault>) -> Result<Json<Faults>> {
    let fault = read(body)?;
    fault.check()?;
    emulator.fail(fault);
    Ok(Json(emulator.faults()))
}

async fn clear(State(emulator): State<Emulator>) -> Json<Faults> {
    emulator.clear_faults();
    Json(emulator.faults())
}

async fn requests(State(emulator): State<Emulator>) -> Json<Vec<SeenRequest>> {
    Json(emulator.requests())
}

async fn forget_requests(State(emulator): State<Emulator>) -> Json<Vec<SeenRequest>> {
    Json(emulator.take_requests())
}
