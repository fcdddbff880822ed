//! The pool when things go wrong: callers who hang up, writers at once, a database that goes away, and too few connections.

mod proxy;

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use serde_json::json;
use tenantry::db::Db;
use tokio::task::JoinSet;

use self::proxy::{Held, Proxy};
use crate::support::{Answer, Caller, Database, Setup, TestApp};

/// An API on PostgreSQL behind a wire, over so many connections, with so many seconds to get one of them and to answer.
async fn behind_a_wire(connections: u32, acquire: u64, answer: u64) -> Option<(TestApp, Proxy)> {
    if !Database::postgres_is_there() {
        return None;
    }
    let app = TestApp::start(Database::Postgres).await;
    let (proxy, mut config) = Proxy::before(&app.scratch.config).await;
    (config.max_connections, config.acquire_timeout) = (connections, Duration::from_secs(acquire));
    let setup = Setup { timeout: Duration::from_secs(answer), ..Setup::default() };
    let db = Db::connect(&config).await.unwrap();
    Some((app.over(db, &setup), proxy))
}

/// Opens so many connections: as many callers are at once waiting for what they asked.
async fn warm(caller: &Caller, proxy: &Proxy, connections: u32) {
    proxy.hold(Held::Begins);
    let begun = proxy.begun();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let caller = caller.clone();
        callers.spawn(async move { caller.get("/api/tasks").await.summary() });
    }
    proxy.until_begun(begun + connections as usize).await;
    proxy.release();
    assert!(callers.join_all().await.iter().all(|answer| answer == "200"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_hang_up_while_a_transaction_begins_leave_no_connection_inside_one() {
    const CONNECTIONS: u32 = 4;
    let Some((app, proxy)) = behind_a_wire(CONNECTIONS, 20, 30).await else { return };
    let admin = app.organization("acme").await.admin();
    let looker = app.scratch.connect().await;
    let mut tasks = Vec::new();
    for number in 0..CONNECTIONS {
        tasks.push(admin.create_task(&format!("Task {number}")).await);
    }
    warm(&admin, &proxy, CONNECTIONS).await;
    for round in 0..5 {
        proxy.hold(Held::Begins);
        let begun = proxy.begun();
        let mut callers = JoinSet::new();
        for _ in 0..3 * CONNECTIONS {
            let admin = admin.clone();
            callers.spawn(async move { admin.post("/api/tasks", json!({"title": "Never to be"})).await });
        }
        proxy.until_begun(begun + tasks.len()).await;
        callers.shutdown().await;
        proxy.release();

        let title = format!("Changed in round {round}");
        let mut changes = JoinSet::new();
        for task in &tasks {
            let (admin, path, body) = (admin.clone(), task.path(), json!({"title": title}));
            changes.spawn(async move { admin.patch(path, body).await.summary() });
        }
        assert!(changes.join_all().await.iter().all(|answer| answer == "200"));
        let changed = Statement::from_sql_and_values(
            looker.get_database_backend(),
            "SELECT id FROM tasks WHERE title = $1",
            [title.into()],
        );
        assert_eq!(
            looker.query_all_raw(changed).await.unwrap().len(),
            tasks.len(),
            "a change that was answered with 200 is not there for others: its connection was inside a transaction that \
             somebody had begun and left. `Transaction::begin` must run in a task of its own."
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_503_and_used_again_when_it_is_back() {
    let Some((app, proxy)) = behind_a_wire(2, 2, 10).await else { return };
    let admin = app.organization("acme").await.admin();
    let task = admin.create_task("Before").await;
    proxy.cut().await;
    for answer in [
        admin.get("/api/tasks").await,
        admin.get(task.path()).await,
        admin.post("/api/tasks", json!({"title": "Meanwhile"})).await,
        admin.patch(task.path(), json!({"title": "Meanwhile"})).await,
        admin.delete(task.path()).await,
    ] {
        assert_unavailable(&answer, "503 database_unavailable");
    }
    let health = app.nobody().get("/readyz").await;
    assert_eq!(
        (health.status, health.json()["database"].as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable"))
    );
    assert_eq!(app.nobody().get("/livez").await.summary(), "200", "a dead database is no reason to kill the process");

    proxy.mend().await;
    assert_eq!(admin.get(task.path()).await.json()["title"], "Before", "the pool must connect again by itself");
    assert_eq!(admin.create_task("After").await.body["title"], "After");
    assert_eq!(app.nobody().get("/readyz").await.summary(), "200");
    assert_eq!(admin.get("/api/tasks").await.each("title"), ["After", "Before"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_broke_while_idle_cost_nobody_an_answer() {
    let Some((app, proxy)) = behind_a_wire(3, 2, 10).await else { return };
    let admin = app.organization("acme").await.admin();
    for _ in 0..3 {
        warm(&admin, &proxy, 3).await;
        proxy.cut().await;
        proxy.mend().await;
        let task = admin.post("/api/tasks", json!({"title": "After a restart"})).await;
        assert_eq!(task.summary(), "201", "the first to write after a restart of the database");
        for _ in 0..4 {
            assert_eq!(admin.get("/api/tasks").await.summary(), "200");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_hangs_is_503_and_used_again_when_it_answers() {
    let Some((app, proxy)) = behind_a_wire(2, 10, 2).await else { return };
    let admin = app.organization("acme").await.admin();
    let task = admin.create_task("Before").await;
    proxy.hold(Held::Everything);
    assert_unavailable(&admin.get(task.path()).await, "503 timeout");
    assert_unavailable(&admin.post("/api/tasks", json!({"title": "Meanwhile"})).await, "503 timeout");
    let health = app.nobody().get("/readyz").await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    proxy.release();
    assert_eq!(admin.get(task.path()).await.summary(), "200");
    assert_eq!(admin.create_task("After").await.body["title"], "After");
}

/// 503, with when to come again.
fn assert_unavailable(answer: &Answer, summary: &str) {
    assert_eq!(answer.summary(), summary);
    let seconds: u64 = answer.header("retry-after").expect("503 says when to come again").parse().unwrap();
    assert!((1..=60).contains(&seconds));
    assert!(!String::from_utf8_lossy(&answer.body).contains("sqlx"), "a 503 says nothing of its cause");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_read_first_are_never_told_that_sqlite_is_busy() {
    const WRITERS: usize = 8;
    const CHANGES: usize = 12;
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let admin = acme.admin();
    let mate = app.scratch.connect().await;
    let membership = format!(
        "INSERT INTO memberships (tenant_id, id, user_id, role, permissions, created_at, source_updated_at, \
         source_event_at, source_digest) VALUES ('{}', 'orgmem_mate', 'user_mate', 'org:member', '[]', \
         '2026-01-01T00:00:00+00:00', 1, 1, x'')",
        acme.id
    );
    mate.execute_unprepared(&membership).await.unwrap();
    let shared = admin.create_task("Everybody's").await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (admin, path) = (admin.clone(), shared.path());
        writers.spawn(async move {
            for change in 0..CHANGES {
                // Looks the assignee up, then writes the task and its labels.
                let body =
                    json!({"assignee_id": "user_mate", "labels": [format!("by {writer}"), format!("no {change}")]});
                assert_eq!(admin.patch(&path, body.clone()).await.summary(), "200", "writer {writer}, change {change}");
                let own = admin.post("/api/tasks", json!({"title": "Own", "assignee_id": "user_mate"})).await;
                assert_eq!(own.summary(), "201", "writer {writer}, change {change}");
            }
        });
    }
    writers.join_all().await;
    let end = admin.get(shared.path()).await;
    assert_eq!(end.header("etag").unwrap(), format!("\"v{}\"", 1 + WRITERS * CHANGES), "a change was lost");
    let labels = end.json()["labels"].as_array().unwrap().len();
    let found = admin.get("/api/tasks?count=exact&limit=1").await;
    assert_eq!(found.header("x-total-count").unwrap(), (1 + WRITERS * CHANGES).to_string());
    let indexed =
        mate.query_all_raw(Statement::from_string(mate.get_database_backend(), "SELECT label FROM task_labels"));
    assert_eq!(indexed.await.unwrap().len(), labels, "the labels that are indexed are not those of the task");
}

/// Keeps the one connection of requests busy for as long as what this gives is kept: on PostgreSQL by a change that waits for a row.
async fn hold_the_connection(app: &TestApp, db: &Db, caller: &Caller, task: &str) -> Box<dyn std::any::Any> {
    if app.on == Database::Sqlite {
        return Box::new(db.system().begin().await.unwrap());
    }
    let somebody = app.scratch.connect().await.begin().await.unwrap();
    somebody.execute_unprepared("SELECT id FROM tasks FOR UPDATE").await.unwrap();
    let (caller, task) = (caller.clone(), task.to_owned());
    tokio::spawn(async move { caller.patch(task, json!({"title": "Waiting"})).await });
    // On another connection: within a transaction the view does not change.
    let looker = app.scratch.connect().await;
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while looker.query_one_raw(Statement::from_string(DbBackend::Postgres, waits)).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Box::new(somebody)
}

on_both_databases! {
    async fn a_pool_that_is_used_up_is_503_and_no_hang(app) {
        let mut config = app.scratch.config.clone();
        (config.max_connections, config.acquire_timeout) = (1, Duration::from_millis(200));
        let db = Db::connect(&config).await.unwrap();
        let app = app.over(db.clone(), &Setup::default());
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Before").await;

        let held = hold_the_connection(&app, &db, &admin, &task.path()).await;
        assert_unavailable(&admin.get(task.path()).await, "503 database_unavailable");
        assert_unavailable(&admin.post("/api/tasks", json!({"title": "Later"})).await, "503 database_unavailable");
        // A second after the last statement that succeeded.
        let deadline = Instant::now() + Duration::from_secs(10);
        while app.nobody().get("/readyz").await.status != StatusCode::SERVICE_UNAVAILABLE {
            assert!(Instant::now() < deadline, "nothing can be served, and the instance says it is ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        drop(held);
        assert_eq!(admin.get(task.path()).await.summary(), "200");
        assert_eq!(admin.create_task("After").await.body["title"], "After");
    }
}

/// An API on PostgreSQL, and a pool of one connection on which BEGIN passes, and what comes with it fails: a timeout that PostgreSQL does not know.
async fn that_cannot_begin() -> Option<(TestApp, Db)> {
    if !Database::postgres_is_there() {
        return None;
    }
    let app = TestApp::start(Database::Postgres).await;
    let mut config = app.scratch.config.clone();
    (config.max_connections, config.statement_timeout) = (1, Duration::from_secs(10_000_000_000));
    let db = Db::connect(&config).await.unwrap();
    Some((app, db))
}

#[tokio::test]
async fn a_transaction_that_cannot_begin_leaves_no_connection_inside_an_aborted_one() {
    let Some((_app, db)) = that_cannot_begin().await else { return };
    for _ in 0..3 {
        assert!(db.system().begin().await.is_err());
        let asked = db.system_connection().execute_unprepared("SELECT 1").await;
        assert!(asked.is_ok(), "the pool gave a connection on inside an aborted transaction: {asked:?}");
    }
}

#[tokio::test]
async fn a_tenants_transaction_that_cannot_begin_leaves_no_connection_inside_one() {
    let Some((app, db)) = that_cannot_begin().await else { return };
    let admin = app.organization("acme").await.admin().at(&app.over(db, &Setup::default()));
    for _ in 0..3 {
        assert_eq!(admin.get("/api/tasks").await.summary(), "500 internal_error");
        assert_eq!(admin.post("/api/tasks", json!({"title": "Never"})).await.summary(), "500 internal_error");
    }
    let looker = app.scratch.connect().await;
    let inside =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let deadline = Instant::now() + Duration::from_secs(5);
    // The ROLLBACK is sent and not waited for.
    while looker.query_one_raw(Statement::from_string(DbBackend::Postgres, inside)).await.unwrap().is_some() {
        assert!(Instant::now() < deadline, "the pool has a connection inside an aborted transaction");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
