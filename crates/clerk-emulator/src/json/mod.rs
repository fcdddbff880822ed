//! Objects as they look on Clerk's wire, in Backend API answers and in webhooks alike.
//!
//! Shapes follow Clerk's OpenAPI document of 2026-05-12; times are milliseconds.

mod billing;
mod invitation;
mod membership;
mod organization;
mod payment;
mod plan;
mod role;
mod session;
mod subscription;
mod user;

pub(crate) use billing::billing_subscription;
pub(crate) use invitation::{invitation, invitation_event, invitation_url};
pub(crate) use membership::membership;
pub(crate) use organization::{deleted_organization, organization, organization_counted};
pub(crate) use payment::payment_attempt;
pub(crate) use role::{deleted_permission, deleted_role, permission, role, role_set};
pub(crate) use session::{session, session_with_user};
pub(crate) use subscription::{subscription, subscription_item};
pub(crate) use user::{deleted_user, user};

use serde_json::{Value, json};

use crate::state::State;

/// The two fields of a page of a list.
pub(crate) fn page(data: Vec<Value>, total_count: usize) -> Value {
    json!({ "data": data, "total_count": total_count })
}

/// One object with the fields of all of these.
pub(crate) fn merged(parts: impl IntoIterator<Item = Value>) -> Value {
    let objects = parts.into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    Value::Object(objects.flatten().collect())
}

/// Where the emulator serves a picture for an object.
fn image_url(state: &State, id: &str) -> String {
    format!("{}/images/{id}", state.base_url)
}
