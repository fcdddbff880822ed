//! The checks, by step. A new one is a file with `look`, and a line here.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::around::{mail, origins, plans, public_address};
use super::clerk::{clock, deliveries, instance, keys, permissions, secret_key, webhook_secret};
use super::database::{
    clock as database_clock, connections, mirror, notifications, owner, reached, role, room, schema, walls,
};
use super::{Case, Looked};

/// One thing to look at.
pub(super) struct Check {
    /// How it is called.
    pub(super) name: &'static str,
    /// Its step in `docs/going-live.md`; none where it belongs to none of them.
    pub(super) step: Option<u8>,
    /// Variables without which nothing can be looked at.
    pub(super) needs: &'static [&'static str],
    pub(super) look: for<'a> fn(&'a Case) -> BoxFuture<'a, Looked>,
}

const DATABASE: &[&str] = &["DATABASE_URL"];
const DIRECT: &[&str] = &["DATABASE_URL", "DATABASE_DIRECT_URL"];
const OWNER: &[&str] = &["DATABASE_URL", "MIGRATION_DATABASE_URL"];
const KEYS: &[&str] = &["CLERK_PUBLISHABLE_KEY", "CLERK_ISSUER", "CLERK_JWKS_URL", "CLERK_JWT_KEY"];
const BACKEND: &[&str] = &["CLERK_SECRET_KEY", "CLERK_API_URL"];
const INSTANCE: &[&str] =
    &["CLERK_PUBLISHABLE_KEY", "CLERK_ISSUER", "CLERK_JWKS_URL", "CLERK_JWT_KEY", "CLERK_SECRET_KEY", "CLERK_API_URL"];
const WEBHOOK: &[&str] = &["CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"];
const ORIGINS: &[&str] =
    &["CORS_ORIGINS", "FRONTEND_URL", "PUBLIC_URL", "CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORIZED_PARTIES_POLICY"];

macro_rules! check {
    ($name:literal, $step:expr, $needs:expr, $file:ident) => {
        Check { name: $name, step: $step, needs: $needs, look: |case| $file::look(case).boxed() }
    };
}

/// Every check but that of the settings.
pub(super) const CHECKS: &[Check] = &[
    check!("keys", Some(1), KEYS, keys),
    check!("secret-key", Some(1), BACKEND, secret_key),
    check!("instance", Some(1), INSTANCE, instance),
    check!("clerk-clock", Some(1), BACKEND, clock),
    check!("permissions", Some(2), BACKEND, permissions),
    check!("plans", Some(2), &["PLANS_FILE"], plans),
    check!("webhook-secret", Some(3), WEBHOOK, webhook_secret),
    check!("database", Some(4), DATABASE, reached),
    check!("schema", Some(4), DATABASE, schema),
    check!("role", Some(4), DATABASE, role),
    check!("walls", Some(4), DATABASE, walls),
    check!("owner", Some(4), OWNER, owner),
    check!("notifications", Some(4), DIRECT, notifications),
    check!("connections", Some(4), DATABASE, connections),
    check!("database-clock", Some(4), DATABASE, database_clock),
    check!("room", Some(4), DATABASE, room),
    check!("origins", Some(5), ORIGINS, origins),
    check!("public-address", Some(5), &["PUBLIC_URL"], public_address),
    check!("deliveries", Some(5), DATABASE, deliveries),
    check!("mirror", Some(5), DATABASE, mirror),
    check!("mail", None, &["SMTP_URL", "EMAIL_FROM"], mail),
    // Where metrics, traces and errors are sent: METRICS_ADDR, OTEL_EXPORTER_OTLP_ENDPOINT and SENTRY_DSN, a check each, of no step.
];

/// The names of all checks, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(super::settings::NAME).chain(CHECKS.iter().map(|check| check.name))
}
