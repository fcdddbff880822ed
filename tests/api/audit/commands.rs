//! `tenantry audit verify`, as an operator runs it.

use std::process::Command;

use chrono::TimeDelta;
use tenantry::db::TenantId;
use tenantry::tenants::Removed;
use tenantry::tenants::purge::{Purge, Step};

use super::chain::tamper;
use crate::support::{Organization, TestApp};

/// Whether it succeeded, and what it printed where.
async fn verify(app: &TestApp, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(["audit", "verify"]).args(arguments).env_clear();
    command.env("DATABASE_URL", app.scratch.config.url.expose());
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// An organization with some entries that was deleted just now.
async fn deleted(app: &TestApp, slug: &str) -> Organization {
    let organization = app.organization(slug).await;
    for number in 0..5 {
        organization.admin().create_task(&format!("Task {number}")).await;
    }
    app.clerk.delete_organization(&organization.id).unwrap();
    app.deliver_webhooks().await;
    organization
}

/// Whether a purge has removed rows of a table.
fn has(removed: &Removed, table: &str) -> bool {
    removed.tables().any(|(name, rows)| name == table && rows > 0)
}

on_both_databases! {
    async fn who_is_not_known_is_no_intact_log(app) {
        let acme = app.organization("acme").await;
        let (success, output, _) = verify(&app, &["--org", &acme.id]).await;
        assert!(success && output.ends_with("entries, intact\n"), "{output}");
        let typo = acme.id.replace("org_", "org_x");
        let (success, output, errors) = verify(&app, &["--org", &typo]).await;
        assert!(!success && output.is_empty(), "{output}");
        assert!(errors.contains(&format!("nothing of {typo} is in this database")), "{errors}");
    }

    async fn a_log_in_the_midst_of_its_purge_is_no_broken_one(app) {
        let gone = deleted(&app, "gone").await;
        let living = app.organization("living").await;
        let tenant = TenantId::Organization(gone.id.clone());
        let (now, mut removed) = (chrono::Utc::now() + TimeDelta::days(31), Removed::default());
        let purge = Purge { batch: 2, ..Purge::new(&app.db, now) };
        while !has(&removed, "audit_log") {
            assert_eq!(purge.step(&tenant, false, &mut removed).await.unwrap(), Step::More);
        }
        for arguments in [&["--org", gone.id.as_str()][..], &[]] {
            let (success, output, errors) = verify(&app, arguments).await;
            assert!(success, "{output}{errors}");
            assert!(output.contains(&format!("{}: deleted, and being purged\n", gone.id)), "{output}");
            assert_eq!(output.contains(&living.id), arguments.is_empty(), "{output}");
        }
        purge.tenant(&tenant, &mut Default::default()).await.unwrap();
        let (success, output, _) = verify(&app, &["--org", &gone.id]).await;
        assert!(success && output.contains(": 0 entries, intact"), "it was known: {output}");
    }

    async fn an_edit_shows_though_the_organization_is_deleted(app) {
        let gone = deleted(&app, "gone").await;
        let (success, output, _) = verify(&app, &[]).await;
        assert!(success && output.contains("intact"), "{output}");
        tamper(&app, "UPDATE audit_log SET entry = replace(entry, 'Task 2', 'Task 9') WHERE action = 'task.created'").await;
        let (success, output, errors) = verify(&app, &["--org", &gone.id]).await;
        assert!(!success && output.contains("BROKEN"), "nothing is purged during the hold: {output}{errors}");
    }
}
