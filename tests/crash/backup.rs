//! Killed in the midst of a backup or of a restore: there is a whole database where there was one, and no half a copy has the name
//! of a whole one.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tenantry::db::file;

use crate::database::{Database, Scratch};
use crate::kill::Clerk;

const ROUNDS: u32 = 12;

/// Enough that a copy takes a while: some forty megabytes.
const ROWS: usize = 2000;

/// Rows that a tenant never sees, and one that says which database it is.
async fn fill(scratch: &Scratch, name: &str) {
    let db = scratch.connect().await;
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO webhook_deliveries (id, event_type, state, attempts, payload, received_at, updated_at)
         SELECT '{name}_' || i, 'test.filled', 'ignored', 1, hex(randomblob(10000)), '2026-11-21T00:00:00+00:00', '2026-11-21T00:00:00+00:00' FROM n"
    );
    db.execute_unprepared(&rows).await.unwrap();
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    db.close().await.unwrap();
}

/// Which of the databases this is; fails when it is not whole.
async fn which(database: &Path) -> String {
    let db = sea_orm::Database::connect(format!("sqlite://{}", database.display())).await.unwrap();
    let one = async |sql: &str| {
        let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
        row.try_get_by_index::<String>(0).unwrap()
    };
    assert_eq!(one("PRAGMA integrity_check").await, "ok", "{}", database.display());
    let count = one("SELECT count(*) || '' FROM webhook_deliveries").await;
    assert_eq!(count, ROWS.to_string(), "{}", database.display());
    let name = one("SELECT substr(min(id), 1, instr(min(id), '_') - 1) FROM webhook_deliveries").await;
    db.close().await.unwrap();
    name
}

fn start(database: &Path, order: &str, copy: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args([order, copy.to_str().unwrap()])
        .env_clear()
        .env("DATABASE_URL", format!("sqlite://{}", database.display()))
        .current_dir(copy.parent().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// How long one takes that nobody kills.
fn whole(database: &Path, order: &str, copy: &Path) -> Duration {
    let began = Instant::now();
    assert!(start(database, order, copy).wait().unwrap().success(), "{order}");
    began.elapsed()
}

/// Kills it after a part of that time; whether it was still at it.
async fn killed_after(time: Duration, mut child: Child) -> bool {
    tokio::time::sleep(time).await;
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

async fn databases() -> (Scratch, PathBuf, tempfile::TempDir) {
    let scratch = Database::Sqlite.scratch().await;
    fill(&scratch, "new").await;
    let path = file::path(&scratch.config.url).unwrap();
    (scratch, path, tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_the_database_and_no_half_a_copy() {
    let (_scratch, database, folder) = databases().await;
    let time = whole(&database, "backup", &folder.path().join("whole.db"));
    let (mut killed, mut made) = (0, 0);
    for round in 0..ROUNDS {
        let copy = folder.path().join(format!("{round}.db"));
        killed += u32::from(killed_after(time * round / (ROUNDS - 1), start(&database, "backup", &copy)).await);
        if copy.exists() {
            assert_eq!(which(&copy).await, "new");
            made += 1;
        }
        assert_eq!(which(&database).await, "new");
    }
    assert!(killed >= ROUNDS / 3, "only {killed} of {ROUNDS} were killed, and {made} were made");
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let (_scratch, database, folder) = databases().await;
    let backup = folder.path().join("backup.db");
    whole(&database, "backup", &backup);
    let old = Database::Sqlite.scratch().await;
    fill(&old, "old").await;
    let served = file::path(&old.config.url).unwrap();
    let aside = folder.path().join("old.db");
    std::fs::copy(&served, &aside).unwrap();
    let time = whole(&served, "restore", &backup);
    assert_eq!(which(&served).await, "new");
    let (mut killed, mut there) = (0, std::collections::BTreeMap::new());
    for round in 0..ROUNDS {
        std::fs::copy(&aside, &served).unwrap();
        killed += u32::from(killed_after(time * round / (ROUNDS - 1), start(&served, "restore", &backup)).await);
        *there.entry(which(&served).await).or_insert(0) += 1;
        assert_eq!(which(&backup).await, "new");
    }
    assert!(killed >= ROUNDS / 3 && there.contains_key("old"), "{killed} killed, then there were {there:?}");
    // What was killed is in nobody's way.
    std::fs::copy(&aside, &served).unwrap();
    whole(&served, "restore", &backup);
    assert_eq!(which(&served).await, "new");
}

#[tokio::test]
async fn what_a_server_has_open_is_copied_and_not_replaced() {
    let scratch = Database::Sqlite.scratch().await;
    let database = file::path(&scratch.config.url).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (clerk, copy) = (Clerk::start().await, folder.path().join("copy.db"));
    let (mut program, _) = clerk.serve(folder.path(), &scratch).await;
    whole(&database, "backup", &copy);
    assert!(!start(&database, "restore", &copy).wait().unwrap().success(), "a server has it open");
    program.kill();
    // The system has ended the lock with the process.
    whole(&database, "restore", &copy);
    let (_program, _) = clerk.serve(folder.path(), &scratch).await;
}
