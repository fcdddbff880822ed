//! `/api/invitations/{id}`: one invitation, and taking it back.

use anyhow::Context;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use tracing::Instrument;

use super::NOT_FOUND;
use super::store::{store, warn};
use super::wire::Invitation;
use crate::audit::Action;
use crate::db::TenantDb;
use crate::directory::invitation::{Column, Entity};
use crate::directory::managing::RequireManageMembers;
use crate::error::{Error, Problem, Result};
use crate::http::etag::{IfMatch, IfNoneMatch, etag};
use crate::http::extract::Path;
use crate::http::query::NoQuery;
use crate::members::change::Means;
use crate::members::target::versioned;

/// The id in the path.
#[derive(Debug, Deserialize)]
pub struct InvitationPath {
    id: String,
}

/// Get one invitation.
///
/// As the mirror has it: a change at Clerk shows when its webhook has come.
#[utoipa::path(
    get, path = "/{id}", tag = "people",
    params(
        ("id" = String, Path, description = "Clerk's id of the invitation"),
        ("If-None-Match" = Option<String>, Header, description = "304 when the invitation still has this ETag"),
    ),
    responses(
        (status = 200, description = "The invitation", body = Invitation, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_invitation(
    guard: RequireManageMembers,
    _: NoQuery,
    known: IfNoneMatch,
    Path(InvitationPath { id }): Path<InvitationPath>,
) -> Result<Response> {
    let invitation = find(&guard.db, &id).await?.ok_or(NOT_FOUND)?;
    Ok(versioned(invitation)?.unless(&known))
}

/// Take an invitation back.
///
/// It is revoked at Clerk, so that its link leads nowhere any more. Only one that waits for its answer can be.
#[utoipa::path(
    delete, path = "/{id}", tag = "people",
    params(
        ("id" = String, Path, description = "Clerk's id of the invitation"),
        ("If-Match" = Option<String>, Header, description = "The ETag the invitation must have, looked at before Clerk is asked"),
    ),
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "`invitation_not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`invitation_not_pending`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Changed meanwhile; `ETag` has the current version", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`clerk_unavailable`: Clerk did not answer, and whether it was taken back shows when its webhook comes", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_invitation(
    guard: RequireManageMembers,
    means: Means,
    _: NoQuery,
    if_match: IfMatch,
    Path(InvitationPath { id }): Path<InvitationPath>,
) -> Result<StatusCode> {
    demand_version(&guard.db, &id, &if_match).await?;
    let organization = guard.db.tenant().as_str().to_owned();
    let work = async move {
        let revoked = means.clerk.revoke_invitation(&organization, &id).await;
        let revoked = revoked.map_err(|refusal| refusal.into_error(NOT_FOUND))?;
        warn(store(&means, &[revoked], Action::InvitationRevoked, None).await);
        Ok(StatusCode::NO_CONTENT)
    };
    // A caller who hangs up must not keep Clerk's answer from the mirror.
    tokio::spawn(work.in_current_span()).await.context("revoking an invitation")?
}

/// An invitation as the mirror has it now.
async fn find(db: &TenantDb, id: &str) -> Result<Option<Invitation>> {
    // PostgreSQL cannot be asked for U+0000.
    if id.contains('\0') {
        return Ok(None);
    }
    let row = db.one(Entity::find().filter(Column::Id.eq(id))).await?;
    Ok(row.map(|row| Invitation::at(row, Utc::now())))
}

async fn demand_version(db: &TenantDb, id: &str, if_match: &IfMatch) -> Result<()> {
    if *if_match == IfMatch::Any {
        return Ok(());
    }
    let current = versioned(find(db, id).await?.ok_or(NOT_FOUND)?)?.version;
    if if_match.allows(current) { Ok(()) } else { Err(Error::PreconditionFailed { etag: etag(current) }) }
}
