//! The migrations: up, down and up again, two at once, and entities that say what the schema says.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, EntityTrait, Iden, Iterable, TransactionTrait,
};
use tempfile::TempDir;
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::{db, directory, idempotency, jobs, mail, tasks, webhooks};

use crate::schema::{Catalogue, strings};
use crate::support::Database;

/// The same test on an empty, unmigrated database of each kind.
macro_rules! on_empty_databases {
    ($(async fn $name:ident($database:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($database: Database) $body

            #[tokio::test]
            async fn on_sqlite() {
                test(Database::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if Database::postgres_is_there() {
                    test(Database::Postgres).await;
                }
            }
        }
    )*};
}

on_empty_databases! {
    async fn down_takes_back_all_that_up_made_and_up_makes_it_again(database) {
        let scratch = database.empty().await;
        let db = scratch.connect().await;
        let untouched = everything(&db).await;
        Migrator::up(&db, None).await.unwrap();
        let first = everything(&db).await;
        assert!(first.len() > untouched.len() + 20, "up made next to nothing: {first:#?}");

        Migrator::down(&db, None).await.unwrap();
        let left = without_records(everything(&db).await);
        assert_same(&left, &untouched, "`down` of some migration leaves something behind; drop there what `up` makes");

        Migrator::up(&db, None).await.unwrap();
        assert_same(&everything(&db).await, &first, "the second `up` makes another schema than the first");
    }

    async fn each_step_down_and_up_again_changes_nothing(database) {
        let scratch = database.empty().await;
        let db = scratch.connect().await;
        for step in Migrator::migrations() {
            let before = everything(&db).await;
            Migrator::up(&db, Some(1)).await.unwrap();
            let after = everything(&db).await;
            Migrator::down(&db, Some(1)).await.unwrap();
            let (back, before) = (without_records(everything(&db).await), without_records(before));
            assert_same(&back, &before, &format!("`down` of {} does not undo its `up`", step.name()));
            Migrator::up(&db, Some(1)).await.unwrap();
            assert_same(&everything(&db).await, &after, &format!("{} does not go up twice alike", step.name()));
        }
    }

    async fn the_program_migrates_up_and_down_and_says_where_it_is(database) {
        let scratch = database.empty().await;
        let all = Migrator::migrations().len();
        let untouched = everything(&scratch.connect().await).await;
        assert_eq!(states(&tenantry(&scratch.config, &["migrate", "status"])), BTreeMap::from([("pending".into(), all)]));
        assert_same(&everything(&scratch.connect().await).await, &untouched, "`status` changes the schema");
        assert_eq!(states(&tenantry(&scratch.config, &["migrate", "up"])), BTreeMap::from([("applied".into(), all)]));
        // Again, with nothing to do.
        assert_eq!(states(&tenantry(&scratch.config, &["migrate", "up"])), BTreeMap::from([("applied".into(), all)]));
        let down = states(&tenantry(&scratch.config, &["migrate", "down"]));
        assert_eq!(down, BTreeMap::from([("applied".into(), all - 1), ("pending".into(), 1)]));
        let down = states(&tenantry(&scratch.config, &["migrate", "down", &all.to_string()]));
        assert_eq!(down, BTreeMap::from([("pending".into(), all)]));
    }

    async fn a_schema_ahead_of_the_program_is_left_alone(database) {
        let scratch = database.scratch().await;
        let db = scratch.connect().await;
        db.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m99990101_000001_later', 0)").await.unwrap();
        let all = Migrator::migrations().len();
        let expected = BTreeMap::from([("applied".into(), all), ("unknown".into(), 1)]);
        assert_eq!(states(&tenantry(&scratch.config, &["migrate", "up"])), expected, "a release must be able to go back");
        assert_eq!(states(&tenantry(&scratch.config, &["migrate", "status"])), expected);
    }

    async fn instances_that_migrate_at_once_all_succeed(database) {
        let scratch = database.empty().await;
        let all = Migrator::migrations().len();
        let up: Vec<Running> = (0..4).map(|_| start(&scratch.config, &["migrate", "up"])).collect();
        for running in up {
            assert_eq!(states(&running.finish()), BTreeMap::from([("applied".into(), all)]));
        }
        let (together, alone) = (scratch.connect().await, database.scratch().await);
        let alone = everything(&alone.connect().await).await;
        assert_same(&everything(&together).await, &alone, "migrating at once made another schema");

        let down: Vec<Running> = (0..2).map(|_| start(&scratch.config, &["migrate", "down", "1"])).collect();
        down.into_iter().for_each(|running| drop(running.finish()));
        let status = states(&tenantry(&scratch.config, &["migrate", "status"]));
        assert_eq!(status["pending"], 2, "two times one step down is two steps down");
    }

    async fn entities_and_schema_say_the_same(database) {
        let scratch = database.scratch().await;
        let db = scratch.connect().await;
        let catalogue = Catalogue::read(&db).await;
        let entities = entities();
        for table in catalogue.tables.keys() {
            assert!(entities.contains_key(table), "the table {table} has no entity; name it in `entities` of this file");
        }
        for (table, columns) in &entities {
            let stored = catalogue.tables.get(table).unwrap_or_else(|| panic!("no migration makes the table {table}"));
            for (name, (nullable, family)) in columns {
                let column = stored.columns.get(name).unwrap_or_else(|| panic!("no migration makes {table}.{name}"));
                assert_eq!(
                    column.nullable, *nullable,
                    "{table}.{name}: the entity and the migration disagree on whether it may be null"
                );
                if database == Database::Postgres {
                    assert!(
                        family.contains(&column.kind.as_str()),
                        "{table}.{name} is {} in the database and one of {family:?} in the entity",
                        column.kind
                    );
                }
            }
            for (name, column) in &stored.columns {
                // They begin as what says nothing, and no entity reads them.
                let beside = name.starts_with("search_filter_");
                assert!(
                    beside || columns.contains_key(name) || column.generated || column.nullable,
                    "{table}.{name} must be given a value, and the entity does not know it"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_migration_may_take_longer_than_the_statement_of_a_request() {
    if !Database::postgres_is_there() {
        return;
    }
    let scratch = Database::Postgres.empty().await;
    let (db, aside) = (scratch.connect().await, scratch.connect().await);
    Migrator::install(&db).await.unwrap();
    let hold = aside.begin().await.unwrap();
    hold.execute_unprepared("LOCK TABLE seaql_migrations").await.unwrap();
    // The shortest there is: one second.
    let up = start_with(&scratch.config, &["migrate", "up"], &[("DATABASE_STATEMENT_TIMEOUT_SECONDS", "1")]);
    let long = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                AND clock_timestamp() - query_start > interval '1500 ms'";
    let waits = async { while strings(&db, long).await.is_empty() {} };
    tokio::time::timeout(Duration::from_secs(10), waits).await.expect("migrations must have no statement timeout");
    hold.rollback().await.unwrap();
    assert_eq!(states(&up.finish()), BTreeMap::from([("applied".into(), Migrator::migrations().len())]));
}

/// Columns of every entity: whether each may be null, and which types of PostgreSQL hold it.
type Columns = BTreeMap<String, (bool, &'static [&'static str])>;

fn entities() -> BTreeMap<String, Columns> {
    BTreeMap::from([
        columns::<directory::organization::Entity>(),
        columns::<directory::user::Entity>(),
        columns::<directory::subscription::Entity>(),
        columns::<directory::subscription_item::Entity>(),
        columns::<directory::payment_attempt::Entity>(),
        columns::<directory::membership::Entity>(),
        columns::<directory::invitation::Entity>(),
        columns::<directory::ended_session::Entity>(),
        columns::<directory::access_change::entity::Entity>(),
        columns::<tasks::entity::Entity>(),
        columns::<tasks::entity::label::Entity>(),
        columns::<tasks::entity::comment::Entity>(),
        columns::<webhooks::delivery::Entity>(),
        columns::<idempotency::entity::Entity>(),
        columns::<db::journal::Entity>(),
        columns::<db::journal::head::Entity>(),
        columns::<jobs::entity::Entity>(),
        columns::<mail::entity::Entity>(),
        columns::<mail::entity::notice::Entity>(),
    ])
}

fn columns<E: EntityTrait>() -> (String, Columns) {
    let columns = E::Column::iter().map(|column| {
        let definition = column.def();
        (Iden::to_string(&column), (definition.is_null(), family(definition.get_column_type())))
    });
    (E::default().table_name().to_owned(), columns.collect())
}

fn family(kind: &ColumnType) -> &'static [&'static str] {
    match kind {
        ColumnType::String(_) | ColumnType::Text => &["character varying", "text"],
        ColumnType::Uuid => &["uuid"],
        ColumnType::Boolean => &["boolean"],
        ColumnType::SmallInteger => &["smallint"],
        ColumnType::BigInteger => &["bigint"],
        ColumnType::TimestampWithTimeZone => &["timestamp with time zone"],
        ColumnType::JsonBinary => &["jsonb"],
        ColumnType::VarBinary(_) | ColumnType::Binary(_) | ColumnType::Blob => &["bytea"],
        other => panic!("say in `family` which type of PostgreSQL holds {other:?}"),
    }
}

/// All that a schema has: tables, columns, keys, checks, indexes, policies, functions and triggers, in words.
async fn everything(db: &DatabaseConnection) -> Vec<String> {
    let queries: &[&str] = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => &[
            "SELECT 'table ' || relname || ' kind ' || relkind::text || ' rls ' || relrowsecurity::text || ' forced '
                || relforcerowsecurity::text || ' acl ' || coalesce(relacl, acldefault('r', relowner))::text FROM pg_class
             WHERE relnamespace = 'public'::regnamespace",
            // Counted anew, because a column that is dropped leaves its number behind.
            "SELECT 'column ' || table_name || '.' || row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position)
                || ' ' || column_name || ' ' || data_type || ' '
                || coalesce(character_maximum_length::text, '') || ' null ' || is_nullable || ' collate '
                || coalesce(collation_name, '') || ' default ' || coalesce(column_default, '') || ' as '
                || coalesce(generation_expression, '') FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT 'constraint ' || conname || ' on ' || conrelid::regclass::text || ': ' || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT 'policy ' || policyname || ' on ' || tablename || ' ' || permissive || ' ' || roles::text || ' '
                || cmd || ' using ' || coalesce(qual, '') || ' check ' || coalesce(with_check, '')
             FROM pg_policies WHERE schemaname = 'public'",
            "SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        ],
        // Closing a connection leaves statistics behind.
        _ => &["SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master
                WHERE name NOT LIKE 'sqlite_stat%'"],
    };
    let mut lines = Vec::new();
    for query in queries {
        lines.extend(strings(db, query).await);
    }
    lines.sort();
    lines
}

/// Without the migrator's own table, which stays.
fn without_records(schema: Vec<String>) -> Vec<String> {
    schema.into_iter().filter(|line| !line.contains("seaql_migrations")).collect()
}

/// Fails with the lines that only one of the two schemas has.
fn assert_same(one: &[String], other: &[String], promise: &str) {
    let lacking = |lines: &[String], from: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !from.contains(line)).cloned().collect()
    };
    let (more, fewer) = (lacking(one, other), lacking(other, one));
    assert!(more.is_empty() && fewer.is_empty(), "{promise}.\nMore: {more:#?}\nFewer: {fewer:#?}");
}

/// How many migrations `status` shows in each state.
fn states(output: &str) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for line in output.lines() {
        *states.entry(line.split_whitespace().next().unwrap().to_owned()).or_default() += 1;
    }
    states
}

struct Running {
    child: Child,
    _folder: TempDir,
}

impl Running {
    /// What it printed, once it has succeeded.
    fn finish(self) -> String {
        let output = self.child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {err}", output.status);
        out.into_owned()
    }
}

fn tenantry(config: &DatabaseConfig, arguments: &[&str]) -> String {
    start(config, arguments).finish()
}

fn start(config: &DatabaseConfig, arguments: &[&str]) -> Running {
    start_with(config, arguments, &[])
}

fn start_with(config: &DatabaseConfig, arguments: &[&str], environment: &[(&str, &str)]) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let (url, owner): (&DatabaseUrl, &DatabaseUrl) = (&config.url, &config.migration_url);
    let child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .env("DATABASE_URL", url.expose())
        .env("MIGRATION_DATABASE_URL", owner.expose())
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Running { child, _folder: folder }
}

/// SQLite takes an index of which it has no statistics for a better one than those of which it has.
#[tokio::test]
async fn an_index_that_comes_later_takes_no_list_out_of_its_order() {
    let scratch = Database::Sqlite.empty().await;
    let db = scratch.connect().await;
    Migrator::up(&db, Some(13)).await.unwrap();
    let fill = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
        INSERT INTO tasks (tenant_id, id, title, title_folded, status, priority, labels, created_by, updated_by, created_at,
            updated_at, version)
        SELECT 'org_acme', randomblob(16), n, n, 'pending', 'low', '[]', 'user_a', 'user_a', n, n, 1 FROM numbers; ANALYZE;";
    db.execute_unprepared(fill).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let list = "SELECT * FROM tasks WHERE tenant_id = 'org_acme' AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 21";
    let explain = sea_orm::Statement::from_string(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {list}"));
    let lines = db.query_all_raw(explain).await.unwrap();
    let lines: Vec<String> = lines.iter().map(|line| line.try_get_by("detail").unwrap()).collect();
    assert_eq!(lines, ["SEARCH tasks USING INDEX ix_tasks_tenant_created (tenant_id=?)"]);
}

/// What a large table waits for can be made before, beside those who write: the guide to upgrading says how.
#[tokio::test]
async fn filters_that_were_made_before_are_taken_as_they_are() {
    if !Database::postgres_is_there() {
        return;
    }
    let (before, alone) = (Database::Postgres.empty().await, Database::Postgres.scratch().await);
    let db = before.connect().await;
    Migrator::up(&db, Some(13)).await.unwrap();
    let guide = include_str!("../../docs/upgrading.md");
    let (_, sql) = guide.split_once("```sql\n").unwrap();
    let (sql, _) = sql.split_once("```").unwrap();
    assert!(sql.contains("CONCURRENTLY"), "{sql}");
    // Building beside writers is possible outside a transaction alone, so each statement goes by itself.
    for statement in sql.split(";\n\n") {
        db.execute_unprepared(statement).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    assert_same(&everything(&db).await, &everything(&alone.connect().await).await, "the guide makes something else");
}
