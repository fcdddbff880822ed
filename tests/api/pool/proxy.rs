//! A wire between the API and PostgreSQL that can be cut, mended and held.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Which answers wait. Requests always pass at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Nothing,
    /// Those to `BEGIN`.
    Begins,
    Everything,
}

/// The wire.
pub struct Proxy {
    address: SocketAddr,
    server: String,
    held: watch::Sender<Held>,
    begun: watch::Sender<usize>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    /// A wire to the server of a database, and the configuration that leads through it.
    pub async fn before(config: &DatabaseConfig) -> (Self, DatabaseConfig) {
        let mut url = url::Url::parse(config.url.expose()).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (held, begun) = (watch::Sender::new(Held::Nothing), watch::Sender::new(0));
        let proxy = Self { address, server, held, begun, serving: Mutex::new(None) };
        proxy.serve(listener);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        // In the clear, so that the wire sees what passes.
        url.set_query(Some("sslmode=disable"));
        (proxy, DatabaseConfig { url: DatabaseUrl::parse(url.as_str()).unwrap(), ..config.clone() })
    }

    fn serve(&self, listener: TcpListener) {
        let (server, held, begun) = (self.server.clone(), self.held.subscribe(), self.begun.clone());
        let serving = tokio::spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (server, held, begun) = (server.clone(), held.clone(), begun.clone());
                connections.spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    let begins = AtomicBool::new(false);
                    tokio::select! {
                        () = requests(from_client, to_server, &begins, begun) => {}
                        () = answers(from_server, to_client, &begins, held) => {}
                    }
                });
            }
        });
        *self.serving.lock().unwrap() = Some(serving);
    }

    /// Ends every connection; new ones are refused.
    pub async fn cut(&self) {
        let serving = self.serving.lock().unwrap().take().expect("the wire is cut already");
        serving.abort();
        assert!(serving.await.unwrap_err().is_cancelled());
    }

    /// Takes connections again, at the same address.
    pub async fn mend(&self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    /// Keeps answers back.
    pub fn hold(&self, which: Held) {
        self.held.send_replace(which);
    }

    /// Lets the answers go.
    pub fn release(&self) {
        self.held.send_replace(Held::Nothing);
    }

    /// How many transactions were begun so far.
    pub fn begun(&self) -> usize {
        *self.begun.borrow()
    }

    /// Waits until so many transactions were begun.
    pub async fn until_begun(&self, times: usize) {
        let mut begun = self.begun.subscribe();
        let waiting = tokio::time::timeout(Duration::from_secs(20), begun.wait_for(|begun| *begun >= times));
        waiting.await.expect("the transactions do not begin").unwrap();
    }
}

async fn requests(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    begins: &AtomicBool,
    begun: watch::Sender<usize>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = client.read(&mut buffer).await {
        let is_begin = buffer[..length].windows(5).any(|bytes| bytes == b"BEGIN");
        begins.store(is_begin, Ordering::SeqCst);
        if server.write_all(&buffer[..length]).await.is_err() {
            return;
        }
        begun.send_modify(|begun| *begun += usize::from(is_begin));
    }
}

async fn answers(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    begins: &AtomicBool,
    mut held: watch::Receiver<Held>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = server.read(&mut buffer).await {
        let passes = |held: &Held| match held {
            Held::Nothing => true,
            Held::Begins => !begins.load(Ordering::SeqCst),
            Held::Everything => false,
        };
        if held.wait_for(passes).await.is_err() || client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
