//! `/organizations/{id}/memberships` and `/users/{id}/organization_memberships`.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{
    Fields, Params, Path,
    params::admits,
    people::{PeopleFilter, sort_key},
};
use crate::{
    Emulator, Membership, Result, json,
    state::{Bags, State as Clerk},
};

const FILTERS: [&str; 11] = [
    "user_id",
    "email_address",
    "username",
    "role",
    "query",
    "email_address_query",
    "username_query",
    "name_query",
    "created_at_before",
    "created_at_after",
    "order_by",
];

const SORTABLE: [&str; 5] = ["created_at", "email_address", "first_name", "last_name", "username"];

pub(super) async fn list(
    State(emulator): State<Emulator>,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&FILTERS)?;
    let window = params.window()?;
    let order = params.order(&SORTABLE, "-created_at")?;
    emulator.read(|state| {
        let mut found = filtered(state, &organization, &params)?;
        order.sort(&mut found, |membership, field| match state.user(&membership.user_id) {
            Ok(user) if field != "created_at" => sort_key(user, field),
            _ => (membership.created_at, String::new()),
        });
        let total = found.len();
        let page = window.cut(found);
        let data = page.into_iter().map(|m| json::membership(state, m)).collect();
        Ok(Json(json::page(data, total)))
    })
}

fn filtered<'a>(state: &'a Clerk, organization: &str, params: &Params) -> Result<Vec<&'a Membership>> {
    let organization = state.organization(organization)?;
    let roles = params.all("role")?;
    let people = PeopleFilter::read(params)?;
    let joined = params.between("created_at_after", "created_at_before")?;
    let fits = |membership: &&Membership| {
        membership.organization_id == organization.id
            && admits(&roles, &membership.role)
            && joined.contains(&membership.created_at)
            && state.user(&membership.user_id).is_ok_and(|user| people.fits(user))
    };
    Ok(state.memberships.iter().filter(fits).collect())
}

pub(super) async fn list_of_user(
    State(emulator): State<Emulator>,
    Path(user): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&[])?;
    let window = params.window()?;
    emulator.read(|state| {
        state.user(&user)?;
        let mut found: Vec<&Membership> = state.memberships_of(&user).collect();
        found.reverse();
        let total = found.len();
        let page = window.cut(found);
        let data = page.into_iter().map(|m| json::membership(state, m)).collect();
        Ok(Json(json::page(data, total)))
    })
}

pub(super) async fn create(
    State(emulator): State<Emulator>,
    Path(organization): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["user_id", "role", "public_metadata", "private_metadata"])?;
    let user = body.required_text("user_id")?;
    let role = body.required_text("role")?;
    let bags = Bags {
        public: body.metadata("public_metadata")?.unwrap_or_default(),
        private: body.metadata("private_metadata")?.unwrap_or_default(),
    };
    answer(&emulator, |state| state.add_member(&organization, &user, &role, bags))
}

pub(super) async fn update(
    State(emulator): State<Emulator>,
    Path((organization, user)): Path<(String, String)>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["role"])?;
    let role = body.required_text("role")?;
    answer(&emulator, |state| state.set_role(&organization, &user, &role))
}

pub(super) async fn merge_metadata(
    State(emulator): State<Emulator>,
    Path((organization, user)): Path<(String, String)>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["public_metadata", "private_metadata"])?;
    let (public, private) = (body.metadata("public_metadata")?, body.metadata("private_metadata")?);
    answer(&emulator, |state| state.set_membership_metadata(&organization, &user, public, private))
}

pub(super) async fn delete(
    State(emulator): State<Emulator>,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Json<Value>> {
    answer(&emulator, |state| state.remove_member(&organization, &user))
}

fn answer(emulator: &Emulator, change: impl FnOnce(&mut Clerk) -> Result<Membership>) -> Result<Json<Value>> {
    emulator.change(|state| {
        let membership = change(state)?;
        Ok(Json(json::membership(state, &membership)))
    })
}
