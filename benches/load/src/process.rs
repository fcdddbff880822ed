//! A server under measurement: its process, and what the kernel says of it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::http::{Connection, get};

/// What the kernel counts a second of a process as; the same on every architecture of Linux.
const TICKS: f64 = 100.0;

/// A running server; killed when dropped.
pub struct Server {
    pub name: &'static str,
    pub address: SocketAddr,
    /// From the start of the process to its first readiness.
    pub ready_after: Duration,
    child: Child,
}

impl Server {
    /// Starts a command in a folder, with its output in a file there, and waits until it is ready.
    pub async fn start(name: &'static str, address: SocketAddr, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}-{}.log", address.port()));
        let output = File::create(&log)?;
        command.current_dir(folder).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("{command:?}"))?;
        let mut server = Self { name, address, ready_after: Duration::ZERO, child };
        while !server.is_ready().await {
            if server.child.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(60) {
                bail!("{name} does not get ready:\n{}", std::fs::read_to_string(&log)?);
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        server.ready_after = began.elapsed();
        Ok(server)
    }

    async fn is_ready(&self) -> bool {
        let asked = async {
            let mut connection = Connection::open(self.address).await?;
            anyhow::Ok(connection.ask(&get("/readyz", None)).await?.status == 200)
        };
        asked.await.unwrap_or(false)
    }

    /// The processor time it has used so far, in seconds.
    pub fn processor_time(&self) -> Result<f64> {
        let text = self.read("stat")?;
        // The name, in brackets, may hold anything; what follows the last bracket are numbers.
        let numbers = text.rsplit(')').next().unwrap_or_default();
        let mut used = numbers.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        match (used.next(), used.next()) {
            (Some(user), Some(system)) => Ok((user? + system?) / TICKS),
            _ => bail!("cannot read {text}"),
        }
    }

    /// Its memory now, in KiB.
    pub fn memory(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most memory since [`Self::forget_peak`], in KiB.
    pub fn peak_memory(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    pub fn forget_peak(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    fn status(&self, name: &str) -> Result<u64> {
        let text = self.read("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| name.to_owned())?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    fn read(&self, file: &str) -> Result<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))
            .with_context(|| format!("{} has ended", self.name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
