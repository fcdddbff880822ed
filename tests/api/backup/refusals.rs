//! What is no whole copy of a database of ours is not restored, and the database stays.

use std::path::Path;

use chrono::Utc;
use sea_orm::ConnectionTrait;
use tenantry::backup::{copy, restore};
use tenantry::db::file::beside;

use super::{everything, open, path};
use crate::support::{Database, TestApp};

/// Tries to restore a file over a database, which must be as it was afterwards, and says why it was refused.
async fn refusal(file: &Path) -> String {
    let place = Database::Sqlite.scratch().await;
    let before = everything(&path(&place)).await;
    let refused = restore(file, &path(&place), Utc::now()).await.unwrap_err();
    assert_eq!(everything(&path(&place)).await, before);
    let folder = path(&place).parent().unwrap().to_owned();
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert!(names.iter().all(|name| name == "test.db" || name == "test.db.lock"), "something is left: {names:?}");
    format!("{refused:#}")
}

async fn says(file: &Path, sentence: &str) {
    let refusal = refusal(file).await;
    assert!(refusal.contains(sentence), "it does not say {sentence:?}: {refusal}");
}

#[tokio::test]
async fn what_is_not_whole_is_refused() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await.admin().create_task("Ship it").await;
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.db");
    copy(&path(&app.scratch), &good).await.unwrap();
    let bytes = std::fs::read(&good).unwrap();
    let bad = folder.path().join("bad.db");

    std::fs::write(&bad, &bytes[..bytes.len() / 2]).unwrap();
    says(&bad, "it is damaged").await;
    std::fs::write(&bad, b"not a database at all").unwrap();
    says(&bad, "it is no SQLite database").await;
    std::fs::write(&bad, b"").unwrap();
    says(&bad, "it is no SQLite database").await;
    says(&folder.path().join("absent.db"), "there is no backup at").await;

    // Any page of it may be the damaged one.
    let page = 4096;
    for number in (1..bytes.len() / page).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[number * page..(number + 1) * page].fill(0x5a);
        std::fs::write(&bad, &damaged).unwrap();
        says(&bad, "cannot be restored").await;
    }

    std::fs::write(beside(&good, "-wal"), b"").unwrap();
    says(&good, "is a database in use and no backup").await;
}

#[tokio::test]
async fn what_is_not_ours_or_of_a_later_version_is_refused_and_an_earlier_one_is_told() {
    let app = TestApp::start(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("stranger.db");
    let make = |sql: &'static str| {
        let stranger = stranger.clone();
        async move {
            let db = sea_orm::Database::connect(format!("sqlite://{}?mode=rwc", stranger.display())).await.unwrap();
            db.execute_unprepared(sql).await.unwrap();
            db.close().await.unwrap();
        }
    };
    make("CREATE TABLE cats (name TEXT)").await;
    says(&stranger, "no database of Tenantry").await;
    make("CREATE TABLE seaql_migrations (version TEXT, applied_at INTEGER); INSERT INTO seaql_migrations VALUES ('m1_cats', 0)").await;
    says(&stranger, "its schema is not ours").await;

    let later = folder.path().join("later.db");
    copy(&path(&app.scratch), &later).await.unwrap();
    let change = async |sql: &str| {
        let db = open(&later).await;
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    };
    change("INSERT INTO seaql_migrations VALUES ('m99990101_000001_later', 0)").await;
    says(&later, "is of a later version than this program, which does not know m99990101_000001_later").await;

    change("DELETE FROM seaql_migrations WHERE version > 'm20261121_000012'").await;
    let place = Database::Sqlite.scratch().await;
    let restored = restore(&later, &path(&place), Utc::now()).await.unwrap();
    assert!(restored.checked.pending >= 1, "{restored:?}");
}

#[tokio::test]
async fn a_row_that_refers_to_nothing_is_damage() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await.admin().create(serde_json::json!({"title": "Ship it", "labels": ["one"]})).await;
    let folder = tempfile::tempdir().unwrap();
    let dangling = folder.path().join("dangling.db");
    copy(&path(&app.scratch), &dangling).await.unwrap();
    let db = sea_orm::Database::connect(format!("sqlite://{}", dangling.display())).await.unwrap();
    db.execute_unprepared("PRAGMA foreign_keys = OFF; DELETE FROM tasks").await.unwrap();
    db.close().await.unwrap();
    says(&dangling, "a row refers to one that is not there").await;
}
