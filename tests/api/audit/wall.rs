//! The product can append to the log and do nothing else with it; the chain of a deleted tenant goes as a whole.

use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use tenantry::db::{APP_ROLE, SYSTEM_ROLE};

use super::log;
use crate::support::{Database, TestApp};

const WRITES: [&str; 5] = [
    "UPDATE audit_log SET entry = '{}'",
    "UPDATE audit_log SET actor_id = NULL",
    "DELETE FROM audit_log",
    "DELETE FROM audit_heads",
    "TRUNCATE audit_log",
];

/// Writes an entry once more: under another number, and perhaps with another text.
fn copy(verb: &str, seq: &str, entry: &str) -> String {
    format!(
        "{verb} INTO audit_log (tenant_id, seq, at, actor_type, actor_id, action, target_type, target_id, entry, digest)
         SELECT tenant_id, {seq}, at, actor_type, actor_id, action, target_type, target_id, {entry}, digest
         FROM audit_log ORDER BY seq DESC LIMIT 1"
    )
}

async fn as_role(app: &TestApp, role: &str, tenant: &str) -> DatabaseTransaction {
    let transaction = app.scratch.login().await.begin().await.unwrap();
    let set = format!("SELECT set_config('role', '{role}', true), set_config('app.tenant_id', '{tenant}', true)");
    transaction.execute_unprepared(&set).await.unwrap();
    transaction
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_role_can_change_or_delete_an_entry() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let acme = app.organization("acme").await;
    acme.admin().create_task("Ship it").await;
    for role in [APP_ROLE, SYSTEM_ROLE] {
        for write in WRITES {
            let error = as_role(&app, role, &acme.id).await.execute_unprepared(write).await.expect_err(write);
            assert_eq!(tenantry::db::trouble::sql_state(&error).as_deref(), Some("42501"), "{role}: {write}");
        }
        let purge = format!("SELECT 1 FROM audit_purge('{}', 1000)", acme.id);
        let purged = as_role(&app, role, &acme.id).await.execute_unprepared(&purge).await;
        // One may not call it; for the other a living tenant's chain stays.
        assert!(purged.is_err() || purged.is_ok_and(|none| none.rows_affected() == 0), "{role}");
    }
    let planted = "SELECT audit_append('org_rival', '{\"at\":\"2026-01-01T00:00:00Z\"}')";
    assert!(as_role(&app, APP_ROLE, &acme.id).await.execute_unprepared(planted).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_trigger_refuses() {
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    acme.admin().create_task("Ship it").await;
    let owner = app.scratch.connect().await;
    for write in &WRITES[..3] {
        let error = owner.execute_unprepared(write).await.expect_err(write);
        assert!(error.to_string().contains("entries of the audit log are not"), "{write}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_entry_is_the_next_one_or_none() {
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    acme.admin().create_task("Ship it").await;
    let (owner, before) = (app.scratch.connect().await, log(&acme).await);
    for write in [
        copy("INSERT OR REPLACE", "seq", "replace(entry, 'Ship', 'Sink')"),
        copy("REPLACE", "seq", "'{}'"),
        copy("INSERT OR REPLACE", "1", "'{}'"),
        copy("INSERT", "seq + 2", "entry"),
        copy("INSERT", "0", "entry"),
        copy("INSERT", "-1", "entry"),
    ] {
        let error = owner.execute_unprepared(&write).await.expect_err(&write);
        assert!(error.to_string().contains("entries of the audit log are not written out of turn"), "{write}: {error}");
    }
    assert_eq!(log(&acme).await, before);
    acme.admin().create_task("One more").await;
    assert_eq!(log(&acme).await.len(), before.len() + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_nothing_is_put_before_the_first_entry() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    app.organization("acme").await.admin().create_task("Ship it").await;
    let owner = app.scratch.connect().await;
    for seq in ["0", "-1"] {
        let write = copy("INSERT", seq, "entry");
        let error = owner.execute_unprepared(&write).await.expect_err(&write);
        assert_eq!(tenantry::db::trouble::sql_state(&error).as_deref(), Some("23514"), "{error}");
    }
}
