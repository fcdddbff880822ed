//! `/users`.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    Fields, Params, Path,
    params::{admits, matches},
};
use crate::{ApiError, Emulator, NewUser, Result, User, UserChanges, json, state::State as Clerk};

const FILTERS: [&str; 4] = ["user_id", "email_address", "organization_id", "query"];

const SORTABLE: [&str; 7] =
    ["created_at", "updated_at", "last_sign_in_at", "email_address", "first_name", "last_name", "username"];

/// Fields of a new user that are taken in but mean nothing here.
const IGNORED: [&str; 4] = ["password", "skip_password_checks", "skip_password_requirement", "skip_legal_checks"];

pub(super) async fn list(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&[&FILTERS[..], &["order_by"]].concat())?;
    let window = params.window()?;
    let order = params.order(&SORTABLE, "-created_at")?;
    emulator.read(|state| {
        let mut users = filtered(state, &params)?;
        order.sort(&mut users, |user, field| sort_key(user, field));
        let page = window.cut(users);
        Ok(Json(page.into_iter().map(|user| json::user(state, user)).collect()))
    })
}

pub(super) async fn count(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&FILTERS)?;
    let total = emulator.read(|state| Ok::<_, ApiError>(filtered(state, &params)?.len()))?;
    Ok(Json(json!({ "object": "total_count", "total_count": total })))
}

fn filtered<'a>(state: &'a Clerk, params: &Params) -> Result<Vec<&'a User>> {
    let ids = params.all("user_id")?;
    let emails = params.all("email_address")?;
    let organizations = params.all("organization_id")?;
    let query = params.one("query").unwrap_or_default();
    let belongs = |user: &User| {
        let mut own = state.memberships_of(&user.id);
        organizations.is_empty() || own.any(|m| admits(&organizations, &m.organization_id))
    };
    let has_email = |user: &User| {
        let mut own = user.email_addresses.iter();
        emails.is_empty() || own.any(|email| admits(&emails, &email.email_address))
    };
    let fits = |user: &&User| admits(&ids, &user.id) && has_email(user) && belongs(user) && matches(query, texts(user));
    Ok(state.users.iter().filter(fits).collect())
}

/// What `query` looks into.
pub(super) fn texts(user: &User) -> impl Iterator<Item = &str> {
    let names = [&user.first_name, &user.last_name, &user.username];
    let emails = user.email_addresses.iter().map(|email| email.email_address.as_str());
    std::iter::once(user.id.as_str()).chain(names.into_iter().filter_map(|name| name.as_deref())).chain(emails)
}

/// A number and a text, one of which decides.
pub(super) fn sort_key(user: &User, field: &str) -> (i64, String) {
    let text = |value: Option<&str>| (0, value.unwrap_or_default().to_lowercase());
    match field {
        "email_address" => text(user.email()),
        "first_name" => text(user.first_name.as_deref()),
        "last_name" => text(user.last_name.as_deref()),
        "username" => text(user.username.as_deref()),
        "updated_at" => (user.updated_at, String::new()),
        "last_sign_in_at" => (user.last_sign_in_at.unwrap_or(0), String::new()),
        _ => (user.created_at, String::new()),
    }
}

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    emulator.read(|state| Ok(Json(json::user(state, state.user(&id)?))))
}

pub(super) async fn create(State(emulator): State<Emulator>, body: Fields) -> Result<Json<Value>> {
    let known = [
        "email_address",
        "first_name",
        "last_name",
        "username",
        "external_id",
        "public_metadata",
        "private_metadata",
        "unsafe_metadata",
    ];
    body.only(&[&known[..], &IGNORED].concat())?;
    let new = NewUser {
        id: None,
        short_name: None,
        email_addresses: body.texts("email_address")?,
        first_name: body.text("first_name")?,
        last_name: body.text("last_name")?,
        username: body.text("username")?,
        external_id: body.text("external_id")?,
        public_metadata: body.metadata("public_metadata")?.unwrap_or_default(),
        private_metadata: body.metadata("private_metadata")?.unwrap_or_default(),
        unsafe_metadata: body.metadata("unsafe_metadata")?.unwrap_or_default(),
        password_enabled: body.text("password")?.is_some(),
    };
    if new.email_addresses.is_empty() && new.username.is_none() {
        return Err(ApiError::missing("email_address"));
    }
    answer(&emulator, |emulator| emulator.create_user(new))
}

pub(super) async fn update(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["first_name", "last_name", "username", "external_id"])?;
    let changes = UserChanges {
        first_name: body.nullable_text("first_name")?,
        last_name: body.nullable_text("last_name")?,
        username: body.nullable_text("username")?,
        external_id: body.nullable_text("external_id")?,
    };
    answer(&emulator, |emulator| emulator.update_user(&id, changes))
}

pub(super) async fn delete(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    let user = emulator.delete_user(&id)?;
    Ok(Json(json::deleted_user(&user)))
}

pub(super) async fn ban(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    answer(&emulator, |emulator| emulator.ban_user(&id))
}

pub(super) async fn unban(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    answer(&emulator, |emulator| emulator.unban_user(&id))
}

fn answer(emulator: &Emulator, change: impl FnOnce(&Emulator) -> Result<User>) -> Result<Json<Value>> {
    let user = change(emulator)?;
    Ok(Json(emulator.read(|state| json::user(state, &user))))
}
