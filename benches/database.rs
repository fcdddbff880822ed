//! What a statement costs on PostgreSQL behind row-level security, beside the same statement bare; and what a change costs with
//! its entry in the audit log, with a job, and under a plan's limit.
//!
//! `TEST_DATABASE_URL` says where; by default the server at 127.0.0.1:5432. A database is made, filled and dropped.

#![expect(clippy::disallowed_methods, reason = "a bench makes its own schema and looks behind the wall")]

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tenantry::audit::{Action, Entry, Origin, Target};
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::db::Db;
use tenantry::jobs::enqueue_for_at;
use tenantry::tasks::UnassignFormerMember;
use tokio::runtime::Runtime;

const DATABASE: &str = "tenantry_bench";

/// 100 tenants with 1 000 tasks each.
const FILL: &str = "INSERT INTO tasks (tenant_id, id, title, title_folded, status, priority, labels, created_by,
        updated_by, created_at, updated_at, version)
    SELECT 'org_' || (n % 100), gen_random_uuid(), 'Task ' || n, 'task ' || n, 'pending', 'medium', '[]', 'user_a', 'user_a',
        now() - n * interval '1 second', now(), 1 FROM generate_series(1, 100000) n; ANALYZE tasks";

/// One tenant with as many alone.
const FILL_ONE: &str = "INSERT INTO tasks (tenant_id, id, title, title_folded, status, priority, labels, created_by,
        updated_by, created_at, updated_at, version)
    SELECT 'org_large', gen_random_uuid(), 'Task ' || n, 'task ' || n, 'pending', 'medium', '[]', 'user_a', 'user_a',
        now() - n * interval '1 second', now(), 1 FROM generate_series(1, 100000) n; VACUUM ANALYZE tasks";

const LIST: &str = "SELECT * FROM tasks WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 20";
const ONE: &str = "SELECT * FROM tasks WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";

fn config(database: &str) -> DatabaseConfig {
    let base =
        std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into());
    let mut url = url::Url::parse(&base).expect("an address");
    url.set_path(database);
    let url = DatabaseUrl::parse(url.as_str()).expect("an address");
    DatabaseConfig {
        migration_url: url.clone(),
        direct_url: url.clone(),
        url,
        max_connections: 4,
        min_connections: 1,
        acquire_timeout: Duration::from_secs(3),
        statement_timeout: Duration::from_secs(5),
        auto_migrate: false,
    }
}

async fn run(on: &DatabaseConnection, sql: &str) {
    on.execute_unprepared(sql).await.expect("a statement that works");
}

async fn prepare() -> Db {
    let server = Db::connect(&config("postgres")).await.expect("PostgreSQL");
    let server = server.system_connection();
    run(server, &format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")).await;
    run(server, &format!("CREATE DATABASE {DATABASE}")).await;
    let db = Db::connect(&config(DATABASE)).await.expect("the database");
    Migrator::up(db.system_connection(), None).await.expect("a schema");
    run(db.system_connection(), FILL).await;
    for statement in FILL_ONE.split("; ") {
        run(db.system_connection(), statement).await;
    }
    db
}

const CHANGE: &str = "UPDATE tasks SET version = version + 1 WHERE tenant_id = 'org_7' AND title = 'Task 7'";

async fn ask<C: ConnectionTrait>(on: &C, sql: &str) {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, ["org_7".into()]);
    assert!(!on.query_all_raw(statement).await.expect("rows").is_empty());
}

/// A statement in a transaction as each of the system's, which begins and ends like a tenant's.
fn statements(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let db = runtime.block_on(prepare());
    let (bare, system) = (db.system_connection(), db.system());
    for (what, sql) in [("one", ONE), ("list_20", LIST)] {
        let mut group = c.benchmark_group(format!("postgres/{what}"));
        group.bench_function("bare", |b| b.to_async(&runtime).iter(|| ask(bare, sql)));
        group.bench_function("read_as_somebody", |b| {
            b.to_async(&runtime).iter(async || ask(&system.reader(), sql).await);
        });
        group.bench_function("write_as_somebody", |b| b.to_async(&runtime).iter(|| ask(&system, sql)));
        group.finish();
    }
    changes(c, &runtime, &db);
    runtime.block_on(async {
        db.close().await.expect("the pool to close");
        let server = Db::connect(&config("postgres")).await.expect("PostgreSQL");
        run(server.system_connection(), &format!("DROP DATABASE {DATABASE} WITH (FORCE)")).await;
    });
}

/// One change of one task, alone and with what commits with it.
fn changes(c: &mut Criterion, runtime: &Runtime, db: &Db) {
    let system = db.system();
    let mut group = c.benchmark_group("postgres/change");
    group.bench_function("alone", |b| {
        b.to_async(runtime).iter(async || {
            let tx = system.begin().await.expect("a transaction");
            tx.execute_unprepared(CHANGE).await.expect("a change");
            tx.commit().await.expect("a commit");
        });
    });
    group.bench_function("with_a_job", |b| {
        b.to_async(runtime).iter(async || {
            let tx = system.begin().await.expect("a transaction");
            tx.execute_unprepared(CHANGE).await.expect("a change");
            let job = UnassignFormerMember { user_id: "user_a".into() };
            enqueue_for_at(&tx, "org_7", &job, DateTime::<Utc>::MAX_UTC - TimeDelta::days(400)).await.expect("a job");
            tx.commit().await.expect("a commit");
        });
    });
    // A statement of its own here; a tenant's commit carries it in its message, and waits a round trip less.
    group.bench_function("with_its_entry", |b| {
        b.to_async(runtime).iter(async || {
            let tx = system.begin().await.expect("a transaction");
            tx.execute_unprepared(CHANGE).await.expect("a change");
            let entry = Entry::new(&Origin::operator(), Action::TaskUpdated, Target::new("task", 7));
            tx.record("org_7", entry.after(&serde_json::json!({"status": "completed"}))).await.expect("an entry");
            tx.commit().await.expect("a commit");
        });
    });
    group.bench_function("count_100000", |b| {
        b.to_async(runtime).iter(async || {
            let count = "SELECT count(*) FROM tasks WHERE tenant_id = 'org_large' AND deleted_at IS NULL";
            let statement = Statement::from_string(system.get_database_backend(), count);
            system.reader().query_one_raw(statement).await.expect("a number");
        });
    });
    group.finish();
}

criterion_group!(benches, statements);
criterion_main!(benches);
