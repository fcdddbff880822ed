//! A database of each test's own: a copy of a migrated template, gone when the test is.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tempfile::TempDir;
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A test's own database.
pub struct Scratch {
    pub config: DatabaseConfig,
    home: Home,
}

enum Home {
    Folder(#[expect(dead_code, reason = "removes the folder when dropped")] TempDir),
    Server(String),
}

impl Database {
    /// Whether there is a PostgreSQL; with `CI=true` its absence is a failure.
    pub fn postgres_is_there() -> bool {
        static THERE: OnceLock<bool> = OnceLock::new();
        let there = *THERE.get_or_init(|| {
            let there = in_a_runtime(async { open(&server_url("postgres")).await.is_ok() });
            if !there {
                let why = "none answers at TEST_DATABASE_URL or 127.0.0.1:5432";
                // Past the capture of a test's output, which hides what a passing test prints.
                let _ = writeln!(std::io::stderr(), "LEFT OUT: tests on PostgreSQL; {why}");
            }
            there
        });
        assert!(there || variable("CI").as_deref() != Some("true"), "CI=true, and there is no PostgreSQL");
        there
    }

    /// A migrated database with nothing in it.
    pub async fn scratch(self) -> Scratch {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("test.db");
                std::fs::copy(sqlite_template(), &file).unwrap();
                Scratch { config: config(&format!("sqlite://{}", file.display())), home: Home::Folder(folder) }
            }
            Self::Postgres => {
                let template = postgres_template();
                let name = format!("tenantry_test_{}", Uuid::now_v7().simple());
                let admin = open(&server_url("postgres")).await.unwrap();
                admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
                admin.close().await.unwrap();
                let mut config = config(&server_url(&name));
                config.url = DatabaseUrl::parse(&runtime_url(&name)).unwrap();
                config.direct_url = config.url.clone();
                Scratch { config, home: Home::Server(name) }
            }
        }
    }

    /// An empty database, not migrated.
    pub async fn empty(self) -> Scratch {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
                Scratch { config: config(&url), home: Home::Folder(folder) }
            }
            Self::Postgres => {
                let name = format!("tenantry_test_{}", Uuid::now_v7().simple());
                let admin = open(&server_url("postgres")).await.unwrap();
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                admin.close().await.unwrap();
                Scratch { config: config(&server_url(&name)), home: Home::Server(name) }
            }
        }
    }
}

impl Scratch {
    /// A connection past every wall: as the owner, who here is a superuser.
    pub async fn connect(&self) -> DatabaseConnection {
        open(self.config.migration_url.expose()).await.unwrap()
    }
}

impl Scratch {
    /// A bare connection of the role that serves.
    pub async fn login(&self) -> DatabaseConnection {
        open(self.config.url.expose()).await.unwrap()
    }

    /// Drops the database under whoever uses it; an SQLite file stays until the end.
    pub fn drop_now(&self) {
        if let Home::Server(name) = &self.home {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // In a thread of its own: a test's runtime may be gone or busy.
            let dropped = std::thread::spawn(move || {
                in_a_runtime(async move {
                    if let Ok(admin) = open(&server_url("postgres")).await {
                        let _ = admin.execute_unprepared(&drop).await;
                    }
                });
            });
            let _ = dropped.join();
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.drop_now();
    }
}

/// What the pool is given in tests.
fn config(url: &str) -> DatabaseConfig {
    let url = DatabaseUrl::parse(url).unwrap();
    DatabaseConfig {
        direct_url: url.clone(),
        migration_url: url.clone(),
        url,
        max_connections: 8,
        min_connections: 0,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(10),
        auto_migrate: false,
    }
}

/// The same server, another database.
fn server_url(database: &str) -> String {
    let base = variable("TEST_DATABASE_URL").unwrap_or_else(|| "postgres://postgres@127.0.0.1:5432/postgres".into());
    let mut url = url::Url::parse(&base).unwrap();
    url.set_path(database);
    url.to_string()
}

/// The login of the server under test: as in production it owns nothing and inherits nothing.
const RUNTIME: &str = "tenantry_test_runtime";

/// Made once for the cluster; another run may be making it at this moment.
const MAKE_RUNTIME: &str = "DO $$ BEGIN
    CREATE ROLE tenantry_test_runtime LOGIN NOINHERIT PASSWORD 'plainly fake';
    GRANT tenantry_app, tenantry_system TO tenantry_test_runtime;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

fn runtime_url(database: &str) -> String {
    let mut url = url::Url::parse(&server_url(database)).unwrap();
    url.set_username(RUNTIME).unwrap();
    url.set_password(Some("plainly fake")).unwrap();
    url.to_string()
}

async fn open(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(2).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
    sea_orm::Database::connect(options).await
}

fn in_a_runtime<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime().block_on(work)).join().unwrap()
}

fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        in_a_runtime(async move {
            let db = open(&url).await.unwrap();
            Migrator::up(&db, None).await.unwrap();
            db.close().await.unwrap();
        });
        (folder, file)
    });
    file
}

/// Made once for each state of the migrations, and kept between runs.
fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    TEMPLATE.get_or_init(|| {
        let name = format!("tenantry_template_{}", migrations_digest());
        in_a_runtime({
            let name = name.clone();
            async move { make_template(&name).await }
        });
        name
    })
}

async fn make_template(name: &str) {
    let admin = open(&server_url("postgres")).await.unwrap();
    let lock = admin.get_postgres_connection_pool().acquire().await.unwrap();
    let mut lock = lock;
    sea_orm::sqlx::query("SELECT pg_advisory_lock(5481027)").execute(&mut *lock).await.unwrap();
    let known = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 AS one FROM pg_database WHERE datname = $1",
        [name.into()],
    );
    if admin.query_one_raw(known).await.unwrap().is_none() {
        let unfinished = format!("{name}_unfinished");
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {unfinished}")).await.unwrap();
        let db = open(&server_url(&unfinished)).await.unwrap();
        Migrator::up(&db, None).await.unwrap();
        db.execute_unprepared(MAKE_RUNTIME).await.unwrap();
        db.close().await.unwrap();
        admin.execute_unprepared(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await.unwrap();
    }
    sea_orm::sqlx::query("SELECT pg_advisory_unlock(5481027)").execute(&mut *lock).await.unwrap();
}

fn migrations_digest() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migration/src");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(std::fs::read(file).unwrap());
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all);
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
