//! `/api/me/preferences`: what the caller wants to be told, whichever organization is active.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::preferences::{self, MailPreferences, MailPreferencesChanges};
use crate::audit::Origin;
use crate::auth::{ApiRoutes, RequireUser};
use crate::db::Db;
use crate::error::{Problem, Result};
use crate::guarded_routes;
use crate::http::extract;
use crate::http::query::NoQuery;
use crate::state::AppState;

/// The routes under `/api/me/preferences`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(get_preferences, update_preferences))
}

/// What the caller wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preferences {
    /// By mail.
    pub mail: MailPreferences,
}

/// A change of preferences: what is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferencesChanges {
    /// By mail.
    #[serde(default)]
    mail: MailPreferencesChanges,
}

/// Get one's preferences.
///
/// They are the person's own, whichever organization is active.
#[utoipa::path(
    get, path = "/", tag = "people",
    responses(
        (status = 200, description = "What the caller wants to be told", body = Preferences),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_preferences(guard: RequireUser, _: NoQuery, State(db): State<Db>) -> Result<Json<Preferences>> {
    Ok(Json(Preferences { mail: preferences::read(&db, &guard.user.user_id).await? }))
}

/// Change one's preferences.
///
/// Only what is sent is changed. Every mail has a link that does the same for mail of its kind.
#[utoipa::path(
    patch, path = "/", tag = "people", request_body = PreferencesChanges,
    responses(
        (status = 200, description = "What the caller wants to be told now", body = Preferences),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn update_preferences(
    guard: RequireUser,
    origin: Origin,
    _: NoQuery,
    State(db): State<Db>,
    extract::Json(sent): extract::Json<PreferencesChanges>,
) -> Result<Json<Preferences>> {
    Ok(Json(Preferences { mail: preferences::change(&db, &guard.user.user_id, &origin, sent.mail).await? }))
}
