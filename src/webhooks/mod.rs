//! `POST /api/webhooks/clerk`: verify, once only, hand to `directory::sync`.
//!
//! The signature is the authentication. A delivery and its effect are one transaction; what failed is recorded in another, and
//! the sender's retry applies it.

mod concerned;
pub mod delivery;
pub mod forget;
mod receive;
mod record;
pub mod redact;
pub mod replay;
mod routes;
mod signatures;
pub mod stored;
mod sweep;

use utoipa_axum::routes;

pub use routes::Received;
pub use signatures::{BadSecret, Message, Signatures};
pub use sweep::{KEPT, sweep};

use crate::auth::PublicRoutes;
use crate::state::AppState;

/// The routes under `/api/webhooks`. They are public.
pub fn router() -> PublicRoutes<AppState> {
    PublicRoutes::new().because("The signature is the authentication.", routes!(routes::receive_clerk_webhook))
}
