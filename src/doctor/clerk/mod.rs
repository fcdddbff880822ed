//! What is Clerk's: keys, clock, roles, deliveries.

pub(super) mod clock;
pub(super) mod deliveries;
pub(super) mod instance;
pub(super) mod keys;
pub(super) mod permissions;
pub(super) mod secret_key;
pub(super) mod webhook_secret;
