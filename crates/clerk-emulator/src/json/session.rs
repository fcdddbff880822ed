//! Session; the webhook's form carries the whole user as well.

use serde_json::{Value, json};

use super::user;
use crate::state::{Session, State};

pub(crate) fn session(state: &State, session: &Session) -> Value {
    json!({
        "object": "session",
        "id": session.id,
        "client_id": session.client_id,
        "user_id": session.user_id,
        "status": session.status(state.now()).as_str(),
        "actor": null,
        "last_active_organization_id": session.last_active_organization_id,
        "last_active_at": session.last_active_at,
        "expire_at": session.expire_at,
        "abandon_at": session.abandon_at,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
    })
}

pub(crate) fn session_with_user(state: &State, own: &Session) -> Value {
    let mut object = session(state, own);
    let person = state.user(&own.user_id);
    object["user"] = person.map_or(Value::Null, |person| user(state, person));
    object
}
