//! Bodies of a hundred megabytes: refused soon, whether or not their size is declared, and never held in memory.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::database::Database;
use crate::world::{Person, Server, World};

const SIZE: usize = 100 * 1024 * 1024;

/// How many such bodies come at once.
const AT_ONCE: usize = 20;

/// The most memory that a process ever had resident, in bytes.
pub fn peak_memory(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// Sends as much of a body as is taken before the answer comes; gives the answer, and how much that was.
async fn upload(base: String, head: String, chunked: bool) -> (String, usize) {
    let address = base.strip_prefix("http://").unwrap();
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    writer.write_all(head.as_bytes()).await.unwrap();
    let sending = tokio::spawn(async move {
        let block = "x".repeat(64 * 1024);
        let piece = if chunked { format!("{:x}\r\n{block}\r\n", block.len()) } else { block.clone() };
        let mut sent = 0;
        while sent < SIZE && writer.write_all(piece.as_bytes()).await.is_ok() {
            sent += block.len();
        }
        sent
    });
    let mut answer = Vec::new();
    // However the connection ends, what came before counts.
    let _ = reader.read_to_end(&mut answer).await;
    drop(reader);
    (String::from_utf8_lossy(&answer).into_owned(), sending.await.unwrap())
}

fn head(server: &Server, who: Option<&Person>, path: &str, size: Option<usize>) -> String {
    let address = server.base.strip_prefix("http://").unwrap();
    let token = who.map(|who| format!("Authorization: Bearer {}\r\n", who.token)).unwrap_or_default();
    let framing = match size {
        Some(size) => format!("Content-Length: {size}"),
        None => "Transfer-Encoding: chunked".to_owned(),
    };
    format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n{token}Content-Type: application/json\r\n{framing}\r\n\r\n")
}

/// Of a raw answer: the status line's code and the problem's.
fn summary(answer: &str) -> String {
    let status = answer.split(' ').nth(1).unwrap_or("no answer");
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    format!("{status} {}", problem["code"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_a_hundred_megabytes_is_refused_and_never_held() {
    let (world, scratch) = (Arc::new(World::new().await), Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    let acme = world.admin("Acme");
    assert_eq!(world.get(&server, &acme, "/api/tasks").await.summary(), "200");
    let before = peak_memory(server.program.id());
    for (path, who, expected) in [
        ("/api/tasks", Some(&acme), "413 body_too_large"),
        ("/api/webhooks/clerk", None, "413 body_too_large"),
        ("/api/tasks", None, "401 token_missing"),
    ] {
        for size in [Some(SIZE), None] {
            let mut uploads = JoinSet::new();
            for _ in 0..AT_ONCE {
                uploads.spawn(upload(server.base.clone(), head(&server, who, path, size), size.is_none()));
            }
            for (answer, sent) in uploads.join_all().await {
                assert_eq!(summary(&answer), expected, "{path}, {size:?}: {answer}");
                // What the sockets of both sides hold is under way when the refusal comes.
                assert!(sent < SIZE / 4, "{path}: {sent} bytes were taken");
            }
            assert_eq!(world.get(&server, &acme, "/api/tasks").await.summary(), "200", "others are served");
        }
    }
    let grown = peak_memory(server.program.id()) - before;
    println!("{} uploads of {SIZE} bytes: {grown} bytes more at the peak", 6 * AT_ONCE);
    assert!(grown < 2 * AT_ONCE * 1024 * 1024, "{grown} bytes more at the peak");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declared_size_is_refused_before_a_byte_of_it_is_sent() {
    let (world, scratch) = (Arc::new(World::new().await), Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    let acme = world.admin("Acme");
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head(&server, Some(&acme), "/api/tasks", Some(SIZE)).as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(std::time::Duration::from_secs(10), stream.read(&mut answer));
    let length = read.await.expect("an answer though no body comes").unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer[..length]));
}

/// A hundred megabytes of blanks, packed into some hundred kilobytes.
fn packed() -> Vec<u8> {
    let pack = format!("head -c {SIZE} /dev/zero | tr '\\0' ' ' | gzip -9");
    let packed = std::process::Command::new("sh").args(["-c", &pack]).output().unwrap().stdout;
    assert!((1_000..1_000_000).contains(&packed.len()), "{}", packed.len());
    packed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packed_body_is_refused_and_never_unpacked() {
    let (world, scratch) = (Arc::new(World::new().await), Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    let (acme, packed) = (world.admin("Acme"), packed());
    assert_eq!(world.get(&server, &acme, "/api/tasks").await.summary(), "200");
    let before = peak_memory(server.program.id());
    for _ in 0..AT_ONCE {
        let request = world.request(&server.base, &acme, reqwest::Method::POST, "/api/tasks");
        let request = request.header("content-encoding", "gzip").header("content-type", "application/json");
        let answer = request.body(packed.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 400);
    }
    let grown = peak_memory(server.program.id()) - before;
    assert!(grown < 16 * 1024 * 1024, "{grown} bytes more at the peak");
}
