//! `tenantry org export` and `tenantry org erase`, as an operator runs them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::planted::{Planted, add_tasks};
use super::rows::{rows, with};
use crate::support::TestApp;

/// How a command ended.
#[derive(Debug)]
struct Ended {
    success: bool,
    output: String,
    errors: String,
}

/// Runs `tenantry org …` in a folder, over the app's database.
async fn org(app: &TestApp, folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.arg("org").args(arguments).current_dir(folder).env_clear();
    command.env("DATABASE_URL", app.scratch.config.url.expose());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { success: output.status.success(), output: text(output.stdout), errors: text(output.stderr) }
}

impl Ended {
    fn assert_refused(&self, words: &str) {
        assert!(!self.success && self.errors.contains(words), "{self:?}");
        assert_eq!(self.output, "", "a refusal belongs to standard error");
    }
}

on_both_databases! {
    async fn an_organization_is_exported_to_a_file_or_to_standard_output(app) {
        let planted = Planted::new(&app, "keepsake").await;
        let (id, folder) = (planted.organization.id.as_str(), tempfile::tempdir().unwrap());
        let to_file = org(&app, folder.path(), &["export", id, "--output", "out.ndjson"]).await;
        assert!(to_file.success && to_file.output.is_empty(), "{to_file:?}");
        let written = std::fs::read_to_string(folder.path().join("out.ndjson")).unwrap();
        let last: Value = serde_json::from_str(written.lines().last().unwrap()).unwrap();
        let (rows, sum) = (&last["manifest"]["rows"], last["manifest"]["sha256"].as_str().unwrap());
        assert!(to_file.errors.contains(&format!("{rows} rows, sha256 {sum}")), "{to_file:?}");
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["out.ndjson"], "nothing else is left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("out.ndjson")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "others may read people's data");
        }

        let to_output = org(&app, folder.path(), &["export", id]).await;
        assert!(to_output.success, "{to_output:?}");
        let rows_of = |text: &str| text.lines().filter(|line| !line.contains("\"manifest\"")).count();
        assert_eq!(rows_of(&to_output.output), rows_of(&written) + 1, "the first export is on record in the second");
        let recorded = planted.organization.admin().get("/api/audit-log?action=data.exported").await.list();
        assert_eq!(recorded.len(), 2, "{recorded:?}");
        assert_eq!(recorded[0]["actor"]["type"], "operator");
    }

    async fn of_nobody_there_is_nothing_to_export(app) {
        let folder = tempfile::tempdir().unwrap();
        let unknown = org(&app, folder.path(), &["export", "org_unknown", "--output", "out.ndjson"]).await;
        unknown.assert_refused("no row of org_unknown is in this database");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left behind");
    }

    async fn a_deleted_organization_is_erased_and_then_nothing_is_left(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        let living = Planted::new(&app, "living").await;
        add_tasks(&app, &planted.organization.id, 1_500).await;
        planted.delete(&app).await;
        let (id, folder) = (planted.organization.id.as_str(), tempfile::tempdir().unwrap());
        let before = rows(&app).await;
        org(&app, folder.path(), &["erase", id]).await.assert_refused("Add --yes");
        assert_eq!(rows(&app).await, before, "without --yes nothing is done");

        let erased = org(&app, folder.path(), &["erase", id, "--yes"]).await;
        assert!(erased.success, "{erased:?}");
        let counts: Vec<Vec<&str>> = erased.output.lines().map(|line| line.split_whitespace().collect()).collect();
        assert!(counts.contains(&vec!["tasks", "1502"]), "{erased:?}");
        planted.assert_erased(&app).await;
        living.assert_everywhere(&app).await;

        let again = org(&app, folder.path(), &["erase", id, "--yes"]).await;
        assert!(again.success, "{again:?}");
        assert_eq!(again.output, format!("nothing is left of {id}\n"));
    }

    async fn a_living_organization_is_erased_by_force_alone(app) {
        let planted = Planted::new(&app, "keepsake").await;
        let (id, folder) = (planted.organization.id.as_str(), tempfile::tempdir().unwrap());
        let before = rows(&app).await;
        org(&app, folder.path(), &["erase", id, "--yes"]).await.assert_refused("is not marked as deleted");
        assert_eq!(rows(&app).await, before);

        let forced = org(&app, folder.path(), &["erase", id, "--yes", "--force"]).await;
        assert!(forced.success, "{forced:?}");
        planted.assert_erased(&app).await;
        for event in planted.events_of("organizationMembership.created") {
            assert_eq!(app.deliver(&event).await.summary(), "200");
        }
        planted.assert_erased(&app).await;
    }

    async fn a_persons_own_workspace_is_exported_and_erased(app) {
        add_tasks(&app, "user_alone", 3).await;
        let folder = tempfile::tempdir().unwrap();
        let exported = org(&app, folder.path(), &["export", "user_alone"]).await;
        assert_eq!(exported.output.lines().filter(|line| line.starts_with("{\"table\":\"tasks\"")).count(), 3);
        let erased = org(&app, folder.path(), &["erase", "user_alone", "--yes", "--force"]).await;
        assert!(erased.success, "{erased:?}");
        let left = with(&rows(&app).await, &["user_alone".to_owned()]);
        assert!(left.len() == 1 && left.first().unwrap().starts_with("users: "), "{left:#?}");
    }


    async fn a_living_person_who_is_erased_leaves_every_organization(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let sam = acme.member("org:member").await;
        rival.add(&sam.user_id, "org:admin").await;
        let task = acme.admin().create(json!({"title": "Ship it", "assignee_id": sam.user_id})).await;
        app.run_jobs().await;
        let folder = tempfile::tempdir().unwrap();
        let erased = org(&app, folder.path(), &["erase", &sam.user_id, "--yes", "--force"]).await;
        assert!(erased.success, "{erased:?}");
        for (organization, role) in [(&acme, "org:member"), (&rival, "org:admin")] {
            let left = organization.admin().get("/api/audit-log?action=member.removed").await.list();
            assert_eq!(left.len(), 1, "{left:?}");
            assert_eq!((&left[0]["actor"], &left[0]["before"]), (&json!({"type": "operator"}), &json!({"role": role})));
            assert_eq!(left[0]["target"]["id"], sam.user_id.as_str());
        }
        assert_eq!(acme.admin().get(task.path()).await.json()["assignee_id"], sam.user_id.as_str());
        assert_eq!(app.run_jobs().await, 2, "one for each organization");
        assert_eq!(acme.admin().get(task.path()).await.json()["assignee_id"], json!(null));
    }
}
