//! `tenantry backup` and `restore` as an operator runs them.

use std::path::Path;
use std::process::Command;

use super::{everything, path};
use crate::support::{Database, TestApp};

/// Whether it succeeded, and what it printed where.
async fn tenantry(database: &str, arguments: &[&str], folder: &Path) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(arguments).env_clear().env("DATABASE_URL", database).current_dir(folder);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_backup_goes_there_and_back_by_command() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await.admin().create_task("Ship it").await;
    let folder = tempfile::tempdir().unwrap();
    let database = app.scratch.config.url.expose().to_owned();
    let (made, said, errors) = tenantry(&database, &["backup", "acme.db"], folder.path()).await;
    assert!(made && said.contains("found whole"), "{said}{errors}");

    let (restored, _, errors) = tenantry(&database, &["restore", "acme.db"], folder.path()).await;
    assert!(!restored && errors.contains("has the database open"), "{errors}");

    let elsewhere = "sqlite://new.db?mode=rwc";
    let (restored, said, errors) = tenantry(elsewhere, &["restore", "acme.db"], folder.path()).await;
    assert!(restored, "{errors}");
    for next in ["tenantry audit verify", "tenantry jobs list", "tenantry reconcile --apply"] {
        assert!(said.contains(next), "{next}: {said}");
    }
    assert!(!said.contains("migrate up") && !said.contains("what was there before"), "{said}");
    assert_eq!(everything(&folder.path().join("new.db")).await, everything(&path(&app.scratch)).await);
    let (intact, said, errors) = tenantry(elsewhere, &["audit", "verify"], folder.path()).await;
    assert!(intact && said.contains("intact"), "{said}{errors}");
}

#[tokio::test]
async fn on_postgres_the_commands_name_the_tools_for_it() {
    let folder = tempfile::tempdir().unwrap();
    for order in ["backup", "restore"] {
        let (done, _, errors) = tenantry("postgres://nobody@127.0.0.1:1/none", &[order, "a.db"], folder.path()).await;
        assert!(!done && errors.contains("pg_dump") && errors.contains("docs/backups.md"), "{errors}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
