//! The stored deliveries: `tenantry webhooks list|show|replay`.

mod commands;
mod replay;

use chrono::Utc;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::Value;
use tenantry::webhooks::delivery::{self, State};

use crate::support::TestApp;

/// Stores a delivery of which nothing took effect, as a server of another day would have.
async fn store(app: &TestApp, id: &str, state: State, event: &Value) {
    let now = Utc::now();
    let reason = (state != State::Ignored).then(|| "database error 40001".to_owned());
    let row = delivery::ActiveModel {
        id: Set(id.into()),
        event_type: Set(event["type"].as_str().unwrap().into()),
        state: Set(state),
        attempts: Set(1),
        reason: Set(reason),
        payload: Set(event.to_string()),
        organization_id: Set(event["data"]["organization"]["id"].as_str().map(str::to_owned)),
        received_at: Set(now),
        updated_at: Set(now),
    };
    delivery::Entity::insert(row).exec_without_returning(&app.db.system()).await.unwrap();
}

/// What became of a delivery, and after how many attempts.
async fn became(app: &TestApp, id: &str) -> (State, i64, Option<String>) {
    let row = delivery::Entity::find_by_id(id).one(&app.db.system()).await.unwrap().unwrap();
    (row.state, row.attempts, row.reason)
}
