//! Our own failures: told to the sender, recorded without what was sent, and mended by the retry.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use serde_json::json;
use tenantry::directory::{membership, organization};
use tenantry::webhooks::delivery::State;

use crate::app::{App, Delivery};
use crate::database::Kind;
use crate::on_both_databases;

on_both_databases!(a_failed_delivery_is_applied_by_the_retry, twins_of_a_failed_delivery_are_applied_once);

const JOINED: &str = include_str!("../../src/clerk/event/samples/organizationMembership.created.json");

async fn take_away(app: &App) {
    app.db.system_connection().execute_unprepared("ALTER TABLE memberships RENAME TO memberships_away").await.unwrap();
}

async fn bring_back(app: &App) {
    app.db.system_connection().execute_unprepared("ALTER TABLE memberships_away RENAME TO memberships").await.unwrap();
}

async fn a_failed_delivery_is_applied_by_the_retry(app: App) {
    take_away(&app).await;
    for attempts in 1..=2 {
        assert_eq!(app.send(Delivery::new("msg_1", JOINED)).await.summary(), "500 internal_error");
        let recorded = app.recorded("msg_1").await.unwrap();
        assert_eq!((recorded.state, recorded.attempts), (State::Failed, attempts));
        let reason = recorded.reason.unwrap();
        assert!(reason == "database error 42P01" || reason == "database error 1", "{reason}");
    }
    // The organization comes first in the transaction; it went with the rest.
    assert_eq!(organization::Entity::find().count(&app.db.system()).await.unwrap(), 0);
    bring_back(&app).await;
    for _ in 0..2 {
        assert_eq!(app.send(Delivery::new("msg_1", JOINED)).await.summary(), "200 received");
        let recorded = app.recorded("msg_1").await.unwrap();
        assert_eq!((recorded.state, recorded.attempts, recorded.reason), (State::Applied, 3, None));
    }
    assert_eq!(membership::living().count(&app.db.system()).await.unwrap(), 1);
}

async fn twins_of_a_failed_delivery_are_applied_once(app: App) {
    take_away(&app).await;
    app.send(Delivery::new("msg_1", JOINED)).await;
    bring_back(&app).await;
    let twins = (0..20).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.send(Delivery::new("msg_1", JOINED)).await.summary() })
    });
    for twin in twins.collect::<Vec<_>>() {
        assert_eq!(twin.await.unwrap(), "200 received");
    }
    let recorded = app.recorded("msg_1").await.unwrap();
    assert_eq!((recorded.state, recorded.attempts), (State::Applied, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_held_too_long_is_503_and_recorded() {
    crate::app::run(Kind::Postgres, |app: App| async move {
        let lock = app.db.system_connection().begin().await.unwrap();
        lock.execute_unprepared("LOCK TABLE memberships IN ACCESS EXCLUSIVE MODE").await.unwrap();
        assert_eq!(app.send(Delivery::new("msg_1", JOINED)).await.summary(), "503 database_unavailable");
        let recorded = app.recorded("msg_1").await.unwrap();
        assert_eq!((recorded.state, recorded.reason.as_deref()), (State::Failed, Some("database error 57014")));
        lock.commit().await.unwrap();
        assert_eq!(app.send(Delivery::new("msg_1", JOINED)).await.summary(), "200 received");
    })
    .await;
}

/// Two roles at once, then the same with the newer first: the newer stays, whichever transaction began earlier.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_change_that_waited_for_a_newer_one_gives_way() {
    crate::app::run(Kind::Postgres, |app: App| async move {
        let event = |role: &str, updated_at: i64| {
            let mut event: serde_json::Value = serde_json::from_str(JOINED).unwrap();
            event["type"] = json!("organizationMembership.updated");
            event["data"]["role"] = json!(role);
            event["data"]["updated_at"] = json!(updated_at);
            event
        };
        app.send(Delivery::new("msg_0", JOINED)).await;
        // Somebody holds the row, so that both deliveries are under way before either can write.
        let hold = app.db.system_connection().begin().await.unwrap();
        hold.execute_unprepared("SELECT 1 FROM memberships FOR UPDATE").await.unwrap();
        let waiting =
            [("msg_1", event("org:admin", 1_772_445_700_000)), ("msg_2", event("org:member", 1_772_445_650_000))].map(
                |(id, event)| {
                    let app = app.clone();
                    tokio::spawn(async move { app.send(Delivery::event(id, &event)).await.summary() })
                },
            );
        while blocked(&app).await < 2 {
            tokio::task::yield_now().await;
        }
        hold.commit().await.unwrap();
        for answer in waiting {
            assert_eq!(answer.await.unwrap(), "200 received");
        }
        let role = membership::living().one(&app.db.system()).await.unwrap().unwrap().role;
        assert_eq!(role, "org:admin");
    })
    .await;
}

async fn blocked(app: &App) -> i64 {
    let db = app.db.system_connection();
    let sql =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(waiting).await.unwrap().unwrap().try_get("", "n").unwrap()
}
