//! The chain of digests: it holds under load, and every tampering shows.

use sea_orm::ConnectionTrait;
use tenantry::audit::verify::{Break, tenants, verify};

use super::log;
use crate::support::{Database, TestApp};

async fn verified(app: &TestApp, tenant: &str) -> Result<i64, Break> {
    let snapshot = app.db.system().snapshot().await.unwrap();
    verify(&snapshot, tenant).await.unwrap()
}

/// As somebody who owns the database would, past every wall.
pub(super) async fn tamper(app: &TestApp, sql: &str) {
    let owner = app.scratch.connect().await;
    if app.on == Database::Sqlite {
        for trigger in ["audit_log_not_changed", "audit_log_not_deleted"] {
            owner.execute_unprepared(&format!("DROP TRIGGER IF EXISTS {trigger}")).await.unwrap();
        }
    }
    assert!(owner.execute_unprepared(sql).await.unwrap().rows_affected() > 0, "{sql}");
}

on_both_databases! {
    async fn fifty_changes_at_once_make_one_chain(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let changes = (0..50).map(|number| {
            let admin = admin.clone();
            tokio::spawn(async move { admin.create_task(&format!("Task {number}")).await })
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap();
        }
        let entries = log(&acme).await;
        assert!(entries.len() >= 50);
        assert_eq!(verified(&app, &acme.id).await, Ok(i64::try_from(entries.len()).unwrap()));
        let places: Vec<i64> = entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = (1..=places[0]).rev().collect();
        assert_eq!(places, expected);
    }

    async fn every_edit_shows(app) {
        for (name, edit) in [
            ("text", "UPDATE audit_log SET entry = replace(entry, 'Ship it', 'Shipped') WHERE {third}"),
            ("actor", "UPDATE audit_log SET actor_id = 'user_somebody_else' WHERE {third}"),
            ("action", "UPDATE audit_log SET action = 'task.deleted' WHERE {third}"),
            ("target", "UPDATE audit_log SET target_id = 'another' WHERE {third}"),
            ("time", "UPDATE audit_log SET at = '2020-01-01T00:00:00+00:00' WHERE {third}"),
            ("gap", "DELETE FROM audit_log WHERE {third}"),
            ("end", "DELETE FROM audit_log WHERE {of} AND seq = (SELECT max(seq) FROM audit_log WHERE {of})"),
            ("head", "DELETE FROM audit_heads WHERE {of}"),
            ("swap", "UPDATE audit_log SET seq = seq + 100 WHERE {third}"),
        ] {
            let organization = app.organization(&format!("acme-{name}")).await;
            for number in 0..5 {
                organization.admin().create_task(&format!("Ship it {number}")).await;
            }
            assert!(verified(&app, &organization.id).await.is_ok(), "{name}");
            let of = format!("tenant_id = '{}'", organization.id);
            let third = format!("{of} AND seq = 3");
            tamper(&app, &edit.replace("{third}", &third).replace("{of}", &of)).await;
            let found = verified(&app, &organization.id).await;
            assert!(found.is_err(), "{name}: {found:?}");
        }
    }

    async fn a_whole_chain_that_is_written_anew_shows_at_its_end(app) {
        let acme = app.organization("acme").await;
        let rival = app.organization("rival").await;
        acme.admin().create_task("Ship it").await;
        rival.admin().create_task("Ship it").await;
        let named = tenants(&app.db.system().reader(), "", 100).await.unwrap();
        assert!(named.contains(&acme.id) && named.contains(&rival.id));
        let (from, to) = (&rival.id, &acme.id);
        tamper(&app, &format!("DELETE FROM audit_log WHERE tenant_id = '{to}'")).await;
        tamper(&app, &format!("UPDATE audit_log SET tenant_id = '{to}' WHERE tenant_id = '{from}'")).await;
        assert_eq!(verified(&app, to).await, Err(Break::Edited(1)));
    }
}
