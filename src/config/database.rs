//! The database's addresses and the size of its pool.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::mistakes::Fault;
use super::reader::Reader;
use super::{Command, placeholder};

const LOCAL_DATABASE: &str = "sqlite://tenantry.db?mode=rwc";
const FORMS: &str = "write sqlite://path?mode=rwc or postgres://user:password@host:5432/database";

/// The database and its pool.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// The database, as the role that serves requests.
    pub url: DatabaseUrl,
    /// The same database past any pooler, for LISTEN; equals `url` unless told otherwise.
    pub direct_url: DatabaseUrl,
    /// The same database as the role that owns the tables; equals `url` unless told otherwise.
    pub migration_url: DatabaseUrl,
    /// Most connections in the pool.
    pub max_connections: u32,
    /// Connections kept open when idle; at most `max_connections`.
    pub min_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
    /// Whether the server applies pending migrations when it starts.
    pub auto_migrate: bool,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let url = url(reader);
        let direct_url = second_url(reader, "DATABASE_DIRECT_URL", &url, "past the pooler");
        let migration_url = second_url(reader, "MIGRATION_DATABASE_URL", &url, "as the role that owns its tables");
        let max_connections = reader.number("DATABASE_MAX_CONNECTIONS", 1..=1000);
        Self {
            url,
            direct_url,
            migration_url,
            max_connections,
            min_connections: min_connections(reader, max_connections),
            acquire_timeout: reader.seconds("DATABASE_ACQUIRE_TIMEOUT_SECONDS", 1..=60),
            statement_timeout: reader.seconds("DATABASE_STATEMENT_TIMEOUT_SECONDS", 1..=300),
            auto_migrate: reader.flag_or("AUTO_MIGRATE", reader.command == Command::Dev),
        }
    }
}

/// Which database an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file on this machine.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The address of a database, which may hold a password; `Debug` and `Display` show none of it.
#[derive(Clone)]
pub struct DatabaseUrl {
    kind: DatabaseKind,
    text: SecretString,
}

impl DatabaseUrl {
    /// Parses `sqlite://path`, `sqlite:path`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// What is wrong with any other text, without repeating it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (scheme, rest) = text.split_once(':').ok_or_else(|| Fault::new("is not an address", FORMS))?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => {
                check_sqlite(rest)?;
                DatabaseKind::Sqlite
            }
            "postgres" | "postgresql" => {
                check_postgres(text)?;
                DatabaseKind::Postgres
            }
            other if other.starts_with("postgres") && other.contains('+') => {
                let problem = "names the driver of another language";
                return Err(Fault::new(problem, "begin it with postgres:// alone"));
            }
            _ => return Err(Fault::new("is neither SQLite nor PostgreSQL", FORMS)),
        };
        Ok(Self { kind, text: SecretString::from(text) })
    }

    /// Which database it leads to.
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The whole address, password included: for connecting, never for showing.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether statements may be prepared under names. A transaction pooler that does not know them (PgBouncer before 1.21)
    /// gives one connection's names to another: `statement-cache-capacity=0` in the address turns them off.
    pub fn prepares_statements(&self) -> bool {
        let Ok(url) = Url::parse(self.expose()) else { return true };
        !url.query_pairs().any(|(name, value)| name == "statement-cache-capacity" && value == "0")
    }

    /// Whether it is a SQLite database without a file.
    pub fn is_in_memory(&self) -> bool {
        let text = self.expose();
        self.kind == DatabaseKind::Sqlite && (text.contains(":memory:") || text.contains("mode=memory"))
    }

    fn password(&self) -> Option<String> {
        match self.kind {
            DatabaseKind::Sqlite => None,
            DatabaseKind::Postgres => Some(Url::parse(self.expose()).ok()?.password()?.to_owned()),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DatabaseKind::Sqlite => "sqlite://[REDACTED]",
            DatabaseKind::Postgres => "postgres://[REDACTED]",
        })
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn check_sqlite(rest: &str) -> Result<(), Fault> {
    let path = rest.trim_start_matches("//");
    if path.split('?').next().is_none_or(str::is_empty) {
        return Err(Fault::new("names no file", "write sqlite://path?mode=rwc"));
    }
    Ok(())
}

fn check_postgres(text: &str) -> Result<(), Fault> {
    let mend = "write postgres://user:password@host:5432/database, with %40 for an @ in the \
                password and the like";
    let url = Url::parse(text).map_err(|_| Fault::new("cannot be read as an address", mend))?;
    // A socket is named by the parameter `host`, and then the address has none.
    let socket = url.query_pairs().any(|(name, _)| name == "host");
    if !url.has_host() && !socket {
        return Err(Fault::new("names no host", mend));
    }
    Ok(())
}

fn url(reader: &mut Reader<'_>) -> DatabaseUrl {
    let name = "DATABASE_URL";
    let Some(value) = reader.value(name) else {
        if reader.environment.is_hosted() {
            let problem = format!("not set, and {} has no default", reader.environment);
            reader.mistake(name, problem, FORMS);
        }
        return local_database();
    };
    address(reader, name, &value).unwrap_or_else(local_database)
}

/// Another way to the database of `DATABASE_URL`.
fn second_url(reader: &mut Reader<'_>, name: &'static str, url: &DatabaseUrl, how: &str) -> DatabaseUrl {
    let Some(value) = reader.value(name) else {
        return url.clone();
    };
    let Some(own) = address(reader, name, &value) else {
        return url.clone();
    };
    if own.kind != url.kind && !reader.blames_any(&["DATABASE_URL"]) {
        let problem = "is another kind of database than DATABASE_URL";
        let mend = format!("name the same database there, {how}");
        reader.fault(name, &value, Fault::new(problem, mend));
    }
    own
}

fn address(reader: &mut Reader<'_>, name: &'static str, value: &str) -> Option<DatabaseUrl> {
    if reader.refuses_placeholder(name, value) {
        return None;
    }
    let parsed = DatabaseUrl::parse(value).and_then(|url| {
        // Each connection would have an empty database of its own.
        if url.is_in_memory() {
            return Err(Fault::new("keeps nothing after a restart", FORMS));
        }
        let hosted = reader.environment.is_hosted();
        if hosted && url.password().is_some_and(|p| placeholder::is_placeholder(&p)) {
            let problem = format!("has a placeholder for a password, which {} refuses", reader.environment);
            return Err(Fault::new(problem, "put the real password there"));
        }
        Ok(url)
    });
    parsed.map_err(|fault| reader.fault(name, value, fault)).ok()
}

fn min_connections(reader: &mut Reader<'_>, max: u32) -> u32 {
    let name = "DATABASE_MIN_CONNECTIONS";
    let min = reader.number(name, 0..=1000);
    if min > max && !reader.blames_any(&["DATABASE_MAX_CONNECTIONS"]) {
        let problem = format!("{min} is more than DATABASE_MAX_CONNECTIONS, {max}");
        reader.mistake(name, problem, "lower it, or raise the other");
    }
    min
}

fn local_database() -> DatabaseUrl {
    DatabaseUrl { kind: DatabaseKind::Sqlite, text: SecretString::from(LOCAL_DATABASE) }
}
