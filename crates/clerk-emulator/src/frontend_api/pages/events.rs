//! The webhooks that were sent: what became of each, and sending one again.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use serde_json::Value;

use super::{PREFIX, html};
use crate::{ApiError, Attempt, Delivery, DeliveryStatus, Emulator, Result, extract::Path, page::escape};

/// How many are shown.
const SHOWN: usize = 200;

pub(super) async fn page(State(emulator): State<Emulator>) -> impl IntoResponse {
    let deliveries = emulator.deliveries();
    let rows: String = deliveries.iter().rev().take(SHOWN).map(row).collect();
    let body = match rows.is_empty() {
        true => "<p>No webhook was sent yet. Endpoints are named with <code>--webhook</code>.</p>".to_owned(),
        false => format!(
            "<p>{} of {}, newest first.</p>\
             <table><tr><th>event</th><th>endpoint and attempts</th><th></th></tr>{rows}</table>",
            deliveries.len().min(SHOWN),
            deliveries.len()
        ),
    };
    html("Events", &body)
}

fn row(delivery: &Delivery) -> String {
    let id = escape(&delivery.id);
    let attempts: String = delivery.attempts.iter().map(attempt).collect();
    format!(
        "<tr><td><a href=\"{PREFIX}/events/{id}\">{}</a><br><small><code>{id}</code></small></td>\
         <td>{}<br><strong>{}</strong>{attempts}</td>\
         <td><form method=\"post\" action=\"{PREFIX}/events/{id}/redeliver\"><button>send again</button></form></td></tr>",
        escape(&delivery.event_type),
        escape(&delivery.endpoint),
        standing(delivery.status),
    )
}

fn standing(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => "on its way",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Failed => "failed",
        DeliveryStatus::Aborted => "aborted by the endpoint",
        DeliveryStatus::Lost => "lost on purpose",
    }
}

fn attempt(attempt: &Attempt) -> String {
    let outcome = match (attempt.status, attempt.error.as_deref()) {
        (Some(status), _) => status.to_string(),
        (None, error) => escape(error.unwrap_or("no answer")),
    };
    let answer = attempt.answer.as_deref().filter(|answer| !answer.is_empty());
    let answer = answer.map_or_else(String::new, |answer| format!(" <code>{}</code>", escape(answer)));
    format!("<br><small>{}: {outcome}{answer}</small>", clock_time(attempt.at))
}

/// The time of day in UTC.
fn clock_time(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000).rem_euclid(24 * 60 * 60);
    format!("{:02}:{:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// One event as it was sent.
pub(super) async fn one(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<impl IntoResponse> {
    let body = emulator.dispatcher().body(&id).ok_or_else(|| ApiError::not_found("delivery", &id))?;
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = serde_json::to_string_pretty(&event).unwrap_or_default();
    let all = emulator.deliveries();
    let rows: String = all.iter().filter(|delivery| delivery.id == id).map(row).collect();
    Ok(html("Event", &format!("<table>{rows}</table><pre>{}</pre>", escape(&text))))
}

pub(super) async fn redeliver(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<impl IntoResponse> {
    emulator.redeliver(&id)?;
    Ok(Redirect::to(&format!("{PREFIX}/events")))
}
