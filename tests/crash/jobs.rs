//! Killed in the midst of a job: another process finishes it, and does not touch what was done.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tenantry::db::Db;
use tenantry::jobs::enqueue_for;
use tenantry::tasks::UnassignFormerMember;

use crate::database::{Database, Scratch};
use crate::kill::Clerk;

/// So many that the job takes a while.
const TASKS: i64 = 5_000;

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn unassigned(db: &DatabaseConnection) -> i64 {
    number(db, "SELECT count(*) FROM tasks WHERE assignee_id IS NULL").await
}

/// Somebody's tasks, in an organization of which they are no member.
async fn fill(db: &DatabaseConnection) {
    let (numbers, id) = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => (format!("generate_series(1, {TASKS}) n"), "gen_random_uuid()"),
        _ => (
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {TASKS}) SELECT n FROM s)"
            ),
            "randomblob(16)",
        ),
    };
    let sql = format!(
        "INSERT INTO tasks (tenant_id, id, title, title_folded, status, priority, labels, assignee_id, created_by, updated_by,
             created_at, updated_at, version)
         SELECT 'org_left', {id}, 'Task ' || n, 'task ' || n, 'pending', 'medium', '[]', 'user_left', 'user_a', 'user_a',
             '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1 FROM {numbers}"
    );
    db.execute_unprepared(&sql).await.unwrap();
}

async fn enqueue(scratch: &Scratch) {
    let db = Db::connect(&scratch.config).await.unwrap();
    let tx = db.system().begin().await.unwrap();
    enqueue_for(&tx, "org_left", &UnassignFormerMember { user_id: "user_left".into() }).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await.unwrap();
}

async fn another_process_finishes_it(database: Database) {
    let (scratch, clerk) = (database.scratch().await, Clerk::start().await);
    let db = scratch.connect().await;
    fill(&db).await;
    enqueue(&scratch).await;

    let folder = tempfile::tempdir().unwrap();
    let (mut first, _) = clerk.serve(folder.path(), &scratch).await;
    first.until("the job to have begun", async |_| (unassigned(&db).await > 0).then_some(())).await;
    first.kill();
    let done = unassigned(&db).await;
    assert!((1..TASKS).contains(&done), "it was to be killed in the midst of it: {done} of {TASKS}");
    assert_eq!(number(&db, "SELECT count(*) FROM jobs WHERE state = 'running' AND attempts = 1").await, 1);
    let updated = "SELECT count(*) FROM tasks WHERE version = 2";
    assert_eq!(number(&db, updated).await, done, "what was committed is there by whole batches");

    let folder = tempfile::tempdir().unwrap();
    let (mut second, _) = clerk.serve(folder.path(), &scratch).await;
    // Two looks of it, and it has not taken what is another's.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(number(&db, "SELECT count(*) FROM jobs WHERE attempts = 1").await, 1, "the lease does not hold");
    lease_ends(&db).await;
    second
        .until("the job to be done", async |_| (number(&db, "SELECT count(*) FROM jobs").await == 0).then_some(()))
        .await;
    assert_eq!(unassigned(&db).await, TASKS);
    assert_eq!(number(&db, updated).await, TASKS, "some task was changed twice, or never");
}

/// As when two and a half minutes have passed.
async fn lease_ends(db: &DatabaseConnection) {
    let past = (Utc::now() - TimeDelta::seconds(1)).to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
    db.execute_unprepared(&format!("UPDATE jobs SET due_at = '{past}'")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_finishes_what_a_killed_one_began_on_sqlite() {
    another_process_finishes_it(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_finishes_what_a_killed_one_began_on_postgres() {
    if Database::postgres_is_there() {
        another_process_finishes_it(Database::Postgres).await;
    }
}
