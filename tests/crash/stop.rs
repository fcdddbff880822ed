//! Told to stop: requests in flight finish, and nobody can keep the program from ending.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::dev::Dev;

/// A POST whose body is still on its way; the server has read the head and asks for more.
async fn half_a_create(dev: &Dev, body: &str) -> BufReader<TcpStream> {
    let address = dev.base.strip_prefix("http://").unwrap();
    let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
    let head = format!(
        "POST /api/tasks HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        dev.token("ada").await,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    stream
}

#[tokio::test]
async fn a_request_in_flight_finishes_after_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(folder.path()).await;
    let body = r#"{"title": "Just in time", "labels": ["late"]}"#;
    let mut stream = half_a_create(&dev, body).await;

    dev.program.terminate();
    let address = dev.base.strip_prefix("http://").unwrap().to_owned();
    dev.program.until("new connections to be refused", async |_| TcpStream::connect(&address).await.err()).await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 201") && answer.contains("Just in time"), "{answer}");
    assert!(dev.program.end_within(Duration::from_secs(10)).await.success());
}

#[tokio::test]
async fn somebody_who_never_finishes_a_request_cannot_keep_it_running() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(folder.path()).await;
    let address = dev.base.strip_prefix("http://").unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(idle.read(&mut [0; 1024]).await.unwrap() > 0);
    let mut half = TcpStream::connect(address).await.unwrap();
    half.write_all(b"GET /livez HTTP/1.1\r\nHost: local").await.unwrap();
    let body = half_a_create(&dev, r#"{"title": "Never sent"}"#).await;

    dev.program.terminate();
    let status = dev.program.end_within(Duration::from_secs(14)).await;
    assert!(status.success(), "{}", dev.program.errors());
    drop((idle, half, body));
}
