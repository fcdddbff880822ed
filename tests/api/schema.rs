//! The schema keeps the tenant wall: every table says whose its rows are, and every key and index begins with that.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::support::Database;

/// The tables that belong to no tenant, each with its reason.
const GLOBAL: [(&str, &str); 5] = [
    ("organizations", "a row is a tenant itself; its id is the tenant"),
    ("users", "a person may belong to several tenants"),
    ("ended_sessions", "a session is a person's, whichever tenant is active in it"),
    ("access_changes", "every instance reads the changes in every tenant, and of people and sessions too"),
    ("webhook_deliveries", "Clerk delivers to the product, and tells of users too"),
];

/// Indexes of tenant-owned tables that do not begin with the tenant, each with its reason.
const ACROSS_TENANTS: [(&str, &str); 5] = [
    ("ix_memberships_user", "one person's organizations, which are several tenants"),
    ("ix_idempotency_records_created", "the sweep deletes by age alone"),
    ("uq_mail_preferences_token", "the token alone says whose it is"),
    ("ix_jobs_due", "a worker does whichever job is due"),
    ("ix_tasks_purge", "the sweep purges the trash by date alone"),
];

/// What the database says of its tables.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub tables: BTreeMap<String, Table>,
}

/// A table, with its columns in the order of each key and index.
#[derive(Debug, Default)]
pub struct Table {
    pub columns: BTreeMap<String, Column>,
    pub primary: Vec<String>,
    /// The tables it points at, each with the pairs of columns.
    pub foreign: BTreeMap<String, Vec<(String, String)>>,
    pub indexes: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
pub struct Column {
    pub kind: String,
    pub nullable: bool,
    pub generated: bool,
}

const POSTGRES_COLUMNS: &str = "SELECT c.table_name, c.column_name, c.data_type, c.is_nullable, c.is_generated
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'";
const POSTGRES_PRIMARY: &str = "SELECT c.conrelid::regclass::text, a.attname::text FROM pg_constraint c
     CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k(number, position)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
     WHERE c.contype = 'p' AND c.connamespace = 'public'::regnamespace ORDER BY 1, k.position";
const POSTGRES_FOREIGN: &str =
    "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, a.attname::text, b.attname::text
     FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY k(here, there, position)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here
     JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY c.conname, k.position";
const POSTGRES_INDEXES: &str = "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
     pg_get_indexdef(i.indexrelid, k.position, true)
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid AND c.relnamespace = 'public'::regnamespace
     CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) k(position) ORDER BY 1, 2, k.position";

const SQLITE_COLUMNS: &str =
    "SELECT m.name, x.name, x.type, iif(x.\"notnull\", 'NO', 'YES'), iif(x.hidden, 'ALWAYS', 'NEVER')
     FROM sqlite_master m, pragma_table_xinfo(m.name) x WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const SQLITE_PRIMARY: &str = "SELECT m.name, x.name FROM sqlite_master m, pragma_table_info(m.name) x
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND x.pk > 0 ORDER BY m.name, x.pk";
const SQLITE_FOREIGN: &str = "SELECT m.name, f.\"table\", f.\"from\", f.\"to\"
     FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq";
const SQLITE_INDEXES: &str = "SELECT m.name, l.name, coalesce(i.name, 'an expression')
     FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
     WHERE m.type = 'table' AND l.origin = 'c' ORDER BY m.name, l.name, i.seqno";

impl Catalogue {
    /// Asks the database, leaving out the migrator's own table.
    pub async fn read(db: &DatabaseConnection) -> Self {
        let [columns, primary, foreign, indexes] = match db.get_database_backend() {
            DbBackend::Postgres => [POSTGRES_COLUMNS, POSTGRES_PRIMARY, POSTGRES_FOREIGN, POSTGRES_INDEXES],
            _ => [SQLITE_COLUMNS, SQLITE_PRIMARY, SQLITE_FOREIGN, SQLITE_INDEXES],
        };
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        for [table, name, kind, nullable, generated] in rows(db, columns).await {
            let column = Column { kind, nullable: nullable == "YES", generated: generated == "ALWAYS" };
            tables.entry(table).or_default().columns.insert(name, column);
        }
        for [table, column] in rows(db, primary).await {
            tables.entry(table).or_default().primary.push(column);
        }
        for [table, parent, here, there] in rows(db, foreign).await {
            tables.entry(table).or_default().foreign.entry(parent).or_default().push((here, there));
        }
        for [table, index, column] in rows(db, indexes).await {
            tables.entry(table).or_default().indexes.entry(index).or_default().push(column);
        }
        tables.remove("seaql_migrations");
        Self { tables }
    }

    fn owned(&self) -> impl Iterator<Item = (&String, &Table)> {
        self.tables.iter().filter(|(name, _)| !is_global(name))
    }
}

fn is_global(table: &str) -> bool {
    GLOBAL.iter().any(|(name, _)| *name == table)
}

/// The rows of a query, every column as text.
async fn rows<const N: usize>(db: &DatabaseConnection, query: &str) -> Vec<[String; N]> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| std::array::from_fn(|index| row.try_get_by_index(index).unwrap())).collect()
}

