//! What only a socket can send: broken request lines, framing that contradicts itself, clients that leave.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Database, Setup, TestApp};

/// The service, and behind a real socket an instance of it that is set up as it says.
async fn serve(setup: Setup) -> (TestApp, SocketAddr) {
    let app = TestApp::start(Database::Sqlite).await;
    let served = app.another_instance(&setup).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, served.router).into_future());
    (app, address)
}

/// Sends bytes and reads until the server closes; fails when it does not.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let talk = async {
        let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
        // The server may answer and close before everything is sent.
        let write = async {
            let _ = to.write_all(request).await;
        };
        let mut answer = Vec::new();
        let read = async {
            let _ = from.read_to_end(&mut answer).await;
        };
        tokio::join!(write, read);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let shown = String::from_utf8_lossy(&request[..request.len().min(80)]);
    tokio::time::timeout(Duration::from_secs(20), talk)
        .await
        .unwrap_or_else(|_| panic!("the server hangs on {shown:?}"))
}

fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_the_server_lives_on() {
    let (_app, address) = serve(Setup::default()).await;
    let get = |rest: &str| format!("GET /api/tasks HTTP/1.1\r\nhost: a\r\n{rest}\r\n\r\n").into_bytes();
    let post = |headers: &str, body: &str| {
        let head = "POST /api/tasks HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json";
        format!("{head}\r\n{headers}\r\n\r\n{body}").into_bytes()
    };
    let requests: Vec<(&str, Vec<u8>)> = vec![
        ("no HTTP", b"GARBAGE\r\n\r\n".to_vec()),
        ("binary", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03].repeat(40)),
        ("another version", b"GET / HTTP/9.9\r\n\r\n".to_vec()),
        ("no version", b"GET /\r\n\r\n".to_vec()),
        ("no leading slash", b"GET api/tasks HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        ("a space in the target", b"GET /api/tasks?search=a b HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        ("a control character in the target", b"GET /api/\x01tasks HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        ("a long target", format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70_000)).into_bytes()),
        ("a large header", get(&format!("x-large: {}", "a".repeat(1024 * 1024)))),
        ("many headers", get(&(0..500).map(|n| format!("x-{n}: 1\r\n")).collect::<String>())),
        ("a space before the colon", get("content-length : 1")),
        ("a folded header", get("x-one: a\r\n b")),
        ("a NUL in a header", get("x-one: a\0b")),
        ("a header without a name", get(": x")),
        ("a length that is no number", post("content-length: abc", "{}")),
        ("a negative length", post("content-length: -1", "{}")),
        ("a length with a sign", post("content-length: +2", "{}")),
        ("a huge length", post("content-length: 99999999999999999999999", "{}")),
        ("two lengths", post("content-length: 2\r\ncontent-length: 30", "{}")),
        ("a list of lengths", post("content-length: 2, 30", "{}")),
        ("a coding that does not end in chunked", post("transfer-encoding: chunked, gzip", "0\r\n\r\n")),
        ("a coding nobody knows", post("transfer-encoding: xchunked", "0\r\n\r\n")),
    ];
    for (what, request) in requests {
        let answer = exchange(address, &request).await;
        let code = status(&answer);
        let refused = code.is_some_and(|code| (400..500).contains(&code) || code == 505);
        assert!(refused, "{what} should be refused with 4xx: {answer:?}");
    }
    let alive = exchange(address, b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&alive), Some(200), "{alive}");
}

#[tokio::test]
async fn unusual_but_readable_requests_reach_the_router() {
    let (_app, address) = serve(Setup::default()).await;
    for (request, expected) in [
        ("GET http://elsewhere/livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 200),
        ("GET /livez HTTP/1.0\r\n\r\n", 200),
        ("GET * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 404),
        ("CONNECT elsewhere:443 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 404),
        ("GET /api/tasks?search=\u{fc} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 401),
        ("GET /api/tasks#fragment HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 401),
        ("BREW /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 405),
    ] {
        let answer = exchange(address, request.as_bytes()).await;
        assert_eq!(status(&answer), Some(expected), "{request:?} was answered {answer:?}");
        assert!(answer.contains("x-request-id: "), "{request:?} was answered {answer:?}");
        assert!(
            expected == 200 || answer.contains("content-type: application/problem+json"),
            "{request:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_second_request_cannot_hide_in_the_body_of_the_first() {
    let (_app, address) = serve(Setup::default()).await;
    let hidden = "GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n";
    for framing in [
        format!("content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}", 5 + hidden.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len()),
        format!("content-length: 0\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("transfer-encoding: identity, chunked\r\ncontent-length: 0\r\n\r\n{hidden}"),
    ] {
        let request = format!("POST /api/tasks HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{framing}");
        let answer = exchange(address, request.as_bytes()).await;
        assert!(status(&answer).is_some_and(|code| (400..500).contains(&code)), "{framing:?}: {answer:?}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "only one request was sent: {framing:?}: {answer:?}");
        assert!(!answer.contains("\"openapi\""), "{framing:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_broken_body_is_the_callers_mistake() {
    let (app, address) = serve(Setup::default()).await;
    let token = app.organization("acme").await.admin().token.unwrap();
    let head = format!(
        "POST /api/tasks HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"
    );
    for body in ["zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "2\r\n{}xx0\r\n\r\n"] {
        let answer = exchange(address, format!("{head}\r\ntransfer-encoding: chunked\r\n\r\n{body}").as_bytes()).await;
        assert_eq!(status(&answer), Some(400), "{body:?}: {answer:?}");
        assert!(answer.contains("\"code\":\"body_unreadable\""), "{body:?}: {answer:?}");
    }
    // Says it will send more, and leaves.
    let mut leaver = TcpStream::connect(address).await.unwrap();
    leaver.write_all(format!("{head}\r\ncontent-length: 50\r\n\r\n{{\"title\"").as_bytes()).await.unwrap();
    drop(leaver);
    let alive = exchange(address, b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&alive), Some(200), "{alive}");
    let made = app.organization("acme").await.admin().get("/api/tasks").await.list();
    assert!(made.is_empty(), "half a body must not become a task: {made:?}");
}

#[tokio::test]
async fn a_body_that_never_comes_runs_out_of_time() {
    let (app, address) = serve(Setup { timeout: Duration::from_millis(300), ..Setup::default() }).await;
    let token = app.organization("acme").await.admin().token.unwrap();
    let head = format!("POST /api/tasks HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}");
    let request = format!("{head}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{{\"title\"");
    let answer = exchange(address, request.as_bytes()).await;
    assert_eq!(status(&answer), Some(503), "{answer:?}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer:?}");
    assert!(answer.contains("retry-after: 1"), "{answer:?}");
}
