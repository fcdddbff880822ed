//! An empty database for one test.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::db::Db;
use url::Url;
use uuid::Uuid;

/// How long a busy server may take to make or drop a database.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A migrated database that goes away with [`Scratch::discard`].
pub struct Scratch {
    pub db: Db,
    place: Place,
}

enum Place {
    File(TempDir),
    Server { admin: String, name: String },
}

impl Scratch {
    /// None when PostgreSQL is not at hand, which is a failure with `CI=true`.
    pub async fn make(kind: Kind) -> Option<Self> {
        let (url, place) = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
                (url, Place::File(folder))
            }
            Kind::Postgres => create().await?,
        };
        let db = connect(&url, 20, Duration::from_secs(4)).await.unwrap();
        Migrator::up(db.system_connection(), None).await.unwrap();
        Some(Self { db, place })
    }

    pub async fn discard(self) {
        self.db.close().await.unwrap();
        match self.place {
            Place::File(folder) => folder.close().unwrap(),
            Place::Server { admin, name } => {
                let server = connect(&admin, 1, PATIENCE).await.unwrap();
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                server.system_connection().execute_unprepared(&drop).await.unwrap();
            }
        }
    }
}

async fn create() -> Option<(String, Place)> {
    let given = std::env::var("TEST_DATABASE_URL").ok();
    let admin = given.unwrap_or_else(|| "postgres://postgres@127.0.0.1:5432/postgres".into());
    let server = match connect(&admin, 1, PATIENCE).await {
        Ok(server) => server,
        Err(error) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("no PostgreSQL: {error}"),
        Err(_) => {
            eprintln!("left out: no PostgreSQL at TEST_DATABASE_URL or 127.0.0.1:5432");
            return None;
        }
    };
    let name = format!("tenantry_webhooks_{}", Uuid::now_v7().simple());
    server.system_connection().execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let mut url = Url::parse(&admin).unwrap();
    url.set_path(&name);
    Some((url.into(), Place::Server { admin, name }))
}

async fn connect(url: &str, max_connections: u32, statement_timeout: Duration) -> Result<Db, sea_orm::DbErr> {
    let url = DatabaseUrl::parse(url).unwrap();
    Db::connect(&DatabaseConfig {
        direct_url: url.clone(),
        migration_url: url.clone(),
        url,
        max_connections,
        min_connections: 0,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout,
        auto_migrate: false,
    })
    .await
}
