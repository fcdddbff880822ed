//! The client of Clerk's Backend API by itself: what it asks again, what it waits for, and when it stops asking.

mod breaker;
mod lanes;
mod refusals;
mod retries;

use std::time::Duration;

use serde_json::{Value, json};
use tenantry::clerk::Api;
use tenantry::clerk::api::{NewInvitation, Refusal};

use crate::members::backend::Backend;

/// A client of a backend.
fn client(backend: &Backend) -> Api {
    Api::new(backend.config.clone()).unwrap()
}

/// A body as Clerk refuses.
fn refused(code: &str, meta: Value) -> String {
    json!({"errors": [{"message": "no", "long_message": "no", "code": code, "meta": meta}], "clerk_trace_id": "abc"})
        .to_string()
}

/// An invitation as Clerk answers it.
fn invitation(id: &str) -> String {
    json!({"object": "organization_invitation", "id": id, "organization_id": "org_a", "email_address": "uma@example.com",
        "role": "org:member", "status": "pending", "created_at": 1_772_442_300_000_i64, "updated_at": 1_772_442_300_000_i64})
    .to_string()
}

/// A POST: nothing that may be done twice.
async fn invite(api: &Api) -> Result<(), Refusal> {
    let new = NewInvitation { email_address: "uma@example.com".into(), role: "org:member".into() };
    api.invite("org_a", "user_a", &[new]).await.map(|_| ())
}

/// A GET.
async fn look(api: &Api) -> Result<(), Refusal> {
    api.invitation("org_a", "orginv_1").await.map(|_| ())
}

/// How long our caller would be asked to wait; none when that is not the matter.
fn told_to_wait(refusal: &Refusal) -> Option<Duration> {
    match refusal {
        Refusal::Away { retry_after, .. } => Some(*retry_after),
        _ => None,
    }
}
