//! A real PgBouncer in transaction mode between the API and PostgreSQL: two sessions of the server for every connection of the
//! pool, so that each transaction finds another tenant's leavings if there are any.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::sqlx::{Row, raw_sql};
use serde_json::json;
use tempfile::TempDir;
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::db::Db;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::support::{Caller, Database, Setup, TestApp};

/// A running pooler; killed when dropped.
struct PgBouncer {
    child: Child,
    /// The database through it.
    config: DatabaseConfig,
    _folder: TempDir,
}

impl PgBouncer {
    /// Debian's own may be older than 1.21 and does not know the driver's prepared statements.
    async fn before(config: &DatabaseConfig) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
        let Some(program) = program.into_iter().find(|path| Path::new(path).exists()) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true, and PgBouncer is not installed");
            eprintln!("LEFT OUT: PgBouncer is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut url = url::Url::parse(config.url.expose()).unwrap();
        let settings = settings(&url, folder.path(), port);
        std::fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        std::fs::write(folder.path().join("users"), format!("\"{}\" \"\"\n", url.username())).unwrap();
        let mut command = Command::new(program);
        if running_as_root() {
            // It refuses to be root, and reads its files as somebody else.
            open_to_all(folder.path());
            command.args(["-u", "nobody"]);
        }
        let child =
            command.arg(folder.path().join("pgbouncer.ini")).stderr(Stdio::null()).stdout(Stdio::null()).spawn();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        url.set_query(Some("sslmode=disable&statement-cache-capacity=0"));
        let config = DatabaseConfig { url: DatabaseUrl::parse(url.as_str()).unwrap(), ..config.clone() };
        let mut pooler = Self { child: child.unwrap(), config, _folder: folder };
        pooler.until_listening(port).await;
        Some(pooler)
    }

    async fn until_listening(&mut self, port: u16) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "PgBouncer does not listen; ended: {ended:?}");
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two sessions for all, and no start-up parameter that it does not know.
fn settings(url: &url::Url, folder: &Path, port: u16) -> String {
    format!(
        "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = trust\nauth_file = {}/users\npool_mode = transaction\ndefault_pool_size = 2\n\
         max_client_conn = 100\n",
        url.host_str().unwrap(),
        url.port().unwrap_or(5432),
        folder.display()
    )
}

fn running_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

#[cfg(unix)]
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// An API behind a pooler, with the owner's and a rival's admin.
async fn behind() -> Option<(TestApp, PgBouncer, Caller, Caller)> {
    if !Database::postgres_is_there() {
        return None;
    }
    let app = TestApp::start(Database::Postgres).await;
    let pooler = PgBouncer::before(&app.scratch.config).await?;
    let app = app.over(Db::connect(&pooler.config).await.unwrap(), &Setup::default());
    let (acme, rival) = (app.organization("acme").await.admin(), app.organization("rival").await.admin());
    Some((app.clone(), pooler, acme.at(&app), rival.at(&app)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_main_path_works_through_a_transaction_pooler() {
    let Some((app, _pooler, acme, rival)) = behind().await else { return };
    assert_eq!(app.db.role().await.unwrap().unwrap().lacks(), None);
    let keyed = acme.clone().header("idempotency-key", "k");
    let task = keyed.post("/api/tasks", json!({"title": "Ship it", "labels": ["a", "b"]})).await;
    assert_eq!(task.summary(), "201");
    let again = keyed.post("/api/tasks", json!({"title": "Ship it", "labels": ["a", "b"]})).await;
    assert_eq!(again.header("idempotency-replayed").unwrap(), "true");
    let path = format!("/api/tasks/{}", task.json()["id"].as_str().unwrap());
    assert_eq!(acme.patch(&path, json!({"status": "started", "labels": ["c"]})).await.summary(), "200");
    assert_eq!(acme.get("/api/tasks?label=c&search=ship&count=exact").await.header("x-total-count").unwrap(), "1");
    assert_eq!(acme.get("/api/tasks/stats").await.json()["started"], 1);
    assert_eq!(rival.get(&path).await.summary(), "404 task_not_found");
    assert_eq!(rival.patch(&path, json!({"title": "Taken"})).await.summary(), "404 task_not_found");
    assert_eq!(acme.get("/api/members").await.list().len(), 1);
    assert_eq!(acme.get("/api/organizations").await.list().len(), 1);
    assert_eq!(acme.get("/api/me").await.summary(), "200");
    assert_eq!(acme.delete(&path).await.summary(), "204");
    app.clerk.update_organization(&app.organization("acme").await.id, Default::default()).unwrap();
    assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary().starts_with("200")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_that_share_the_servers_sessions_never_meet() {
    let Some((app, _pooler, acme, rival)) = behind().await else { return };
    let mut callers = JoinSet::new();
    for number in 0..60 {
        for (caller, name) in [(acme.clone(), "acme"), (rival.clone(), "rival")] {
            callers.spawn(async move {
                let created = caller.post("/api/tasks", json!({"title": format!("{name} {number}")})).await;
                assert_eq!(created.summary(), "201", "{name}");
                let titles = caller.get("/api/tasks?limit=200").await.each("title");
                let all_own = titles.iter().all(|title| title.starts_with(name));
                assert!(all_own, "{name} was shown {titles:?}");
            });
        }
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    let own = "SELECT session_user = current_user AND coalesce(current_setting('app.tenant_id', true), '') = ''
        AND current_setting('statement_timeout') = '0' AS clean";
    for _ in 0..4 {
        let sessions = app.db.system_connection().get_postgres_connection_pool();
        let left = raw_sql(own).fetch_one(sessions).await.unwrap();
        assert!(left.try_get::<bool, _>("clean").unwrap(), "a transaction left its role, tenant or timeout behind");
    }
}