/// The first column of a query.
pub async fn strings(db: &DatabaseConnection, query: &str) -> Vec<String> {
    rows(db, query).await.into_iter().map(|[line]: [String; 1]| line).collect()
}

on_both_databases! {
    async fn every_table_is_a_tenants_or_says_why_not(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        assert!(catalogue.tables.len() >= 9, "the catalogue was misread: {:?}", catalogue.tables.keys());
        for (name, table) in catalogue.owned() {
            assert!(
                table.columns.contains_key("tenant_id"),
                "The table {name} does not say whose its rows are. Make it with `tables::tenant_owned_table`, or add it \
                 to GLOBAL in tests/api/schema.rs with the reason why its rows belong to no tenant."
            );
            assert_eq!(
                table.primary.first().map(String::as_str), Some("tenant_id"),
                "The primary key of {name} must begin with tenant_id; make the table with `tables::tenant_owned_table`."
            );
            assert!(!table.columns["tenant_id"].nullable, "{name}.tenant_id must not be null");
        }
        for (name, reason) in GLOBAL {
            let table = catalogue.tables.get(name);
            let table = table.unwrap_or_else(|| panic!("GLOBAL names {name}, which is gone; remove it there"));
            assert!(
                !table.columns.contains_key("tenant_id"),
                "{name} has a tenant_id, though GLOBAL says: {reason}. Remove it from GLOBAL in tests/api/schema.rs."
            );
        }
    }

    async fn every_index_of_a_tenants_table_begins_with_the_tenant(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        let mut excused = BTreeSet::new();
        for (name, table) in catalogue.owned() {
            for (index, columns) in &table.indexes {
                if ACROSS_TENANTS.iter().any(|(excused, _)| excused == index) {
                    excused.insert(index.as_str());
                    continue;
                }
                assert_eq!(
                    columns.first().map(String::as_str), Some("tenant_id"),
                    "The index {index} of {name} does not begin with tenant_id, so a list of one tenant reads every \
                     tenant's rows. Make it with `tables::tenant_index`, or add it to ACROSS_TENANTS in \
                     tests/api/schema.rs with the reason why it serves no tenant's list."
                );
            }
        }
        let named: BTreeSet<&str> = ACROSS_TENANTS.iter().map(|(index, _)| *index).collect();
        assert_eq!(excused, named, "ACROSS_TENANTS in tests/api/schema.rs names an index that is gone; remove it there");
    }

    async fn a_child_points_at_its_parent_by_tenant_and_id(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        let mut seen = 0;
        for (name, table) in &catalogue.tables {
            for (parent, pairs) in &table.foreign {
                seen += 1;
                assert!(
                    !is_global(parent),
                    "{name} has a foreign key to {parent}, which is a mirror and may be behind: drop the key."
                );
                assert_eq!(
                    pairs.first(), Some(&("tenant_id".to_owned(), "tenant_id".to_owned())),
                    "The foreign key from {name} to {parent} must hold (tenant_id, …) on both sides, or a row can refer \
                     to another tenant's row."
                );
                assert!(pairs.len() > 1, "the foreign key from {name} to {parent} holds the tenant alone");
            }
        }
        assert!(seen > 0, "the catalogue was misread: not one foreign key");
        for (name, table) in catalogue.owned() {
            let parents: BTreeSet<&str> = table.foreign.keys().map(String::as_str).collect();
            for column in table.columns.keys().filter_map(|column| column.strip_suffix("_id")) {
                let parent = format!("{column}s");
                assert!(
                    is_global(&parent) || !catalogue.tables.contains_key(&parent) || parents.contains(parent.as_str()),
                    "{name}.{column}_id names a row of {parent}: give it a foreign key on (tenant_id, {column}_id)."
                );
            }
        }
    }
}

/// Names that PostgreSQL makes up end like this: `tasks_pkey`, `tasks_status_check`, `tasks_title_key`.
const MADE_UP: &str = "SELECT conname || ' on ' || conrelid::regclass::text FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass AND contype <> 'n'
     AND conname !~ CASE contype WHEN 'p' THEN '^pk_' WHEN 'f' THEN '^fk_' WHEN 'u' THEN '^uq_' ELSE '^ck_' END";

#[tokio::test]
async fn constraints_and_indexes_have_names_of_their_own() {
    if !Database::postgres_is_there() {
        return;
    }
    let scratch = Database::Postgres.scratch().await;
    let db = scratch.connect().await;
    let nameless = strings(&db, MADE_UP).await;
    assert!(
        nameless.is_empty(),
        "Name these constraints pk_, fk_, uq_ or ck_<table>_<what>, so that errors can be told apart by name and later \
         migrations can find them: {nameless:#?}"
    );
    for (table, columns) in Catalogue::read(&db).await.tables {
        for index in columns.indexes.keys() {
            assert!(
                ["pk_", "uq_", "ix_"].iter().any(|prefix| index.starts_with(prefix)),
                "name the index {index} of {table} ix_<table>_<what>, or uq_ when it is unique"
            );
        }
    }
}
