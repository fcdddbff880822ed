//! `/organization_roles`, and the one role set that holds them all.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{Params, Path, params::matches};
use crate::{ApiError, Emulator, Result, Role, json};

pub(super) async fn list(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&["query", "order_by"])?;
    let window = params.window()?;
    let order = params.order(&["created_at", "name", "key"], "-created_at")?;
    let query = params.one("query").unwrap_or_default();
    emulator.read(|state| {
        let found = |role: &&Role| matches(query, [&*role.id, &*role.key, &*role.name]);
        let mut roles: Vec<&Role> = state.roles.iter().filter(found).collect();
        order.sort(&mut roles, |role, field| match field {
            "name" => (0, role.name.to_lowercase()),
            "key" => (0, role.key.clone()),
            _ => (role.created_at, String::new()),
        });
        let total = roles.len();
        let data = window.cut(roles).into_iter().map(|role| json::role(state, role)).collect();
        Ok(Json(json::page(data, total)))
    })
}

pub(super) async fn list_sets(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&["query", "order_by"])?;
    let window = params.window()?;
    params.order(&["created_at", "name", "key"], "-created_at")?;
    let query = params.one("query").unwrap_or_default();
    let set = emulator.read(json::role_set);
    let text = |field: &str| set[field].as_str().unwrap_or_default();
    let found = matches(query, [text("id"), text("key"), text("name")]);
    let sets: Vec<Value> = std::iter::once(set.clone()).filter(|_| found).collect();
    let total = sets.len();
    Ok(Json(json::page(window.cut(sets), total)))
}

pub(super) async fn get_set(State(emulator): State<Emulator>, Path(key): Path<String>) -> Result<Json<Value>> {
    let set = emulator.read(json::role_set);
    match set["key"] == key.as_str() || set["id"] == key.as_str() {
        true => Ok(Json(set)),
        false => Err(ApiError::not_found("role set", &key)),
    }
}
