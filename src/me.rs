//! `/api/me`: the caller, as the token says and as the mirror knows them, and their names.

mod names;

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{ApiRoutes, AuthUser, RequireUser, Workspaces};
use crate::clerk::session::Scopes;
use crate::db::Db;
use crate::directory::user::{self, Profile};
use crate::entitlements::{Allowed, Entitlements};
use crate::error::{Error, Problem, Result};
use crate::guarded_routes;
use crate::http::query::NoQuery;
use crate::state::AppState;

/// The routes under `/api/me`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(get_me, names::update_me))
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// Clerk's id of the person.
    pub user_id: String,
    /// Clerk's id of the session.
    pub session_id: String,
    /// The active organization.
    pub org_id: Option<String>,
    /// Its slug.
    pub org_slug: Option<String>,
    /// The role in it, such as `org:admin`.
    pub org_role: Option<String>,
    /// The permissions in it, sorted.
    pub org_permissions: Vec<String>,
    /// The active plans of the organization, or of the person when none is active.
    pub plans: Vec<String>,
    /// The features of those plans.
    pub features: Vec<String>,
    /// Who is acting as this person, while somebody is.
    pub actor: Option<Actor>,
    /// Name, address and picture.
    pub profile: Profile,
    /// What the plan allows.
    pub entitlements: Allowed,
}

/// Who is acting as the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Actor {
    /// Clerk's id of the impersonator.
    pub user_id: String,
}

fn active<'a>(user: &AuthUser, scopes: &'a Scopes) -> &'a [String] {
    if user.organization.is_some() { &scopes.organization } else { &scopes.user }
}

/// Who am I?
///
/// Answers any valid token, with or without an active organization.
#[utoipa::path(
    get, path = "/", tag = "people",
    responses(
        (status = 200, description = "The caller", body = Me),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_me(RequireUser { user }: RequireUser, _: NoQuery, known: Known) -> Result<Json<Me>> {
    known.describe(&user).await
}

/// Where a caller is described from.
#[derive(Debug, Clone)]
pub struct Known {
    db: Db,
    workspaces: Workspaces,
    entitlements: Entitlements,
}

impl<S: Send + Sync> FromRequestParts<S> for Known
where
    Db: FromRef<S>,
    Workspaces: FromRef<S>,
    Entitlements: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self> {
        let (db, workspaces) = (Db::from_ref(state), Workspaces::from_ref(state));
        Ok(Self { db, workspaces, entitlements: Entitlements::from_ref(state) })
    }
}

impl Known {
    async fn describe(&self, user: &AuthUser) -> Result<Json<Me>> {
        let allowed = match user.tenant(self.workspaces.personal) {
            Ok(tenant) => Allowed::of(&self.entitlements.of(&self.db.tenant(tenant), user).await?, user),
            Err(_) => Allowed::nowhere(user),
        };
        describe(&self.db, user, allowed).await
    }
}

async fn describe(db: &Db, user: &AuthUser, allowed: Allowed) -> Result<Json<Me>> {
    let profile = user::find(db, &user.user_id).await?.as_ref().map(Profile::from).unwrap_or_default();
    let organization = user.organization.as_ref();
    Ok(Json(Me {
        user_id: user.user_id.clone(),
        session_id: user.session_id.clone(),
        org_id: organization.map(|organization| organization.id.clone()),
        org_slug: organization.and_then(|organization| organization.slug.clone()),
        org_role: organization.and_then(|organization| organization.role.clone()),
        org_permissions: organization.map(|organization| organization.permissions.clone()).unwrap_or_default(),
        plans: active(user, &user.plans).to_vec(),
        features: active(user, &user.features).to_vec(),
        actor: user.actor.as_ref().map(|actor| Actor { user_id: actor.id.clone() }),
        entitlements: allowed,
        profile,
    }))
}
