//! `/organizations`, one of them by id or slug, and their metadata.

use axum::{Json, extract::State};
use serde_json::Value;

use super::{
    Fields, Params, Path,
    params::{admits, matches},
};
use crate::{Emulator, NewOrganization, Organization, OrganizationChanges, Result, json, state::State as Clerk};

/// Which counts an answer carries.
#[derive(Clone, Copy)]
struct Counts {
    members: bool,
    missing_manager: bool,
}

impl Counts {
    fn wanted(params: &Params) -> Result<Self> {
        Ok(Self {
            members: params.flag("include_members_count")?,
            missing_manager: params.flag("include_missing_member_with_elevated_permissions")?,
        })
    }

    fn object(self, state: &Clerk, organization: &Organization) -> Value {
        let mut object = match self.members {
            true => json::organization_counted(state, organization),
            false => json::organization(state, organization),
        };
        if self.missing_manager {
            let missing = !state.has_manager(&organization.id);
            object["missing_member_with_elevated_permissions"] = Value::Bool(missing);
        }
        object
    }
}

const COUNTS: [&str; 2] = ["include_members_count", "include_missing_member_with_elevated_permissions"];

pub(super) async fn list(State(emulator): State<Emulator>, params: Params) -> Result<Json<Value>> {
    params.only(&[&COUNTS[..], &["query", "user_id", "organization_id", "order_by"]].concat())?;
    let window = params.window()?;
    let counts = Counts::wanted(&params)?;
    let order = params.order(&["created_at", "name", "members_count"], "-created_at")?;
    let query = params.one("query").unwrap_or_default();
    let ids = params.all("organization_id")?;
    let users = params.all("user_id")?;
    emulator.read(|state| {
        let joined = |organization: &Organization| {
            let is_member = |user: &&str| state.membership(&organization.id, user).is_some();
            users.is_empty() || users.iter().any(is_member)
        };
        let fits = |o: &&Organization| admits(&ids, &o.id) && joined(o) && matches(query, [&*o.id, &*o.name, &*o.slug]);
        let mut found: Vec<&Organization> = state.organizations.iter().filter(fits).collect();
        order.sort(&mut found, |organization, field| match field {
            "name" => (0, organization.name.to_lowercase()),
            "members_count" => (state.members_count(&organization.id) as i64, String::new()),
            _ => (organization.created_at, String::new()),
        });
        let total = found.len();
        let page = window.cut(found);
        let data = page.into_iter().map(|o| counts.object(state, o)).collect();
        Ok(Json(json::page(data, total)))
    })
}

pub(super) async fn get(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Value>> {
    params.only(&COUNTS)?;
    let counts = Counts::wanted(&params)?;
    emulator.read(|state| Ok(Json(counts.object(state, state.organization(&id)?))))
}

pub(super) async fn create(State(emulator): State<Emulator>, body: Fields) -> Result<Json<Value>> {
    body.only(&["name", "slug", "created_by", "max_allowed_memberships", "public_metadata", "private_metadata"])?;
    let new = NewOrganization {
        name: body.required_text("name")?,
        slug: body.text("slug")?,
        created_by: body.text("created_by")?,
        max_allowed_memberships: body.count("max_allowed_memberships")?,
        public_metadata: body.metadata("public_metadata")?.unwrap_or_default(),
        private_metadata: body.metadata("private_metadata")?.unwrap_or_default(),
        ..NewOrganization::default()
    };
    answer(&emulator, |state| state.create_organization(new))
}

pub(super) async fn update(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    body.only(&["name", "slug", "max_allowed_memberships", "admin_delete_enabled"])?;
    let changes = OrganizationChanges {
        name: body.text("name")?,
        slug: body.text("slug")?,
        max_allowed_memberships: body.count("max_allowed_memberships")?,
        admin_delete_enabled: body.flag("admin_delete_enabled")?,
    };
    answer(&emulator, |state| state.update_organization(&id, changes))
}

pub(super) async fn merge_metadata(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    set_metadata(&emulator, &id, &body, true)
}

pub(super) async fn replace_metadata(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Fields,
) -> Result<Json<Value>> {
    set_metadata(&emulator, &id, &body, false)
}

fn set_metadata(emulator: &Emulator, id: &str, body: &Fields, merge: bool) -> Result<Json<Value>> {
    body.only(&["public_metadata", "private_metadata"])?;
    let public = body.metadata("public_metadata")?;
    let private = body.metadata("private_metadata")?;
    answer(emulator, |state| state.set_organization_metadata(id, public, private, merge))
}

pub(super) async fn delete(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    let organization = emulator.delete_organization(&id)?;
    Ok(Json(json::deleted_organization(&organization)))
}

fn answer(emulator: &Emulator, change: impl FnOnce(&mut Clerk) -> Result<Organization>) -> Result<Json<Value>> {
    emulator.change(|state| {
        let organization = change(state)?;
        Ok(Json(json::organization(state, &organization)))
    })
}
