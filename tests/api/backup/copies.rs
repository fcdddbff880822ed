//! A copy is one state of a database that is being written, and no earlier one than when it was asked for.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tenantry::audit::verify::verify;
use tenantry::backup::copy;
use tokio::task::JoinSet;

use super::{open, path, texts};
use crate::support::{Database, TestApp};

const WRITERS: usize = 4;

/// Writes through the API until it is told to stop.
struct Writers {
    /// The titles that were acknowledged.
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    over: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Writers {
    async fn start(app: &TestApp) -> Self {
        let (acknowledged, over) = (Arc::<Mutex<BTreeSet<String>>>::default(), Arc::<AtomicBool>::default());
        let mut tasks = JoinSet::new();
        for writer in 0..WRITERS {
            let admin = app.organization("acme").await.admin();
            let (acknowledged, over) = (acknowledged.clone(), over.clone());
            tasks.spawn(async move {
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let title = format!("Writer {writer} task {number}");
                    let answer = admin.post("/api/tasks", json!({"title": title, "labels": ["one", "two"]})).await;
                    assert_eq!(answer.summary(), "201");
                    acknowledged.lock().unwrap().insert(title);
                }
            });
        }
        Self { acknowledged, over, tasks }
    }

    fn titles(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap().clone()
    }

    async fn until(&self, count: usize) -> BTreeSet<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.titles().len() < count {
            assert!(Instant::now() < deadline, "only {} writes in a minute", self.titles().len());
            tokio::task::yield_now().await;
        }
        self.titles()
    }

    async fn stop(self) -> BTreeSet<String> {
        self.over.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
        Arc::try_unwrap(self.acknowledged).unwrap().into_inner().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_has_every_write_that_was_acknowledged_before_it_began_and_none_by_half() {
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let writers = Writers::start(&app).await;
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let before = writers.until(40 * round).await;
        let target = folder.path().join(format!("{round}.db"));
        copy(&path(&app.scratch), &target).await.unwrap();
        let after = writers.titles();

        let db = open(&target).await;
        let titles: BTreeSet<String> = texts(&db, "SELECT title FROM tasks").await.into_iter().collect();
        assert!(titles.is_superset(&before), "lost: {:?}", before.difference(&titles).collect::<Vec<_>>());
        assert!(after.len() >= before.len() && !titles.is_empty());
        let whole = "SELECT title FROM tasks t WHERE 2 = (SELECT count(*) FROM task_labels l WHERE l.tenant_id = t.tenant_id AND l.task_id = t.id)";
        assert_eq!(texts(&db, whole).await.len(), titles.len(), "a task without its labels is half a write");
        let entries = verify(&db, &acme.id).await.unwrap();
        assert!(entries.is_ok(), "the copy's audit log must be whole: {entries:?}");
        db.close().await.unwrap();
    }
    writers.stop().await;
}

#[tokio::test]
async fn a_copy_is_one_file_for_its_owner_alone_and_overwrites_nothing() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await.admin().create_task("Ship it").await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("copy.db");
    let copied = copy(&path(&app.scratch), &target).await.unwrap();
    assert_eq!((copied.checked.pending, copied.checked.unknown.len()), (0, 0));
    assert_eq!(copied.bytes, target.metadata().unwrap().len());
    let names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["copy.db"], "nothing may be left beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    let before = std::fs::read(&target).unwrap();
    let refused = copy(&path(&app.scratch), &target).await.unwrap_err().to_string();
    assert!(refused.contains("overwrites nothing"), "{refused}");
    assert_eq!(std::fs::read(&target).unwrap(), before);
}
