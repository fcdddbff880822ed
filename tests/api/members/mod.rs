//! Members changed through the API: at Clerk first, in the mirror at once, and alike whatever its webhooks do.

pub mod backend;
mod outages;
mod powers;
mod race;
mod recorded;
mod removal;
mod reverification;
mod roles;

use self::backend::Backend;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tenantry::directory::membership;

use crate::support::{Setup, TestApp};

/// The same service with another Backend API.
pub fn asking(app: &TestApp, backend: &Backend) -> TestApp {
    app.over(app.db.clone(), &Setup { backend_api: Some(backend.config.clone()), ..Setup::default() })
}

/// Where a member is found.
fn path(user: &str) -> String {
    format!("/api/members/{user}")
}

/// What the mirror holds of somebody in an organization, deleted or not.
async fn stored(app: &TestApp, organization: &str, user: &str) -> Vec<membership::Model> {
    membership::Entity::find()
        .filter(membership::Column::TenantId.eq(organization))
        .filter(membership::Column::UserId.eq(user))
        .all(&app.db.system())
        .await
        .unwrap()
}

/// Somebody's role at Clerk; none when they are no member there.
fn role_at_clerk(app: &TestApp, organization: &str, user: &str) -> Option<String> {
    app.clerk.membership(organization, user).ok().map(|membership| membership.role)
}
