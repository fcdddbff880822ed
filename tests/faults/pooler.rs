//! A PgBouncer in transaction mode, to be killed and started again.

use std::path::Path;
use std::process::{Child, Stdio};

use tempfile::TempDir;
use tenantry::config::DatabaseUrl;
use tokio::net::TcpStream;

use crate::tools::{self, bound_to_us, lasting_port, until};

/// Who runs it where the tests are root, which it refuses to be.
const OWNER: &str = "nobody";

pub struct Pooler {
    /// The database through it.
    pub url: String,
    port: u16,
    folder: TempDir,
    running: Option<Child>,
}

impl Pooler {
    /// One before a database; none where PgBouncer is not installed.
    pub async fn before(database: &DatabaseUrl) -> Option<Self> {
        if program().is_none() {
            tools::left_out("PgBouncer is not installed");
            return None;
        }
        let (folder, port) = (tempfile::tempdir().unwrap(), lasting_port());
        let mut url = url::Url::parse(database.expose()).unwrap();
        std::fs::write(folder.path().join("pgbouncer.ini"), settings(&url, folder.path(), port)).unwrap();
        std::fs::write(folder.path().join("users"), format!("\"{}\" \"\"\n", url.username())).unwrap();
        tools::give_to(OWNER, folder.path());
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        // Debian's own may be older than 1.21 and does not know the driver's prepared statements.
        url.set_query(Some("sslmode=disable&statement-cache-capacity=0"));
        let mut pooler = Self { url: url.to_string(), port, folder, running: None };
        pooler.start().await;
        Some(pooler)
    }

    pub async fn start(&mut self) {
        let mut command = bound_to_us("KILL", OWNER, &program().unwrap());
        command.arg(self.folder.path().join("pgbouncer.ini")).current_dir("/");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.running = Some(child);
        until("PgBouncer to listen", 20, async || {
            let ended = self.running.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "PgBouncer has ended: {ended:?}");
            TcpStream::connect(("127.0.0.1", self.port)).await.ok()
        })
        .await;
    }

    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.kill().unwrap();
        running.wait().unwrap();
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
    }
}

fn program() -> Option<std::path::PathBuf> {
    tools::program("pgbouncer", &["/usr/sbin", "/opt/homebrew/bin"])
}

/// Fewer sessions of the server than the program has connections.
fn settings(url: &url::Url, folder: &Path, port: u16) -> String {
    format!(
        "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = trust\nauth_file = {}/users\npool_mode = transaction\ndefault_pool_size = 5\n\
         max_client_conn = 100\n",
        url.host_str().unwrap(),
        url.port().unwrap_or(5432),
        folder.display()
    )
}
