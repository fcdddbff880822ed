//! What a request costs at least: the handlers of the program's hot paths, written by hand on axum and tokio-postgres.
//!
//! It sends the statements that the program sends and answers with the bytes that the program answers with. As it is it verifies
//! each token and asks as a role that passes by row-level security: no isolation, no cache, no limits, no audit, no telemetry.
//! With `--walled` it remembers tokens, and runs each statement in a transaction of the tenant's own, all of it in one message.

mod database;
mod page;
mod refused;
mod tasks;
mod token;
mod webhook;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use clap::Parser;
use tokio::net::TcpListener;

use self::database::Database;
use self::token::Tokens;

/// The program's own, so that none of the difference is the allocator's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    database_connections: usize,
    #[arg(long)]
    issuer: String,
    #[arg(long)]
    authorized_party: String,
    #[arg(long)]
    key_id: String,
    /// A file with the public key that signs tokens, as PEM.
    #[arg(long)]
    key: PathBuf,
    #[arg(long, env = "WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: String,
    /// Remembers tokens, and keeps tenants apart by row-level security.
    #[arg(long)]
    walled: bool,
}

/// What the handlers share.
struct Shared {
    database: Database,
    tokens: Tokens,
    deliveries: svix::webhooks::Webhook,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await?;
    let router = router(Arc::new(shared(&arguments)?));
    let listener = listener.tap_io(|connection| {
        // An error here is one of a connection that is gone.
        let _ = connection.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/readyz", get(async || "ready"))
        .route("/api/tasks", get(tasks::list).post(tasks::create))
        .route("/api/tasks/{id}", get(tasks::one))
        .route("/api/webhooks/clerk", post(webhook::receive))
        .with_state(shared)
}

fn shared(arguments: &Arguments) -> anyhow::Result<Shared> {
    let key = std::fs::read(&arguments.key).with_context(|| arguments.key.display().to_string())?;
    Ok(Shared {
        database: Database::new(&arguments.database_url, arguments.database_connections, arguments.walled)?,
        tokens: Tokens::new(arguments, &key)?,
        deliveries: svix::webhooks::Webhook::new(&arguments.webhook_secret).context("no webhook secret")?,
    })
}
