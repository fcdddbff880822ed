//! A restored database is the state it was copied from, and what was there before is kept.

use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::json;
use tenantry::backup::{copy, restore};
use tenantry::db::Db;
use tenantry::db::file::beside;

use super::{everything, open, path, settings, texts};
use crate::support::{Database, Setup, TestApp};

#[tokio::test]
async fn what_was_copied_is_there_again_and_is_served() {
    let app = TestApp::start(Database::Sqlite).await;
    let admin = app.organization("acme").await.admin();
    let task = admin.create_task("Ship it").await;
    admin.post(format!("{}/comments", task.path()), json!({"body": "By noon?"})).await;
    let (before, listed) = (everything(&path(&app.scratch)).await, admin.get("/api/tasks").await.json());
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    copy(&path(&app.scratch), &backup).await.unwrap();
    admin.delete(task.path()).await;
    admin.create_task("After the backup").await;

    // Over another database, which nobody has open.
    let place = Database::Sqlite.scratch().await;
    let replaced = everything(&path(&place)).await;
    let restored = restore(&backup, &path(&place), Utc::now()).await.unwrap();
    assert_eq!(restored.checked.pending, 0);
    assert_eq!(everything(&path(&place)).await, before);
    assert_eq!(everything(&restored.kept.unwrap()).await, replaced);

    let again = app.over(Db::connect(&place.config).await.unwrap(), &Setup::default());
    assert_eq!(admin.clone().at(&again).get("/api/tasks").await.json(), listed);
    let answer = admin.at(&again).post("/api/tasks", json!({"title": "And on it goes"})).await;
    assert_eq!(answer.summary(), "201");
}

#[tokio::test]
async fn what_is_still_in_the_wal_is_kept_with_what_is_replaced() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await.admin().create_task("In the WAL").await;
    let folder = tempfile::tempdir().unwrap();
    let (backup, database) = (folder.path().join("backup.db"), folder.path().join("copy.db"));
    copy(&path(&app.scratch), &backup).await.unwrap();
    // As a power cut leaves it: the last writes are in the WAL alone.
    for ending in ["", "-wal"] {
        std::fs::copy(beside(&path(&app.scratch), ending), beside(&database, ending)).unwrap();
    }
    let kept = restore(&backup, &database, Utc::now()).await.unwrap().kept.unwrap();
    assert!(!beside(&database, "-wal").exists(), "a WAL of the old database would be taken for the new one's");
    let titles = texts(&open(&kept).await, "SELECT title FROM tasks").await;
    assert_eq!(titles, ["In the WAL"]);
}

#[tokio::test]
async fn a_damaged_database_is_replaced_and_kept_with_all_its_files() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await;
    let folder = tempfile::tempdir().unwrap();
    let (backup, database) = (folder.path().join("backup.db"), folder.path().join("damaged.db"));
    copy(&path(&app.scratch), &backup).await.unwrap();
    std::fs::write(&database, "this was a database once").unwrap();
    std::fs::write(beside(&database, "-wal"), "and this its log").unwrap();
    let kept = restore(&backup, &database, Utc::now()).await.unwrap().kept.unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "this was a database once");
    assert_eq!(std::fs::read_to_string(beside(&kept, "-wal")).unwrap(), "and this its log");
    assert_eq!(everything(&database).await, everything(&path(&app.scratch)).await);
}

/// A restore that was killed may have kept the old one under the name that the next, a moment later, would take.
#[tokio::test]
async fn of_two_restores_in_one_second_each_keeps_what_it_replaced() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await;
    let folder = tempfile::tempdir().unwrap();
    let (backup, database) = (folder.path().join("backup.db"), folder.path().join("served.db"));
    copy(&path(&app.scratch), &backup).await.unwrap();
    let (now, mut kept) = (Utc::now(), Vec::new());
    for there in ["the first", "the second"] {
        std::fs::write(&database, there).unwrap();
        kept.push(restore(&backup, &database, now).await.unwrap().kept.unwrap());
    }
    let texts: Vec<_> = kept.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts, ["the first", "the second"]);
    assert_eq!(everything(&database).await, everything(&path(&app.scratch)).await);
}

#[tokio::test]
async fn a_database_is_replaced_only_when_nobody_has_it_open() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await;
    let folder = tempfile::tempdir().unwrap();
    let (backup, database) = (folder.path().join("backup.db"), folder.path().join("tenantry.db"));
    copy(&path(&app.scratch), &backup).await.unwrap();
    restore(&backup, &database, Utc::now()).await.unwrap();
    let before = everything(&database).await;

    // A server whose connections have all been closed for a while.
    let idle = Db::connect(&settings(&app, &database)).await.unwrap();
    idle.clone().close().await.unwrap();
    refused(&backup, &database).await;
    drop(idle);

    // Another program, which knows nothing of our lock.
    let stranger = open(&database).await;
    texts(&stranger, "SELECT id FROM organizations").await;
    refused(&backup, &database).await;
    stranger.close().await.unwrap();

    assert_eq!(everything(&database).await, before);
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(error) = restore(&backup, &database, Utc::now()).await {
        assert!(Instant::now() < deadline, "{error:#}");
        tokio::task::yield_now().await;
    }
}

async fn refused(backup: &std::path::Path, database: &std::path::Path) {
    let before = std::fs::read(database).unwrap();
    let refused = restore(backup, database, Utc::now()).await.unwrap_err();
    assert!(format!("{refused:#}").contains("has the database open"), "{refused:#}");
    assert_eq!(std::fs::read(database).unwrap(), before);
}
