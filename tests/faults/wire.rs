//! An address that stays the same while what stands behind it changes, as a virtual address or a cloud's endpoint does.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// Passes connections on; ends with the test.
pub struct Wire {
    pub port: u16,
    target: watch::Sender<u16>,
    cut: broadcast::Sender<()>,
    serving: JoinHandle<()>,
}

impl Wire {
    /// Leads to this port at first.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (target, _) = watch::channel(target);
        let (cut, _) = broadcast::channel(1);
        let serving = tokio::spawn(serve(listener, target.subscribe(), cut.clone()));
        Self { port, target, cut, serving }
    }

    /// Leads new connections elsewhere; those that are open stay.
    pub fn lead_to(&self, port: u16) {
        self.target.send_replace(port);
    }

    /// Ends every connection.
    pub fn cut(&self) {
        let _ = self.cut.send(());
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.cut();
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, target: watch::Receiver<u16>, cut: broadcast::Sender<()>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (port, mut cut) = (*target.borrow(), cut.subscribe());
        tokio::spawn(async move {
            // A server that is down looks like this from behind such an address: taken, and closed.
            let Ok(mut server) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                _ = cut.recv() => {}
            }
        });
    }
}
