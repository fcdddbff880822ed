//! What the program takes while it does little: to start, at rest, with connections, and with streams of events.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::Serialize;
use tokio::time::sleep;

use crate::Ground;
use crate::http::{Connection, get};
use crate::process::Server;
use crate::seed;
use crate::servers;
use crate::site::database;

const CONNECTIONS: usize = 300;
const STARTS: usize = 5;

/// Memory is in KiB.
#[derive(Debug, Serialize)]
pub struct Resident {
    /// Milliseconds from the start of the process to readiness, the schema being in place; the median.
    pub ready: f64,
    pub at_rest: u64,
    /// With 300 connections, each of which had a list.
    pub with_connections: u64,
    pub streams: usize,
    pub with_streams: u64,
    pub each_stream: f64,
}

/// Measures programs of their own on the database of the first size; nothing when no streams are asked for.
pub async fn measure(ground: &Ground) -> Result<Option<Resident>> {
    let (streams, size) = (ground.arguments.streams, ground.arguments.sizes.first().copied());
    let (Some(size), true) = (size, streams > 0) else { return Ok(None) };
    let name = database(ground, size);
    let tenants = seed::tenants(size, ground.clerk.tenants);
    let mut tokens = Vec::new();
    for number in 0..CONNECTIONS.max(streams) {
        tokens.push(ground.clerk.token(1 + u32::try_from(number)? % tenants)?);
    }
    let (mut starts, mut server) = (Vec::new(), None);
    for _ in 0..if ground.arguments.smoke { 1 } else { STARTS } {
        drop(server.take());
        let started = servers::ours(ground, &name, ground.arguments.port + 5).await?;
        starts.push(started.ready_after.as_secs_f64() * 1e3);
        server = Some(started);
    }
    starts.sort_by(f64::total_cmp);
    let Some(server) = server else { return Ok(None) };
    settle().await;
    let at_rest = server.memory()?;
    let with_connections = connections(&server, &tokens).await?;
    drop(server);
    let server = servers::ours(ground, &name, ground.arguments.port + 5).await?;
    settle().await;
    let before = server.memory()?;
    let with_streams = listen(&server, &tokens[..streams]).await?;
    let each_stream = kib(with_streams.saturating_sub(before)) / kib(u64::try_from(streams)?);
    let ready = starts[starts.len() / 2];
    Ok(Some(Resident { ready, at_rest, with_connections, streams, with_streams, each_stream }))
}

async fn connections(server: &Server, tokens: &[String]) -> Result<u64> {
    let mut open = Vec::new();
    for token in &tokens[..CONNECTIONS] {
        let mut connection = Connection::open(server.address).await?;
        connection.ask(&get("/api/tasks?limit=20", Some(token))).await?.expect(200)?;
        open.push(connection);
    }
    settle().await;
    server.memory()
}

async fn listen(server: &Server, tokens: &[String]) -> Result<u64> {
    let mut open = Vec::new();
    for token in tokens {
        let mut connection = Connection::open(server.address).await?;
        let status = connection.listen(&get("/api/events", Some(token))).await?;
        ensure!(status == 200, "stream {} was answered with {status}", open.len() + 1);
        open.push(connection);
    }
    settle().await;
    server.memory()
}

/// Until what the last step began is over.
async fn settle() {
    sleep(Duration::from_secs(2)).await;
}

#[expect(clippy::cast_precision_loss, reason = "sizes of memory, and counts")]
fn kib(count: u64) -> f64 {
    count as f64
}
