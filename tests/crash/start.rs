//! A server that starts before its database answers that it is starting, and serves once the database is there.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tenantry::config::DatabaseUrl;
use tokio::net::{TcpListener, TcpStream};

use crate::database::Database;
use crate::program::{Program, free_port};

/// `serve` in `local`, its keys a PEM so that it depends on nothing but the database.
pub fn serve(folder: &Path, database: &str, port: u16, more: &[(&str, &str)]) -> Program {
    let port = port.to_string();
    let variables = [
        ("APP_ENV", "local"),
        ("DATABASE_URL", database),
        ("HOST", "127.0.0.1"),
        ("PORT", &port),
        ("CLERK_ISSUER", "https://clerk.tenantry.example"),
        ("CLERK_JWT_KEY", PUBLIC_KEY),
    ];
    Program::start(folder, &["serve"], &[&variables, more].concat())
}

const PUBLIC_KEY: &str = include_str!("public_key.pem");

/// The address of a database as it is reached at another port.
fn at_port(url: &DatabaseUrl, port: u16) -> (String, String) {
    let mut url = url::Url::parse(url.expose()).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port)).unwrap();
    (url.to_string(), server)
}

async fn forward(listener: TcpListener, server: String) {
    while let Ok((mut from, _)) = listener.accept().await {
        let server = server.clone();
        tokio::spawn(async move {
            let mut to = TcpStream::connect(server).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
        });
    }
}

#[tokio::test]
async fn it_waits_for_a_database_that_comes_up_later() {
    if !Database::postgres_is_there() {
        return;
    }
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Database::Postgres.scratch().await);
    let (port, database_port) = (free_port(), free_port());
    let (database, server) = at_port(&scratch.config.url, database_port);
    let mut program = serve(folder.path(), &database, port, &[]);
    let base = format!("http://127.0.0.1:{port}");
    let client = reqwest::Client::new();
    program.until("/livez", async |_| client.get(format!("{base}/livez")).send().await.ok()).await;

    let ready = client.get(format!("{base}/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.json::<Value>().await.unwrap(), json!({"status": "starting"}));
    let early = client.get(format!("{base}/api/tasks")).send().await.unwrap();
    assert_eq!((early.status().as_u16(), early.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(early.json::<Value>().await.unwrap()["code"], "starting");
    program.until("the reason", async |program| program.errors().contains("cannot be reached yet").then_some(())).await;
    assert!(program.errors().contains("Connection refused"), "{}", program.errors());

    let listener = TcpListener::bind(("127.0.0.1", database_port)).await.unwrap();
    let forwarding = tokio::spawn(forward(listener, server));
    program.until_ready(&base).await;
    let served = client.get(format!("{base}/api/tasks")).send().await.unwrap();
    assert_eq!(served.json::<Value>().await.unwrap()["code"], "token_missing");
    program.terminate();
    assert!(program.end_within(Duration::from_secs(15)).await.success(), "{}", program.errors());
    forwarding.abort();
}

#[tokio::test]
async fn it_ends_when_the_database_does_not_come_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("postgres://nobody@127.0.0.1:{}/nothing", free_port());
    let mut program = serve(folder.path(), &database, free_port(), &[("STARTUP_TIMEOUT_SECONDS", "1")]);
    assert!(!program.end_within(Duration::from_secs(15)).await.success());
    let said = program.errors();
    assert!(said.contains("could not be reached within 1 s") && said.contains("Connection refused"), "{said}");
}

#[tokio::test]
async fn it_does_not_wait_for_what_waiting_does_not_mend() {
    if !Database::postgres_is_there() {
        return;
    }
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Database::Postgres.empty().await);
    let mut url = url::Url::parse(scratch.config.migration_url.expose()).unwrap();
    url.set_path("/there_is_no_such_database");
    let mut program = serve(folder.path(), url.as_str(), free_port(), &[("STARTUP_TIMEOUT_SECONDS", "600")]);
    assert!(!program.end_within(Duration::from_secs(15)).await.success());
    assert!(program.errors().contains("there_is_no_such_database"), "{}", program.errors());
}

#[tokio::test]
async fn it_can_be_stopped_while_it_waits() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let database = format!("postgres://nobody@127.0.0.1:{}/nothing", free_port());
    let mut program = serve(folder.path(), &database, port, &[]);
    let base = format!("http://127.0.0.1:{port}");
    program.until("/livez", async |_| reqwest::get(format!("{base}/livez")).await.ok()).await;
    program.terminate();
    assert!(program.end_within(Duration::from_secs(5)).await.success(), "{}", program.errors());
}
