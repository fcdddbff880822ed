//! Connections that ask for nothing, or never finish asking, keep nobody from being served and do not stay.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::dev::Dev;

/// Half of them say nothing at all, the others begin a head and never end it.
const IDLE: usize = 10_000;

/// Connects, many at a time: the kernel holds only so many that were not accepted yet.
async fn connect(address: &str, number: usize) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(number);
    while streams.len() < number {
        let mut batch = JoinSet::new();
        for _ in 0..500.min(number - streams.len()) {
            let address = address.to_owned();
            batch.spawn(async move { TcpStream::connect(address).await.unwrap() });
        }
        streams.extend(batch.join_all().await);
    }
    streams
}

async fn is_served(dev: &Dev) {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
    let tasks = client.get(format!("{}/api/tasks", dev.base)).bearer_auth(dev.token("ada").await).send().await.unwrap();
    assert_eq!(tasks.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_and_slow_connections_keep_nobody_from_being_served() {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    assert!(limit > IDLE as u64 + 500, "the test and the program each need {} descriptors, of {limit}", IDLE + 500);
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path()).await;
    let address = dev.base.strip_prefix("http://").unwrap().to_owned();
    let begun = Instant::now();
    let mut streams = connect(&address, IDLE).await;
    for stream in streams.iter_mut().step_by(2) {
        // Some were there for ten seconds already, if the machine is slow.
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nHost: local").await;
    }
    is_served(&dev).await;

    // Every one of them is ended from the other side, a slow one although it goes on.
    let mut ended = 0;
    for (number, stream) in streams.iter_mut().enumerate() {
        if number % 200 == 0 {
            let _ = stream.write_all(b"h").await;
        }
        let closed = tokio::time::timeout(Duration::from_secs(30), stream.read(&mut [0; 512])).await;
        ended += usize::from(matches!(closed, Ok(Ok(0) | Err(_))));
    }
    assert_eq!(ended, IDLE, "{} are still open after {:?}", IDLE - ended, begun.elapsed());
    is_served(&dev).await;
}

#[tokio::test]
async fn connections_beyond_the_bound_are_told_so_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start_with(folder.path(), &[("MAX_CONNECTIONS", "20")]).await;
    let address = dev.base.strip_prefix("http://").unwrap().to_owned();
    let mut told = None;
    let mut held = Vec::new();
    for _ in 0..60 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let mut text = String::new();
        match tokio::time::timeout(Duration::from_millis(100), stream.read_to_string(&mut text)).await {
            Ok(_) => told = Some(text),
            Err(_) => held.push(stream),
        }
    }
    assert!(held.len() <= 20, "{} connections at once, of 20", held.len());
    let told = told.unwrap();
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("Retry-After: 1"), "{told:?}");
    drop(held);
    // Their places are free again, as soon as the server has seen that they are gone.
    let deadline = Instant::now() + Duration::from_secs(10);
    while reqwest::get(format!("{}/livez", dev.base)).await.is_ok_and(|answer| answer.status() != 200) {
        assert!(Instant::now() < deadline, "no place became free");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_connection_that_was_used_may_be_idle_and_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path()).await;
    let mut stream = TcpStream::connect(dev.base.strip_prefix("http://").unwrap()).await.unwrap();
    for pause in [0, 12] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 2048];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(String::from_utf8_lossy(&answer[..length]).starts_with("HTTP/1.1 200"), "after {pause} s");
    }
}
