//! Deliveries while a purge is at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::Value;
use tenantry::clerk::event::Envelope;
use tenantry::directory::sync;
use tenantry::tenants::purge::Purge;
use tokio::task::JoinSet;

use super::planted::{HOLD, Planted, add_tasks, later, purge};
use crate::schema::strings;
use crate::support::{Database, TestApp};

const ROUNDS: usize = 2;

/// Statements that wait for somebody's lock.
const WAITING: &str = "SELECT pid::text FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

on_both_databases! {
    async fn deliveries_in_the_midst_of_a_purge_leave_nothing(app) {
        for round in 0..ROUNDS {
            let mut planted = Planted::new(&app, &format!("round{round}")).await;
            add_tasks(&app, &planted.organization.id, 200).await;
            planted.delete(&app).await;
            let mut late = planted.events_of("organizationMembership.created");
            late.extend(planted.events_of("organizationInvitation.created"));
            let (late, purged) = (Arc::new(late), Arc::new(AtomicBool::new(false)));
            let mut senders = JoinSet::new();
            for _ in 0..3 {
                senders.spawn(until_purged(app.clone(), late.clone(), purged.clone()));
            }
            let job = Purge { batch: 50, ..Purge::new(&app.db, later(HOLD + TimeDelta::days(1))) };
            assert_eq!(job.overdue(HOLD).await.unwrap().tenants, 1);
            purged.store(true, Ordering::SeqCst);
            senders.join_all().await;
            planted.assert_erased(&app).await;
        }
    }

    async fn a_purge_waits_for_a_delivery_that_is_under_way(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        planted.delete(&app).await;
        let mut event = planted.events_of("organizationInvitation.created").remove(0);
        event["data"]["id"] = "orginv_late".into();
        let notice = Envelope::open(event.to_string().as_bytes()).unwrap().notice(Utc::now()).unwrap();
        let under_way = app.db.system().begin().await.unwrap();
        sync::apply(&under_way, &notice).await.unwrap();

        let purging = tokio::spawn({
            let app = app.clone();
            async move { purge(&app, HOLD + TimeDelta::days(1), 1_000).await }
        });
        if app.on == Database::Postgres {
            let db = app.scratch.connect().await;
            let waits = async { while strings(&db, WAITING).await.is_empty() {} };
            tokio::time::timeout(Duration::from_secs(10), waits).await.expect("the purge did not wait");
        }
        under_way.commit().await.unwrap();
        assert_eq!(purging.await.unwrap().tenants, 1);
        planted.assert_erased(&app).await;
    }
}

/// Delivers these again and again, and once more after the purge.
async fn until_purged(app: TestApp, late: Arc<Vec<Value>>, purged: Arc<AtomicBool>) {
    loop {
        let last = purged.load(Ordering::SeqCst);
        for event in late.iter() {
            assert_eq!(app.deliver(event).await.summary(), "200");
        }
        if last {
            return;
        }
    }
}
