//! `/users`.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    Fields, Params, Path,
    params::{Order, admits, admits_one_of},
    people::{PeopleFilter, sort_key},
};
use crate::{ApiError, Emulator, NewUser, Result, User, UserChanges, json, state::State as Clerk};

const FILTERS: [&str; 12] = [
    "user_id",
    "email_address",
    "username",
    "external_id",
    "organization_id",
    "query",
    "email_address_query",
    "username_query",
    "name_query",
    "banned",
    "created_at_before",
    "created_at_after",
];

const SORTABLE: [&str; 7] =
    ["created_at", "updated_at", "last_sign_in_at", "email_address", "first_name", "last_name", "username"];

/// Fields of a new user that are taken in but mean nothing here.
const IGNORED: [&str; 4] = ["password", "skip_password_checks", "skip_password_requirement", "skip_legal_checks"];

pub(super) async fn list(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&[&FILTERS[..], &["order_by", "starting_after"]].concat())?;
    let window = params.window()?;
    let order = params.order(&SORTABLE, "-created_at")?;
    emulator.read(|state| {
        let mut users = filtered(state, &params)?;
        order.sort(&mut users, |user, field| sort_key(user, field));
        let page = window.cut(after(users, &params, &order)?);
        Ok(Json(page.into_iter().map(|user| json::user(state, user)).collect()))
    })
}

pub(super) async fn count(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&FILTERS)?;
    let total = emulator.read(|state| Ok::<_, ApiError>(filtered(state, &params)?.len()))?;
    Ok(Json(json!({ "object": "total_count", "total_count": total })))
}

fn filtered<'a>(state: &'a Clerk, params: &Params) -> Result<Vec<&'a User>> {
    let people = PeopleFilter::read(params)?;
    let organizations = params.all("organization_id")?;
    let external_ids = params.all("external_id")?;
    let banned = params.one("banned").map(|_| params.flag("banned")).transpose()?;
    let created = params.between("created_at_after", "created_at_before")?;
    let belongs = |user: &User| {
        let mut own = state.memberships_of(&user.id);
        organizations.is_empty() || own.any(|m| admits(&organizations, &m.organization_id))
    };
    let fits = |user: &&User| {
        people.fits(user)
            && belongs(user)
            && admits_one_of(&external_ids, user.external_id.as_deref())
            && banned.is_none_or(|banned| banned == user.banned)
            && created.contains(&user.created_at)
    };
    Ok(state.users.iter().filter(fits).collect())
}

/// What comes after the named user, if one is named: a cursor for lists in order of creation.
fn after<'a>(users: Vec<&'a User>, params: &Params, order: &Order) -> Result<Vec<&'a User>> {
    let Some(id) = params.one("starting_after") else {
        return Ok(users);
    };
    if order.field != "created_at" {
        return Err(ApiError::value("starting_after", "needs a list ordered by created_at"));
    }
    let place = users.iter().position(|user| user.id == id);
    let place = place.ok_or_else(|| ApiError::value("starting_after", "names no user of this list"))?;
    Ok(users.into_iter().skip(place + 1).collect())
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
        password: body.text("password")?,
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
