//! Every row of every table, as text, to see what a request left behind.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tenantry::db::Db;

const POSTGRES_TABLES: &str =
    "SELECT format('SELECT %L || t::text AS row FROM %I t', table_name || ': ', table_name) AS part
     FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
const SQLITE_TABLES: &str = "SELECT printf('SELECT ''%w: '' || %s AS row FROM \"%w\"', m.name,
         group_concat(printf('quote(\"%w\")', x.name), ' || '','' || '), m.name) AS part
     FROM sqlite_master m, pragma_table_xinfo(m.name) x
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name";

/// How to read every row of every table in one statement.
pub struct Rows {
    db: Db,
    statement: Statement,
}

impl Rows {
    /// Asks the database for its tables.
    pub async fn of(db: &Db) -> Self {
        let backend = db.system().get_database_backend();
        let tables = if backend == DbBackend::Postgres { POSTGRES_TABLES } else { SQLITE_TABLES };
        let parts = texts(db, Statement::from_string(backend, tables), "part").await;
        assert!(parts.len() >= 8, "only {} tables", parts.len());
        Self { db: db.clone(), statement: Statement::from_string(backend, parts.join(" UNION ALL ")) }
    }

    /// All rows there are, each with the name of its table, sorted.
    pub async fn all(&self) -> Vec<String> {
        let mut rows = texts(&self.db, self.statement.clone(), "row").await;
        rows.sort();
        rows
    }
}

async fn texts(db: &Db, statement: Statement, column: &str) -> Vec<String> {
    let rows = db.system().query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
}

/// Whether a text holds another, as it is or in the hexadecimal in which both databases show bytes.
pub fn holds(text: &str, secret: &str) -> bool {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    text.contains(secret) || text.to_lowercase().contains(&hex)
}
