//! The time, for people with curl.

use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{ApiError, Emulator, Result, extract::Query};

/// Ten years, in seconds.
const FARTHEST: u64 = 315_360_000;

pub(super) fn router() -> Router<Emulator> {
    Router::new().route("/control/clock", get(show).post(advance).delete(reset))
}

async fn show(State(emulator): State<Emulator>) -> Json<Value> {
    Json(shown(&emulator))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockQuery {
    /// In seconds.
    advance: u64,
}

async fn advance(State(emulator): State<Emulator>, Query(query): Query<ClockQuery>) -> Result<Json<Value>> {
    let ahead = emulator.read(|state| state.ahead()) / 1000;
    if query.advance > FARTHEST || ahead + query.advance.cast_signed() > FARTHEST.cast_signed() {
        return Err(ApiError::value("advance", "must not lead farther than ten years ahead"));
    }
    emulator.advance_clock(std::time::Duration::from_secs(query.advance))?;
    Ok(Json(shown(&emulator)))
}

async fn reset(State(emulator): State<Emulator>) -> Result<Json<Value>> {
    emulator.reset_clock()?;
    Ok(Json(shown(&emulator)))
}

fn shown(emulator: &Emulator) -> Value {
    emulator.read(|state| json!({ "now": state.now(), "ahead_seconds": state.ahead() / 1000 }))
}
