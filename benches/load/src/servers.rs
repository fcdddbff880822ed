//! How the servers are started: the program as in production, and the handlers it is held against.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::Ground;
use crate::clerk::ORIGIN;
use crate::process::Server;

/// The login of the servers that keep tenants apart: as in production it owns nothing and inherits nothing.
pub const LOGIN: &str = "tenantry_load";

/// The program.
pub const OURS: &str = "tenantry";
/// Verifies each token, and passes by row-level security.
pub const BARE: &str = "bare";
/// Remembers tokens, and keeps tenants apart.
pub const WALLED: &str = "walled";

/// More than anybody sends, so that callers are counted and never refused.
const RATE: &str = "100000";

/// The program, on a database.
pub async fn ours(ground: &Ground, database: &str, port: u16) -> Result<Server> {
    let clerk = &ground.clerk.emulator;
    let address = address(port);
    let mut command = ground.cores.serving(&ground.arguments.program);
    command.arg("serve").env_clear().envs(around());
    let connections = ground.arguments.database_connections.to_string();
    command.envs([
        // `production` wants a Clerk that is reached by https; what else it means is said here.
        ("APP_ENV", "local"),
        ("LOG_FORMAT", "json"),
        ("LOG_LEVEL", "info"),
        ("HOST", "127.0.0.1"),
        ("PORT", &port.to_string()),
        ("METRICS_ADDR", &format!("127.0.0.1:{}", port + 50)),
        ("DATABASE_URL", &ground.database.url(database, Some(LOGIN))?),
        ("DATABASE_MAX_CONNECTIONS", &connections),
        ("CLERK_ISSUER", &clerk.issuer()),
        ("CLERK_JWKS_URL", &format!("{}/.well-known/jwks.json", clerk.base_url())),
        ("CLERK_API_URL", &clerk.base_url()),
        ("CLERK_SECRET_KEY", &clerk.secret_key()),
        ("CLERK_WEBHOOK_SIGNING_SECRET", &clerk.webhook_secret()),
        ("CLERK_AUTHORIZED_PARTIES", ORIGIN),
    ]);
    for kind in ["READ", "WRITE", "SEARCH", "WEBHOOK"] {
        command.env(format!("RATE_LIMIT_{kind}"), RATE);
    }
    Server::start(OURS, address, command, ground.scratch.path()).await
}

/// A handler written by hand, on the same database.
pub async fn bare(ground: &Ground, database: &str, port: u16, walled: bool) -> Result<Server> {
    let clerk = &ground.clerk.emulator;
    let this = std::env::current_exe()?;
    let key = ground.scratch.path().join("key.pem");
    std::fs::write(&key, clerk.public_key_pem())?;
    let mut command = ground.cores.serving(&this.parent().context("no folder")?.join("bare"));
    let address = address(port);
    let (name, login) = if walled { (WALLED, Some(LOGIN)) } else { (BARE, None) };
    command.env_clear().envs(around()).env("WEBHOOK_SECRET", clerk.webhook_secret());
    command.args(["--listen", &address.to_string(), "--database-url", &ground.database.url(database, login)?]);
    command.args(["--database-connections", &ground.arguments.database_connections.to_string()]);
    command.args(["--issuer", &clerk.issuer(), "--authorized-party", ORIGIN, "--key-id", &clerk.kid()]);
    command.arg("--key").arg(&key).args(walled.then_some("--walled"));
    Server::start(name, address, command, ground.scratch.path()).await
}

/// Applies the program's migrations, as an operator does.
pub fn migrate(ground: &Ground, database: &str) -> Result<()> {
    let url = ground.database.url(database, None)?;
    let mut command = Command::new(&ground.arguments.program);
    command.args(["migrate", "up"]).env_clear().envs(around()).env("APP_ENV", "local").env("DATABASE_URL", &url);
    let done = command.current_dir(ground.scratch.path()).output().with_context(|| shown(&ground.arguments.program))?;
    anyhow::ensure!(done.status.success(), "migrate up: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

fn shown(program: &Path) -> String {
    program.display().to_string()
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// What a process has although nothing is handed down to it; `taskset` is looked for there.
fn around() -> [(&'static str, &'static str); 1] {
    [("PATH", "/usr/local/bin:/usr/bin:/bin")]
}
