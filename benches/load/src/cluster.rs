//! The PostgreSQL that keeps the data: the bench's own, which stays where it is between runs, or one that is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tokio_postgres::{Client, NoTls};

use crate::arguments::Arguments;

/// Who runs the server where the bench is root, which it refuses to be.
const OWNER: &str = "postgres";

/// As small servers are set up; what is committed is on the disk.
const SETTINGS: &str = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=1GB -c max_connections=200 \
                        -c max_wal_size=4GB";

/// A server, and the address of its owner.
pub struct Cluster {
    url: tokio_postgres::Config,
    _own: Option<Own>,
}

/// Stopped when dropped.
struct Own {
    programs: PathBuf,
    data: PathBuf,
}

impl Cluster {
    /// Starts the bench's own, made at the first time, on this process's cores; or takes the one that is named.
    pub async fn open(arguments: &Arguments) -> Result<Self> {
        if let Some(url) = &arguments.database_url {
            return Ok(Self { url: url.parse()?, _own: None });
        }
        let own = Own { programs: programs()?, data: arguments.folder.join("data") };
        own.make()?;
        let port = arguments.port + 90;
        own.start(port)?;
        let url = format!("postgres://{OWNER}@127.0.0.1:{port}/postgres").parse()?;
        Ok(Self { url, _own: Some(own) })
    }

    /// The address of a database, for its owner or somebody else.
    pub fn url(&self, database: &str, user: Option<&str>) -> Result<String> {
        let host = match self.url.get_hosts().first() {
            Some(tokio_postgres::config::Host::Tcp(host)) => host,
            _ => anyhow::bail!("the bench reaches PostgreSQL by TCP"),
        };
        let port = self.url.get_ports().first().copied().unwrap_or(5432);
        let user = user.or(self.url.get_user()).unwrap_or(OWNER);
        let password = self.password().map(|password| format!(":{password}")).unwrap_or_default();
        Ok(format!("postgres://{user}{password}@{host}:{port}/{database}?sslmode=disable"))
    }

    /// The owner's password, if one is needed; the bench's own login gets the same.
    pub fn password(&self) -> Option<String> {
        Some(String::from_utf8_lossy(self.url.get_password()?).into_owned())
    }

    /// Connects to a database as the owner.
    pub async fn connect(&self, database: &str) -> Result<Client> {
        let (client, connection) = self.url.clone().dbname(database).connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("PostgreSQL: {error}");
            }
        });
        Ok(client)
    }
}

impl Own {
    fn make(&self) -> Result<()> {
        if self.data.join("PG_VERSION").exists() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.data).context("the folder of the data")?;
        if is_root()? {
            succeed(Command::new("chown").arg(OWNER).arg(&self.data))?;
        }
        let settings = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username", OWNER];
        succeed(self.command("initdb")?.args(settings))
    }

    /// One that an earlier run could not stop goes first: it may have other settings, or be on other cores.
    fn start(&self, port: u16) -> Result<()> {
        let _ = self.stop();
        let log = self.data.join("log");
        let options = format!("-p {port} {SETTINGS}");
        // `pg_ctl` leaves its output to the server, which would keep it open for good.
        let mut start = self.command("pg_ctl")?;
        start.args(["-w", "-o", &options, "-l"]).arg(&log).arg("start").stdout(std::process::Stdio::null());
        ensure!(start.status()?.success(), "PostgreSQL does not start; see {}", log.display());
        Ok(())
    }

    fn stop(&self) -> Result<()> {
        succeed(self.command("pg_ctl")?.args(["-w", "-m", "fast", "stop"]))
    }

    /// A program of PostgreSQL's, on the data; as its owner where we are root.
    fn command(&self, program: &str) -> Result<Command> {
        let program = self.programs.join(program);
        let mut command = match is_root()? {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", OWNER, "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir("/").arg("-D").arg(&self.data);
        Ok(command)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("PostgreSQL goes on: {error:#}");
        }
    }
}

fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout == b"0\n")
}

fn succeed(command: &mut Command) -> Result<()> {
    let done = command.output()?;
    ensure!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// The folder of the newest server's programs; Debian keeps it out of the `PATH`.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let numbered = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    if let Some(version) = numbered.max() {
        return Ok(format!("/usr/lib/postgresql/{version}/bin").into());
    }
    let which = Command::new("sh").args(["-c", "command -v initdb"]).output()?;
    let initdb = String::from_utf8(which.stdout)?;
    let folder = Path::new(initdb.trim()).parent().filter(|folder| folder.is_absolute());
    Ok(folder.context("PostgreSQL's server programs are not installed")?.to_owned())
}
