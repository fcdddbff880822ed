//! `/api/members/{user_id}`: one member, their role and their removal.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{Change, Means};
use super::routes::{Member, role_key};
use super::target::{NOT_FOUND, Target, find, versioned};
use crate::auth::RequireMember;
use crate::directory::managing::RequireManageMembers;
use crate::error::{Problem, Result};
use crate::http::check::Checks;
use crate::http::etag::{IfMatch, IfNoneMatch, Versioned};
use crate::http::extract::{Json, Path};
use crate::http::query::NoQuery;

/// The longest role, in characters.
pub(super) const ROLE: usize = 100;

/// The id in the path.
#[derive(Debug, Deserialize)]
pub struct MemberPath {
    user_id: String,
}

/// What can be changed of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChanges {
    /// The new role, with or without `org:`.
    #[schema(min_length = 1, max_length = 100, example = "org:member")]
    role: String,
}

impl MemberChanges {
    fn role(&self) -> Result<String> {
        let mut checks = Checks::default();
        let key = checks.line("/role", self.role.trim().trim_start_matches("org:"), ROLE);
        checks.accept(role_key(&key))
    }
}

/// Get one member.
///
/// As the mirror has them: a change at Clerk shows when its webhook has come.
#[utoipa::path(
    get, path = "/{user_id}", tag = "people",
    params(
        ("user_id" = String, Path, description = "Clerk's id of the person"),
        ("If-None-Match" = Option<String>, Header, description = "304 when the member still has this ETag"),
    ),
    responses(
        (status = 200, description = "The member", body = Member, headers(("ETag" = String, description = "Their version"))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_member(
    guard: RequireMember,
    _: NoQuery,
    known: IfNoneMatch,
    Path(MemberPath { user_id }): Path<MemberPath>,
) -> Result<Response> {
    let member = find(&guard.db, &user_id).await?.ok_or(NOT_FOUND)?;
    Ok(versioned(member)?.unless(&known))
}

/// Change a member's role.
///
/// It is changed at Clerk, and shows here at once. Only an admin, or who may manage memberships at Clerk itself, makes
/// somebody an admin or takes that role away. To take it away, the caller must have verified a factor a short while ago, else 403
/// `reverification_required` with Clerk's hint in `clerk_error`. The last admin cannot be demoted.
#[utoipa::path(
    patch, path = "/{user_id}", tag = "people", request_body = MemberChanges,
    params(
        ("user_id" = String, Path, description = "Clerk's id of the person"),
        ("If-Match" = Option<String>, Header, description = "The ETag the member must have, looked at before Clerk is asked"),
    ),
    responses(
        (status = 200, description = "The member as they are now", body = Member, headers(("ETag" = String, description = "Their version"))),
        (status = 403, description = "`permission_missing`; `admin_required`; or `reverification_required`, with `clerk_error` for Clerk's `useReverification`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`member_not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`last_admin`, or `managed_by_directory`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Clerk knows no such role", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`clerk_unavailable`: Clerk did not answer, and whether the role was changed shows when its webhook comes", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn update_member(
    guard: RequireManageMembers,
    means: Means,
    _: NoQuery,
    if_match: IfMatch,
    Path(MemberPath { user_id }): Path<MemberPath>,
    Json(sent): Json<MemberChanges>,
) -> Result<Versioned<Member>> {
    let change = Change::Role(sent.role()?);
    let target = Target::of(&guard, &user_id).await?;
    target.release(&change, &means, &if_match).await?;
    let done = means.make(target.whose(), change).await?;
    let stored = if done.mirrored { find(&guard.db, &user_id).await.unwrap_or_default() } else { None };
    versioned(stored.or(done.answer.as_ref().map(|answer| Member::from(&answer.membership))).ok_or(NOT_FOUND)?)
}

/// Remove a member.
///
/// They are removed at Clerk, which ends their access here with the next request; tasks they were given are given to nobody.
/// An admin is removed by an admin, or by who may manage memberships at Clerk itself; the caller must then have verified a factor
/// a short while ago, else 403 `reverification_required` with Clerk's hint in `clerk_error`. The last admin cannot be removed.
#[utoipa::path(
    delete, path = "/{user_id}", tag = "people",
    params(
        ("user_id" = String, Path, description = "Clerk's id of the person"),
        ("If-Match" = Option<String>, Header, description = "The ETag the member must have, looked at before Clerk is asked"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "`permission_missing`; `admin_required`; or `reverification_required`, with `clerk_error` for Clerk's `useReverification`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`member_not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`last_admin`, `managed_by_directory`, or `only_organization`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`clerk_unavailable`: Clerk did not answer, and whether they were removed shows when its webhook comes", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_member(
    guard: RequireManageMembers,
    means: Means,
    _: NoQuery,
    if_match: IfMatch,
    Path(MemberPath { user_id }): Path<MemberPath>,
) -> Result<StatusCode> {
    let target = Target::of(&guard, &user_id).await?;
    target.release(&Change::Removal, &means, &if_match).await?;
    means.make(target.whose(), Change::Removal).await?;
    Ok(StatusCode::NO_CONTENT)
}
