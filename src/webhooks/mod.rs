//! `POST /api/webhooks/clerk`: verify, once only, hand to `directory::sync`.

pub mod delivery;

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// Verifies the signatures of deliveries.
#[derive(Debug, Clone)]
pub struct Signatures;

impl Signatures {
    /// x
    pub fn new(_: &[secrecy::SecretString]) -> anyhow::Result<Self> {
        Ok(Self)
    }
}

/// The routes under `/api/webhooks`. They are public: the signature is the authentication.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
