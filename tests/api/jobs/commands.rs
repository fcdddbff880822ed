//! `tenantry jobs …`, as an operator runs it.

use std::process::{Command, Output};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tenantry::jobs::{Context, Failure, Job};

use super::{TENANT, add, add_for, jobs, say, worker_at};
use crate::support::TestApp;

/// A job with what should not be on a terminal.
#[derive(Serialize, Deserialize)]
struct Write {
    address: String,
    task: uuid::Uuid,
}

impl Job for Write {
    const KIND: &'static str = "test.write";
}

async fn jobs_command(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.arg("jobs").args(arguments).env_clear().env("DATABASE_URL", app.scratch.config.url.expose());
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn succeeds(app: &TestApp, arguments: &[&str]) -> String {
    let output = jobs_command(app, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn fails(app: &TestApp, arguments: &[&str]) -> String {
    let output = jobs_command(app, arguments).await;
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

on_both_databases! {
    async fn an_operator_finds_what_died_and_has_it_tried_again_or_dropped(app) {
        let task = uuid::Uuid::now_v7();
        add(&app, &Write { address: "kim@example.com".into(), task }).await;
        let refused = |_: Write, _: Context| async { Err(Failure::never("mail refused: 550")) };
        worker_at(&app, TimeDelta::zero()).on(refused).drain().await.unwrap();
        add_for(&app, "org_other", &say("hello")).await;
        let all = jobs(&app).await;
        let (dead, waiting) = (all[0].id.to_string(), all[1].id.to_string());

        let listed = succeeds(&app, &["list"]).await;
        assert_eq!(listed.lines().count(), 2, "{listed}");
        let listed = succeeds(&app, &["list", "--dead"]).await;
        assert!(listed.starts_with(&dead) && listed.contains("test.write  mail refused: 550"), "{listed}");
        assert_eq!(listed.lines().count(), 1, "{listed}");
        let listed = succeeds(&app, &["list", "--tenant", "org_other"]).await;
        assert!(listed.starts_with(&waiting) && listed.lines().count() == 1, "{listed}");

        let shown = succeeds(&app, &["show", &dead]).await;
        assert!(shown.contains(TENANT) && shown.contains(&task.to_string()), "{shown}");
        assert!(!shown.contains("example.com"), "an address is on the terminal: {shown}");
        assert!(succeeds(&app, &["show", &dead, "--full"]).await.contains("kim@example.com"));

        assert!(fails(&app, &["retry", &waiting]).await.contains("no dead job has the id"));
        assert!(succeeds(&app, &["retry", &dead]).await.contains("waits, and is due"));
        assert_eq!(succeeds(&app, &["list", "--dead"]).await, "");
        succeeds(&app, &["drop", &dead]).await;
        succeeds(&app, &["drop", &waiting]).await;
        assert!(fails(&app, &["drop", &waiting]).await.contains("no job that is dead or waits"));
        assert!(fails(&app, &["show", &dead]).await.contains("what is done is gone"));
        assert!(jobs(&app).await.is_empty());
    }
}
