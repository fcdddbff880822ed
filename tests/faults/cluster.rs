//! PostgreSQL clusters of a test's own, to be killed, restarted and promoted; gone with the test, however it ends.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr};
use tempfile::TempDir;

use crate::tools::{self, bound_to_us, lasting_port, until};

/// Who runs the server where the tests are root, which it refuses to be.
const OWNER: &str = "postgres";

/// The login of the program under test: as in production it owns nothing and inherits nothing.
const RUNTIME: &str = "CREATE ROLE tenantry LOGIN NOINHERIT; GRANT tenantry_app, tenantry_system TO tenantry";

/// A cluster and its server, which may be down.
pub struct Cluster {
    pub port: u16,
    folder: TempDir,
    server: Option<Child>,
}

impl Cluster {
    /// A running, migrated cluster; none where PostgreSQL is not installed.
    pub async fn start_new() -> Option<Self> {
        if programs().is_none() {
            tools::left_out("PostgreSQL's server programs are not installed");
            return None;
        }
        let mut cluster = Self::folder();
        cluster.fill();
        cluster.start().await;
        cluster.migrate().await;
        Some(cluster)
    }

    /// One that strangers' machines reach through TLS alone, as hosted ones are, and the certificate of who vouches for it.
    pub async fn start_encrypted() -> Option<(Self, PathBuf)> {
        if programs().is_none() {
            tools::left_out("PostgreSQL's server programs are not installed");
            return None;
        }
        let mut cluster = Self::folder();
        cluster.fill();
        let (data, shown) = (cluster.data(), rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap());
        let issuer = cluster.folder.path().join("issuer.pem");
        std::fs::write(&issuer, shown.cert.pem()).unwrap();
        for (name, text) in [("server.crt", shown.cert.pem()), ("server.key", shown.signing_key.serialize_pem())] {
            std::fs::write(data.join(name), text).unwrap();
            std::fs::set_permissions(data.join(name), Permissions::from_mode(0o600)).unwrap();
            tools::give_to(OWNER, &data.join(name));
        }
        // The owner's address says without: the tests look on from this machine.
        let rules = "host all postgres 127.0.0.1/32 trust\nhostssl all tenantry 127.0.0.1/32 trust\n";
        std::fs::write(data.join("pg_hba.conf"), rules).unwrap();
        std::fs::write(data.join("postgresql.auto.conf"), "ssl = on\n").unwrap();
        cluster.start().await;
        cluster.migrate().await;
        Some((cluster, issuer))
    }

    fn fill(&self) {
        let data = self.data();
        let initdb = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"];
        self.run("initdb", &[&["-D", data.to_str().unwrap()], &initdb[..]].concat());
    }

    /// A copy that follows this one and is read meanwhile; what is committed here from now on is there, too.
    pub async fn standby(&self) -> Self {
        let mut standby = Self::folder();
        let (data, from) = (standby.data(), self.owner_url());
        standby.run("pg_basebackup", &["-D", data.to_str().unwrap(), "-d", &from, "-R", "-c", "fast", "-X", "stream"]);
        standby.start().await;
        // In the settings of this one alone: the other has nobody to wait for.
        let db = self.connect().await.unwrap();
        db.execute_unprepared("ALTER SYSTEM SET synchronous_standby_names = '*'").await.unwrap();
        db.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
        until("the standby to be waited for", 20, async || {
            let replicas = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
            (db.execute_unprepared(replicas).await.unwrap().rows_affected() == 1).then_some(())
        })
        .await;
        standby
    }

    /// Where the program logs in.
    pub fn url(&self) -> String {
        format!("postgres://tenantry@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Where the owner logs in, past every wall.
    pub fn owner_url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// A connection past every wall.
    pub async fn connect(&self) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(self.owner_url());
        options.max_connections(2).acquire_timeout(Duration::from_secs(2)).sqlx_logging(false);
        Database::connect(options).await
    }

    /// Starts the server, and waits until it answers.
    pub async fn start(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.server = Some(self.spawn());
            // After a kill it refuses to start until the last process of the one before has noticed and gone.
            while self.server.as_mut().unwrap().try_wait().unwrap().is_none() {
                if self.connect().await.is_ok() {
                    return;
                }
                assert!(Instant::now() < deadline, "PostgreSQL does not answer:\n{}", self.log());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(Instant::now() < deadline, "PostgreSQL does not start:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// SIGKILL to the server's first process: the others see it and go.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// Waits until no standby follows any more: of one that was killed, the process that follows goes a moment later.
    pub async fn until_not_followed(&self) {
        let db = self.connect().await.unwrap();
        until("the standby to be gone", 20, async || {
            let followers = db.execute_unprepared("SELECT 1 FROM pg_stat_replication").await.unwrap();
            (followers.rows_affected() == 0).then_some(())
        })
        .await;
    }

    /// An immediate stop, which tells whoever is connected.
    pub fn stop_immediately(&mut self) {
        let mut server = self.server.take().expect("it runs");
        tools::signal(server.id(), "QUIT");
        server.wait().unwrap();
    }

    /// A standby becomes a primary.
    pub async fn promote(&self) {
        let db = self.connect().await.unwrap();
        db.execute_unprepared("SELECT pg_promote(true, 30)").await.unwrap();
    }

    fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let cluster = Self { port: lasting_port(), folder, server: None };
        std::fs::create_dir(cluster.data()).unwrap();
        std::fs::set_permissions(cluster.data(), Permissions::from_mode(0o700)).unwrap();
        tools::give_to(OWNER, &cluster.data());
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn spawn(&self) -> Child {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = bound_to_us("QUIT", OWNER, &programs().unwrap().join("postgres"));
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = bound_to_us("KILL", OWNER, &programs().unwrap().join(program));
        let done = command.args(arguments).current_dir("/").output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// With the program's own command, as an operator does.
    async fn migrate(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
        command.args(["migrate", "up"]).env_clear().env("DATABASE_URL", self.owner_url()).env("APP_ENV", "local");
        let done = command.current_dir(self.folder.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        self.connect().await.unwrap().execute_unprepared(RUNTIME).await.unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        tools::signal(server.id(), "QUIT");
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(server.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = server.kill();
        let _ = server.wait();
    }
}

/// The folder of the newest server's programs; Debian keeps it out of the `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let numbered = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let debian = numbered.max().map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    let folder = debian.map(PathBuf::from);
    folder.or_else(|| Some(tools::program("initdb", &[])?.parent().unwrap_or(Path::new("/")).to_owned()))
}
