//! `/control/billing`: subscriptions changed from the command line, with the events they cause.
//!
//! The payer is named as people do: organization by id or slug, person by id, e-mail or short name.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    ApiError, Checkout, Emulator, Interval, Result, Subscription,
    extract::{Path, Query},
    json,
};

pub(super) fn router() -> Router<Emulator> {
    Router::new()
        .route("/control/billing/enable", post(enable))
        .route("/control/billing/{payer}", get(show))
        .route("/control/billing/{payer}/{step}", post(take_step))
}

async fn enable(State(emulator): State<Emulator>) -> Result<Json<Value>> {
    emulator.enable_billing()?;
    let all = |state: &crate::state::State| {
        let subscriptions = state.billing.subscriptions.iter();
        subscriptions.map(|own| json::subscription(state, own)).collect()
    };
    Ok(Json(emulator.read(all)))
}

async fn show(State(emulator): State<Emulator>, Path(payer): Path<String>) -> Result<Json<Value>> {
    let own = emulator.subscription(&payer)?;
    Ok(answer(&emulator, &own))
}

fn answer(emulator: &Emulator, own: &Subscription) -> Json<Value> {
    Json(emulator.read(|state| json::subscription(state, own)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    plan: Option<String>,
    #[serde(default)]
    annual: bool,
    seats: Option<u64>,
    period_days: Option<i64>,
}

impl Terms {
    fn plan(&self) -> Result<&str> {
        self.plan.as_deref().ok_or_else(|| ApiError::missing("plan"))
    }

    fn checkout(&self) -> Checkout {
        let interval = if self.annual { Interval::Annual } else { Interval::Month };
        Checkout { interval, seats: self.seats, period_days: self.period_days }
    }
}

async fn take_step(
    State(emulator): State<Emulator>,
    Path((payer, step)): Path<(String, String)>,
    Query(terms): Query<Terms>,
) -> Result<Json<Value>> {
    let with = terms.checkout();
    let own = match step.as_str() {
        "subscribe" => emulator.subscribe_with(&payer, terms.plan()?, with)?,
        "checkout" => emulator.open_checkout(&payer, terms.plan()?, with)?,
        "trial" => emulator.start_trial_with(&payer, terms.plan()?, with)?,
        "cancel" => emulator.cancel_plan(&payer)?,
        "resume" => emulator.resume_plan(&payer)?,
        "end-period" => emulator.end_period(&payer)?,
        "end" => emulator.end_plan(&payer)?,
        "trial-ending" => emulator.trial_ending(&payer)?,
        "end-trial" => emulator.end_trial(&payer)?,
        "fail-payment" => emulator.fail_payment(&payer)?,
        "recover-payment" => emulator.recover_payment(&payer)?,
        "seats" => emulator.set_seats(&payer, terms.seats.ok_or_else(|| ApiError::missing("seats"))?)?,
        _ => return Err(ApiError::not_found("step", &step)),
    };
    Ok(answer(&emulator, &own))
}
