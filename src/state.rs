//! The long-lived parts of the program, built once.

use axum::extract::FromRef;

use crate::auth::Workspaces;
use crate::clerk::Verifier;
use crate::db::Db;
use crate::webhooks::Signatures;

/// What the routes are given. Cheap to clone.
#[derive(Debug, Clone, FromRef)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// Verifies session tokens.
    pub verifier: Verifier,
    /// Verifies webhook deliveries.
    pub signatures: Signatures,
    /// Whether personal workspaces are switched on.
    pub workspaces: Workspaces,
}
