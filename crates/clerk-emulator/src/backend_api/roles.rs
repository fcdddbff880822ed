//! `/organization_roles`.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{Params, params::matches};
use crate::{Emulator, Result, Role, json};

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
