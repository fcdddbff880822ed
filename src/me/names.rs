//! `PATCH /api/me`: the caller's names, which Clerk keeps.

use anyhow::Context;
use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use sea_orm::{DbErr, EntityTrait};
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use utoipa::ToSchema;

use super::{Known, Me};
use crate::audit::{Action, Entry, Origin, Target};
use crate::auth::{AuthUser, RequireUser, Revocations};
use crate::clerk::Api;
use crate::clerk::api::{Answered, Names};
use crate::clerk::event;
use crate::db::Db;
use crate::db::trouble::sql_state;
use crate::directory::sync;
use crate::directory::user::{self, Profile};
use crate::error::{Error, Problem, Result};
use crate::http::check::Checks;
use crate::http::extract::{self, present};
use crate::http::query::NoQuery;
use crate::limits::Limiter;

/// The longest name, in characters.
const NAME: usize = 255;

/// What can be changed of the caller. Absent stays as it is, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MyChanges {
    /// First name.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"\S", example = "Ines")]
    first_name: Option<Option<String>>,
    /// Last name.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"\S", example = "Okafor")]
    last_name: Option<Option<String>>,
}

impl MyChanges {
    fn names(self) -> Result<Names> {
        let mut checks = Checks::default();
        let mut name = |pointer: &str, sent: Option<Option<String>>| {
            sent.map(|name| name.map(|name| checks.line(pointer, &name, NAME)))
        };
        let names = Names { first: name("/first_name", self.first_name), last: name("/last_name", self.last_name) };
        checks.accept(names)
    }
}

/// Change one's own names.
///
/// They are changed at Clerk, and show here at once. Needs no organization.
#[utoipa::path(
    patch, path = "/", tag = "people", request_body = MyChanges,
    responses(
        (status = 200, description = "The caller as they are now", body = Me),
        (status = 422, description = "A name that is not accepted", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`clerk_unavailable`: Clerk did not answer, and whether the names were changed shows when its webhook comes", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn update_me(
    RequireUser { user }: RequireUser,
    _: NoQuery,
    known: Known,
    means: Means,
    extract::Json(sent): extract::Json<MyChanges>,
) -> Result<Json<Me>> {
    let names = sent.names()?;
    if names == Names::default() {
        return known.describe(&user).await;
    }
    let renaming = user.clone();
    let work = async move { means.rename(&renaming, &names).await };
    // A caller who hangs up must not keep Clerk's answer from the mirror.
    let renamed = tokio::spawn(work.in_current_span()).await.context("changing names")??;
    let Json(mut me) = known.describe(&user).await?;
    me.profile = Profile::from(&renamed.object.person);
    Ok(Json(me))
}

/// What a person is called, as the audit log tells it.
#[derive(Debug, PartialEq, Serialize)]
struct Named {
    first_name: Option<String>,
    last_name: Option<String>,
}

impl From<&user::Model> for Named {
    fn from(row: &user::Model) -> Self {
        Self { first_name: row.first_name.clone(), last_name: row.last_name.clone() }
    }
}

/// What it takes to change a name at Clerk within one request.
#[derive(Debug)]
pub struct Means {
    db: Db,
    clerk: Api,
    revocations: Revocations,
    origin: Origin,
}

impl<S: Send + Sync> FromRequestParts<S> for Means
where
    Db: FromRef<S>,
    Api: FromRef<S>,
    Revocations: FromRef<S>,
    Limiter: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let origin = Origin::from_request_parts(parts, state).await?;
        let (db, clerk) = (Db::from_ref(state), Api::from_ref(state).for_request());
        Ok(Self { db, clerk, revocations: Revocations::from_ref(state), origin })
    }
}

impl Means {
    /// Clerk first, then our copy; when that cannot be written, the webhook brings the same news.
    async fn rename(&self, user: &AuthUser, names: &Names) -> Result<Answered<event::User>> {
        let gone = Error::NotFound { code: "user_not_found", detail: "Clerk knows you no more." };
        // Before Clerk is asked, since its webhook may overtake its answer.
        let before = self.mirrored(user).await?;
        let renamed = self.clerk.rename_user(&user.user_id, names).await;
        let renamed = renamed.map_err(|refusal| refusal.into_error(gone))?;
        if let Err(error) = self.store(user, before, &renamed).await {
            let code = sql_state(&error).unwrap_or_default();
            tracing::warn!(%code, "the mirror could not take Clerk's answer; it waits for the webhook");
        }
        Ok(renamed)
    }

    #[expect(clippy::disallowed_methods, reason = "a person belongs to no tenant")]
    async fn mirrored(&self, user: &AuthUser) -> Result<Option<Named>, DbErr> {
        let row = user::Entity::find_by_id(user.user_id.as_str()).one(&self.db.system().reader()).await?;
        Ok(row.as_ref().map(Named::from))
    }

    /// It is recorded in the log of the organization that the caller was active in; of who was in none, in their own.
    #[expect(
        clippy::disallowed_methods,
        reason = "a person belongs to no tenant, and the mirror is written past the wall"
    )]
    async fn store(
        &self,
        user: &AuthUser,
        before: Option<Named>,
        renamed: &Answered<event::User>,
    ) -> Result<(), DbErr> {
        let rows = sync::answered_user(renamed);
        let tx = self.db.system().begin().await?;
        let after = rows.user.as_ref().map(Named::from);
        let changes = sync::keep(&tx, rows).await?;
        if before != after {
            let target = Target::new("user", &user.user_id);
            let entry = Entry::new(&self.origin, Action::ProfileUpdated, target).changed(&before, &after);
            let tenant = user.organization.as_ref().map_or(&user.user_id, |organization| &organization.id);
            tx.record(tenant, entry).await?;
        }
        sync::commit(tx, changes, &self.revocations).await
    }
}
