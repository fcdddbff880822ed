//! One connection, from its first byte to its last.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep;

use super::Front;

/// How long a new connection may take until its first request is there.
const FIRST_REQUEST: Duration = Duration::from_secs(10);

/// How long a connection may be idle between requests, the time of the next head included. Longer than load balancers keep
/// theirs (60 seconds and less): the one who sends must be the one who closes, or a request meets a closed connection.
const IDLE: Duration = Duration::from_secs(75);

/// How long what was sent may stay unacknowledged, or a reader's window shut (TCP_USER_TIMEOUT, RFC 5482).
const UNREAD: Duration = Duration::from_secs(30);

/// After this much silence the kernel asks whether the other end is still there.
const SILENCE: Duration = Duration::from_secs(60);

/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 200;

/// How connections are spoken on; built once.
pub(super) fn protocol() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(SILENCE)
        .keep_alive_timeout(FIRST_REQUEST);
    builder
}

/// Serves one connection until the other end has done, is too slow, or this end closes and the last answer is sent.
pub(super) async fn serve(
    stream: TcpStream,
    from: SocketAddr,
    front: Front,
    protocol: Arc<Builder<TokioExecutor>>,
    mut closing: watch::Receiver<bool>,
) {
    settle(&stream);
    let asked = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Incoming>| {
        heard.store(true, Ordering::Relaxed);
        front.clone().answer(request, from)
    });
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
    let mut patience = pin!(sleep(FIRST_REQUEST));
    let (mut waiting, mut open) = (true, true);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = patience.as_mut(), if waiting => {
                if !asked.load(Ordering::Relaxed) {
                    return;
                }
                waiting = false;
            }
            _ = closing.wait_for(|closing| *closing), if open => {
                connection.as_mut().graceful_shutdown();
                open = false;
            }
        }
    }
}

/// Options that the kernel refuses are not worth a connection.
fn settle(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE).with_interval(FIRST_REQUEST));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_user_timeout(Some(UNREAD));
}
