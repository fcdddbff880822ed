//! The emulator as its users meet it: through the library and over real HTTP.

#![expect(clippy::unwrap_used, reason = "a failure stops the one test it belongs to")]

mod backend_api;
mod backend_organizations;
mod billing;
mod billing_shapes;
mod browser;
mod described;
mod faults;
mod frontend;
mod local;
mod support;
mod switches;
mod tokens;
mod webhook_faults;
mod webhooks;
