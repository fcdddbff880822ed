//! Accepts connections, as many as there may be.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Front;
use super::connection::{protocol, serve};

/// Connections that the kernel holds until we come to them. It cuts this to its own limit.
const BACKLOG: u32 = 4096;

/// How long to leave accepting alone when the process has no more descriptors.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(500);

/// What a connection beyond the bound is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Listens at this address, port 0 being any free one.
///
/// # Errors
/// The kernel's: the address is taken, or is none of this machine's.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted process may listen where connections of the last one are still being forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The task that accepts connections. Dropping it stops accepting, and leaves the connections there are alone.
#[derive(Debug)]
pub struct Accepting {
    task: JoinHandle<()>,
    closing: watch::Sender<bool>,
    places: Arc<Semaphore>,
    most: u32,
}

impl Accepting {
    /// Begins to accept, at most so many connections at once.
    #[must_use]
    pub fn start(listener: TcpListener, front: Front, most: u32) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
        let (closing, told) = watch::channel(false);
        let task = tokio::spawn(accept(listener, front, Arc::clone(&places), told));
        Self { task, closing, places, most }
    }

    /// How many connections there are.
    pub fn open(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let (places, most) = (Arc::clone(&self.places), u64::from(self.most));
        move || most.saturating_sub(u64::try_from(places.available_permits()).unwrap_or(u64::MAX))
    }

    /// Refuses new connections, lets the ones there are send the answers they owe, and waits for that.
    ///
    /// `false`: some were not done in time, and are cut off when the process ends.
    pub async fn close(self, patience: Duration) -> bool {
        self.closing.send_replace(true);
        self.task.abort();
        timeout(patience, self.places.acquire_many(self.most)).await.is_ok()
    }
}

impl Drop for Accepting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, front: Front, places: Arc<Semaphore>, closing: watch::Receiver<bool>) {
    let protocol = Arc::new(protocol());
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                rest(&error).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            refuse(&stream);
            continue;
        };
        let (front, protocol, closing) = (front.clone(), Arc::clone(&protocol), closing.clone());
        tokio::spawn(async move {
            serve(stream, from, front, protocol, closing).await;
            drop(place);
        });
    }
}

/// What a caller did to their own connection concerns nobody; a process without descriptors gets some back only by waiting.
async fn rest(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "connections cannot be accepted");
        sleep(OUT_OF_DESCRIPTORS).await;
    }
}

/// Nothing is read from it and nobody waits for it.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(FULL);
}
