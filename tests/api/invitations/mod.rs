//! Invitations made and taken back through the API: at Clerk first, in the mirror at once, and alike whatever its webhooks do.

mod idempotency;
mod lists;
mod making;
mod race;
mod refusals;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tenantry::directory::invitation;

use crate::support::{Caller, TestApp};

/// Where invitations are.
const INVITATIONS: &str = "/api/invitations";

/// Somebody to invite as a member.
fn new(name: &str) -> Value {
    json!({"email_address": format!("{name}@example.com"), "role": "org:member"})
}

/// Invites somebody, and returns the invitation.
async fn invited(caller: &Caller, name: &str) -> Value {
    let answer = caller.post(INVITATIONS, new(name)).await;
    assert_eq!(answer.summary(), "201", "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// Where an invitation is found.
fn path(invitation: &Value) -> String {
    format!("{INVITATIONS}/{}", invitation["id"].as_str().unwrap())
}

/// What the mirror holds of an organization's invitations.
async fn stored(app: &TestApp, organization: &str) -> Vec<invitation::Model> {
    let rows = invitation::Entity::find().filter(invitation::Column::TenantId.eq(organization));
    rows.order_by_asc(invitation::Column::Id).all(&app.db.system()).await.unwrap()
}

/// What Clerk has had to tell of invitations since the last time.
fn told(app: &TestApp) -> Vec<Value> {
    let events = app.clerk.take_events().into_iter();
    events.filter(|event| event["type"].as_str().unwrap().starts_with("organizationInvitation")).collect()
}
