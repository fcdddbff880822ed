//! Everything that knows Clerk's formats; replace this folder to replace Clerk.
//!
//! A request's session token goes through here from text to [`Session`]: [`bearer`] finds it,
//! [`token`] opens it, [`jwks`] or a PEM supplies the [`signing_key`], [`claims`] judges it, and
//! [`Verifier`] ties these together and remembers the result. What a session may do on a route
//! is decided by the guards in `auth`, not here. [`event`] reads what Clerk's webhooks carry, and [`Api`] asks Clerk to
//! change something.

pub mod api;
pub mod bearer;
pub mod claims;
pub mod clock;
pub mod event;
pub mod jwks;
pub mod permissions;
pub mod publishable_key;
pub mod reject;
pub mod reverification;
pub mod session;
pub mod signing_key;
pub mod strict_json;
pub mod token;
pub mod verifier;

pub use api::Api;
pub use bearer::bearer;
pub use claims::PartyPolicy;
pub use clock::Clock;
pub use publishable_key::publishable_key_host;
pub use reject::Reject;
pub use session::{Actor, Organization, Session};
pub use verifier::{KeySource, Verifier, VerifierConfig};
