//! `GET /api/organizations` and `GET /api/organization`: those the caller belongs to, and the active one.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{ApiRoutes, RequireMember, RequireUser};
use crate::db::Db;
use crate::directory::{membership, organization};
use crate::entitlements::{Entitlements, Numbers, usage};
use crate::error::{Error, Problem, Result};
use crate::guarded_routes;
use crate::http::query::NoQuery;
use crate::state::AppState;
use crate::tasks;

/// The routes of organizations, under `/api`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(list_organizations)).routes(guarded_routes!(get_organization))
}

/// An organization the caller belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganizationMembership {
    /// Clerk's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its slug.
    pub slug: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
    /// The caller's role in it.
    pub role: String,
    /// Whether it is the one the token names.
    pub active: bool,
}

/// The active organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organization {
    /// Clerk's id.
    pub id: String,
    /// Its name; null until Clerk's announcement has come.
    pub name: Option<String>,
    /// Its slug.
    pub slug: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// The plan's slug; null while none is known.
    pub plan: Option<String>,
    /// The most it may have; 0 means no limit.
    pub limits: Numbers,
    /// What it has; pending invitations count as members.
    pub usage: Numbers,
}

/// List my organizations.
///
/// Those the mirror has the caller as a member of, whichever is active.
#[utoipa::path(
    get, path = "/organizations", tag = "people",
    responses(
        (status = 200, description = "All of them", body = [OrganizationMembership]),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_organizations(
    RequireUser { user }: RequireUser,
    _: NoQuery,
    State(db): State<Db>,
) -> Result<Json<Vec<OrganizationMembership>>> {
    let active = user.organization.as_ref().map(|organization| organization.id.as_str());
    let mut found = membership::of_user(&db, &user.user_id).await?;
    found.sort_by(|(one, _), (other, _)| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    let organizations = found.into_iter().map(|(membership, organization)| OrganizationMembership {
        active: active == Some(organization.id.as_str()),
        id: organization.id,
        name: organization.name,
        slug: organization.slug,
        image_url: organization.image_url,
        role: membership.role,
    });
    Ok(Json(organizations.collect()))
}

/// Get the active organization.
///
/// With its plan, limits and usage.
#[utoipa::path(
    get, path = "/organization", tag = "people",
    responses(
        (status = 200, description = "The active one", body = Organization),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_organization(
    guard: RequireMember,
    _: NoQuery,
    State(entitlements): State<Entitlements>,
) -> Result<Json<Organization>> {
    let Some(active) = &guard.user.organization else {
        return Err(Error::Forbidden {
            code: "organization_required",
            detail: "A personal workspace has no organization.".into(),
            permission: None,
        });
    };
    let known = organization::own(&guard.db).await?;
    let entitled = entitlements.of(&guard.db, &guard.user).await?;
    let used = Numbers { members: usage::members(&guard.db).await?, tasks: tasks::count(&guard.db).await? };
    let at_clerk = known.as_ref().and_then(|known| known.max_allowed_memberships).unwrap_or_default();
    Ok(Json(Organization {
        id: active.id.clone(),
        name: known.as_ref().map(|known| known.name.clone()),
        slug: known.as_ref().and_then(|known| known.slug.clone()).or_else(|| active.slug.clone()),
        image_url: known.as_ref().and_then(|known| known.image_url.clone()),
        created_at: known.as_ref().and_then(|known| known.created_at),
        limits: match entitled.plan {
            Some(_) => Numbers::limits(&entitled),
            None => Numbers { members: u64::try_from(at_clerk).unwrap_or_default(), tasks: 0 },
        },
        plan: entitled.plan,
        usage: used,
    }))
}
