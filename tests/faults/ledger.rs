//! What is stored, held against what was acknowledged: nothing is lost, nothing is doubled, nothing is there by half.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _, Statement};
use tenantry::idempotency::entity::Entity as Record;
use tenantry::tasks::entity::{Entity as Task, label::Entity as Label};

use crate::load::Seen;

/// Fails unless everything is there, once and whole.
pub async fn assert_whole(db: &DatabaseConnection, owner_url: &str, seen: &Seen) {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in Label::find().all(db).await.unwrap() {
        labels.entry(row.task_id.to_string()).or_default().insert(row.label);
    }
    let mut entries = entries_of_tasks(db).await;
    let mut stored = BTreeMap::new();
    for task in Task::find().all(db).await.unwrap() {
        let id = task.id.to_string();
        let indexed = labels.remove(&id).unwrap_or_default();
        assert_eq!(indexed, task.labels.0.iter().cloned().collect(), "{}: its labels are not indexed", task.title);
        let (created, updated) = entries.remove(&id).unwrap_or_default();
        let changes = updated + i64::from(seen.given_back.contains(&task.title));
        assert_eq!((created, changes + 1), (1, task.version), "{}: its entries are not its changes", task.title);
        let completed = task.completed_at.is_some();
        assert!(completed || !seen.completed.contains(&id), "{}: its completion was acknowledged", task.title);
        assert_eq!(stored.insert(task.title.clone(), id), None, "{} was created twice under one key", task.title);
    }
    assert!(labels.is_empty(), "labels of tasks that are not there: {labels:?}");
    assert!(entries.is_empty(), "entries of tasks that are not there: {entries:?}");
    for (title, id) in &seen.acknowledged {
        assert_eq!(stored.get(title), Some(id), "{title} was acknowledged with 201 and is gone");
    }
    let records = Record::find().all(db).await.unwrap();
    assert!(records.iter().all(|record| record.status == 201), "a key is claimed, and its answer is not kept");
    assert_eq!(records.len(), stored.len(), "keys and tasks are committed together, so there are as many of each");
    assert_chains_hold(owner_url);
}

/// How often each task was created and updated, by the audit log.
async fn entries_of_tasks(db: &DatabaseConnection) -> BTreeMap<String, (i64, i64)> {
    let sql = "SELECT target_id, action FROM audit_log WHERE target_type = 'task'";
    let mut entries: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
        let (id, action): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        let counted = entries.entry(id).or_default();
        match action.as_str() {
            "task.created" => counted.0 += 1,
            _ => counted.1 += 1,
        }
    }
    entries
}

/// Of an SQLite file also its pages.
pub async fn assert_sound(db: &DatabaseConnection) {
    let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let row = db.query_one_raw(check).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
}

/// `tenantry audit verify`, as an operator asks.
fn assert_chains_hold(owner_url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(["audit", "verify"]).env_clear().env("APP_ENV", "local").env("DATABASE_URL", owner_url);
    let done = command.current_dir(folder.path()).output().unwrap();
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(done.status.success(), "the audit log does not hold: {said}");
}
