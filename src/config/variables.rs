//! Every variable the program reads: the source of `.env.example` and `docs/configuration.md`.
//!
//! Tests compare both files with this list, and the list with what is really read.

use DefaultValue::{Depends, Fixed, Nothing};

/// A variable of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The name in the environment.
    pub name: &'static str,
    /// What applies when it is unset.
    pub default: DefaultValue,
    /// What it means, in one line of Markdown.
    pub meaning: &'static str,
    /// Whether its value must never be shown.
    pub secret: bool,
}

/// What applies when a variable is unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// There is no value.
    Nothing,
    /// This value.
    Fixed(&'static str),
    /// A value that depends on something, described in Markdown.
    Depends(&'static str),
}

/// Every variable the program reads.
pub const VARIABLES: &[Variable] = &[
    open(
        "APP_ENV",
        Depends("`production` with `serve`, else `local`"),
        "`local`, `staging` or `production`; see [what the last two refuse](#what-staging-and-production-refuse)",
    ),
    open("HOST", Depends("`127.0.0.1` with `dev`, else `0.0.0.0`"), "IP address to listen on"),
    open("PORT", Fixed("8000"), "port to listen on; `0` takes any free one, in `local` only"),
    open("API_HOST", Nothing, "second name of `HOST`; if both are set, `HOST` wins"),
    open("API_PORT", Nothing, "second name of `PORT`; if both are set, `PORT` wins"),
    secret(
        "DATABASE_URL",
        Depends("`sqlite://tenantry.db?mode=rwc` in `local`; required elsewhere"),
        "`sqlite://path?mode=rwc` or `postgres://user:password@host/database`",
    ),
    secret(
        "DATABASE_DIRECT_URL",
        Depends("`DATABASE_URL`"),
        "the same database past any pooler, on which instances [hear of each other's changes](#several-instances)",
    ),
    secret(
        "MIGRATION_DATABASE_URL",
        Depends("`DATABASE_URL`"),
        "the same database as the role that owns the tables, for migrations",
    ),
    open(
        "DATABASE_MAX_CONNECTIONS",
        Fixed("20"),
        "connections for requests at most, 1 to 1000; on PostgreSQL a quarter as many beside them, at least 4",
    ),
    open("DATABASE_MIN_CONNECTIONS", Fixed("0"), "connections kept open when idle, 0 to `DATABASE_MAX_CONNECTIONS`"),
    open("DATABASE_ACQUIRE_TIMEOUT_SECONDS", Fixed("3"), "how long a request waits for a connection, 1 to 60"),
    open("DATABASE_STATEMENT_TIMEOUT_SECONDS", Fixed("5"), "how long one statement may run, 1 to 300"),
    open(
        "AUTO_MIGRATE",
        Depends("`true` with `dev`, else `false`"),
        "whether the server applies pending migrations when it starts",
    ),
    open("CLERK_PUBLISHABLE_KEY", Nothing, "`pk_…`; gives issuer and key address"),
    secret(
        "CLERK_SECRET_KEY",
        Nothing,
        "`sk_…`, for Clerk's Backend API; `serve` requires it in `staging` and `production`",
    ),
    open(
        "CLERK_ISSUER",
        Depends("`https://` and the host in `CLERK_PUBLISHABLE_KEY`"),
        "accepted `iss` of session tokens, a comma list",
    ),
    open(
        "CLERK_JWKS_URL",
        Depends("`/.well-known/jwks.json` at the host in `CLERK_PUBLISHABLE_KEY`, else at the first issuer"),
        "where the signing keys are fetched",
    ),
    secret(
        "CLERK_JWT_KEY",
        Nothing,
        "the signing key itself, a PEM public key on one line (`\\n`) or several; when set no key is fetched",
    ),
    open("CLERK_JWKS_STALE_SECONDS", Fixed("86400"), "how long fetched keys serve while Clerk is away, 300 to 604800"),
    open(
        "CLERK_PROXY_URL",
        Nothing,
        "where the dashboard reaches Clerk's Frontend API: a path of its own origin (`/__clerk` with the local Clerk), or an `https://` address; unless set at Clerk's own",
    ),
    open("CLERK_API_URL", Fixed("https://api.clerk.com"), "Clerk's Backend API, without `/v1`"),
    secret(
        "CLERK_WEBHOOK_SIGNING_SECRET",
        Nothing,
        "`whsec_…`, a comma list while rotating; unset, the webhook endpoint answers 503",
    ),
    secret(
        "CLERK_WEBHOOK_SECRET",
        Nothing,
        "second name of `CLERK_WEBHOOK_SIGNING_SECRET`; if both are set, the other wins",
    ),
    open(
        "CLERK_AUTHORIZED_PARTIES",
        Depends("`CORS_ORIGINS` with `FRONTEND_URL`"),
        "origins allowed in `azp`, a comma list; `PUBLIC_URL` is added, in `local` also the server's own addresses",
    ),
    open(
        "CLERK_AUTHORIZED_PARTIES_POLICY",
        Fixed("required"),
        "`required`: a token without `azp` is refused; `if_present`: only a foreign one is; `off`",
    ),
    open("CLERK_CLOCK_SKEW_SECONDS", Fixed("5"), "how far Clerk's clock and ours may differ, 0 to 60"),
    open(
        "CORS_ORIGINS",
        Depends("`http://localhost:3000,http://localhost:5173` in `local`; none elsewhere"),
        "origins whose pages may call, a comma list",
    ),
    open("FRONTEND_URL", Nothing, "one more origin for `CORS_ORIGINS`"),
    open(
        "PUBLIC_URL",
        Nothing,
        "where this server is reached, `scheme://host[:port]`; added to origins and authorized parties",
    ),
    open(
        "PERSONAL_WORKSPACES",
        Fixed("false"),
        "`true`: a person without an active organization works in a workspace of their own",
    ),
    open(
        "ORGANIZATION_HOLD_DAYS",
        Fixed("30"),
        "how long the data of a deleted organization or person is kept before it is purged, 0 to 3650",
    ),
    open(
        "PLANS_FILE",
        Depends("built in: [`plans.example.toml`](../plans.example.toml)"),
        "the TOML file that says what each plan allows; see [plans](#plans)",
    ),
    open(
        "PAST_DUE_GRACE_DAYS",
        Fixed("7"),
        "how long a plan stays in force while it is not paid for, 0 to 365; `0` is not at all",
    ),
    open(
        "TRASH_HOLD_DAYS",
        Fixed("30"),
        "how long a deleted task can be restored before it is purged, 0 to 3650; `0`: a deleted task is gone at once",
    ),
    open(
        "REVERIFICATION_LEVEL",
        Fixed("strict"),
        "how fresh a factor must be to remove or demote an admin: `off`, `lax` (a day), `moderate` (an hour), `strict` (ten minutes), `strict_mfa` (both factors)",
    ),
    secret(
        "SMTP_URL",
        Nothing,
        "the server that mail leaves through, `smtps://user:password@host` or `smtp://…?tls=required`; `file:folder` writes it into a folder, in `local` only; unset, [no mail is sent](#mail)",
    ),
    open("EMAIL_FROM", Nothing, "who sends mail, as `Tenantry <no-reply@example.com>`; required with `SMTP_URL`"),
    open(
        "RATE_LIMIT_READ",
        Depends("`100`; `0` in `local`"),
        "`GET` requests a second for each caller, burst twice that; `0` is no limit; see [limits](#limits)",
    ),
    open(
        "RATE_LIMIT_WRITE",
        Depends("`20`; `0` in `local`"),
        "`POST`, `PUT`, `PATCH` and `DELETE` requests a second for each caller, likewise",
    ),
    open(
        "RATE_LIMIT_SEARCH",
        Depends("`10`; `0` in `local`"),
        "`GET` requests with a `search` parameter a second for each caller, likewise",
    ),
    open(
        "RATE_LIMIT_WEBHOOK",
        Depends("`50`; `0` in `local`"),
        "webhook deliveries without a good signature a second for each address, likewise",
    ),
    open(
        "RATE_LIMIT_TENANT_FACTOR",
        Fixed("10"),
        "an organization as a whole may send so many times what one caller may, 0 to 1000; `0` is no limit",
    ),
    open(
        "MAX_EVENT_STREAMS",
        Fixed("10000"),
        "streams of `GET /api/events` open at once, 0 to 1000000; the next gets 503",
    ),
    open("MAX_CONCURRENT_REQUESTS", Fixed("512"), "requests in progress at once, 1 to 100000; the next gets 503"),
    open("MAX_CONNECTIONS", Fixed("20000"), "connections open at once, 1 to 1000000; the next gets 503 and is closed"),
    open(
        "STARTUP_TIMEOUT_SECONDS",
        Fixed("60"),
        "how long a starting server waits for the database, 0 to 3600; see [start and end](#start-and-end)",
    ),
    open(
        "SHUTDOWN_DELAY_SECONDS",
        Depends("`0` in `local`, else `5`"),
        "how long a server that was told to end still takes requests, so that load balancers learn of it from `/readyz`, 0 to 300",
    ),
    open(
        "TRUSTED_PROXIES",
        Nothing,
        "IP addresses and networks of the proxies whose `X-Forwarded-For` is believed, a comma list",
    ),
    open(
        "CLIENT_ADDRESS_HEADER",
        Nothing,
        "header in which those proxies name the client's address alone, such as `Fly-Client-IP`, instead of `X-Forwarded-For`",
    ),
    open(
        "LOG_LEVEL",
        Depends("`info`, with `DEBUG` `debug`"),
        "`off`, `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,tenantry=debug`",
    ),
    open(
        "RUST_LOG",
        Nothing,
        "`LOG_LEVEL` under the name Rust programs know, with any directive; if both are set, `RUST_LOG` wins",
    ),
    open("DEBUG", Fixed("false"), "`true` logs at `debug` unless a level is set; `production` refuses it"),
    open("LOG_FORMAT", Depends("`pretty` in `local`, else `json`"), "`pretty` or `json`"),
    open(
        "METRICS_ADDR",
        Nothing,
        "IP address and port on which Prometheus finds `/metrics`, such as `127.0.0.1:9464`; see [telemetry](#telemetry)",
    ),
    open(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        Nothing,
        "an OpenTelemetry collector's address for OTLP over HTTP, such as `http://127.0.0.1:4318`; traces and metrics are sent there",
    ),
    secret(
        "OTEL_EXPORTER_OTLP_HEADERS",
        Nothing,
        "headers for that collector, `name=value`, a comma list, the values percent-encoded",
    ),
    open("OTEL_SERVICE_NAME", Fixed("tenantry"), "as whom this program is known there"),
    open("OTEL_TRACES_SAMPLER_ARG", Depends("`1` in `local`, else `0.1`"), "which part of all traces is kept, 0 to 1"),
    secret("SENTRY_DSN", Nothing, "the DSN of a project at Sentry, to which errors and panics are reported"),
];

/// Those that say which Clerk instance is meant; any of them turns the local Clerk off.
const CLERK_IDENTITY: [&str; 6] =
    ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "CLERK_ISSUER", "CLERK_JWKS_URL", "CLERK_JWT_KEY", "CLERK_API_URL"];

/// Looks a variable up by its name.
pub(super) fn variable(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|known| known.name == name)
}

/// Whether one of the variables that say which Clerk is meant has a value.
pub(super) fn names_a_clerk(get: impl Fn(&str) -> Option<String>) -> bool {
    CLERK_IDENTITY.iter().any(|name| get(name).is_some_and(|value| !value.trim().is_empty()))
}

const fn open(name: &'static str, default: DefaultValue, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, secret: false }
}

const fn secret(name: &'static str, default: DefaultValue, meaning: &'static str) -> Variable {
    Variable { name, default, meaning, secret: true }
}
