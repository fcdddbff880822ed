//! What is deleted is out of reach, and after the hold nothing but the tombstone is left of it.

use chrono::TimeDelta;
use clerk_emulator::{Plan, Seed, TokenRequest, UserChanges};
use serde_json::json;
use tenantry::db::TenantId;
use tenantry::tenants::Removed;
use tenantry::tenants::purge::{Purge, Step};

use super::planted::{HOLD, Planted, add_tasks, deliver_twice, later, purge};
use super::rows::{rows, tables, with};
use crate::support::{Database, Setup, TestApp, new_user};

const DAY: TimeDelta = TimeDelta::days(1);

on_both_databases! {
    async fn a_deleted_organization_is_in_no_list_at_once(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        let other = app.organization("other").await;
        let admin = other.add(&planted.organization.admin_id, "org:member").await;
        assert_eq!(admin.get("/api/organizations").await.list().len(), 2);
        planted.delete(&app).await;
        let listed = admin.get("/api/organizations").await;
        assert_eq!(listed.each("id"), [other.id.as_str()]);
        assert!(!String::from_utf8_lossy(&listed.body).contains("keepsake"));
    }

    async fn after_the_hold_only_the_tombstone_is_left(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        let living = Planted::new(&app, "living").await;
        planted.delete(&app).await;
        planted.assert_everywhere(&app).await;
        let before = rows(&app).await;
        assert_eq!(purge(&app, HOLD - DAY, 1_000).await.tenants, 0, "the hold is not over");
        assert_eq!(rows(&app).await, before);

        let purged = purge(&app, HOLD + DAY, 1_000).await;
        assert_eq!(purged.tenants, 1);
        assert!(purged.removed.tables().any(|(table, rows)| (table, rows) == ("tasks", 2)), "{:?}", purged.removed);
        planted.assert_erased(&app).await;
        living.assert_everywhere(&app).await;
        assert_eq!(purge(&app, HOLD + DAY, 1_000).await, Default::default(), "it is purged once");
    }

    async fn other_tenants_keep_every_byte(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        let living = Planted::new(&app, "living").await;
        add_tasks(&app, &living.organization.id, 40).await;
        planted.delete(&app).await;
        let before = rows(&app).await;
        let gone = with(&before, &planted.markers());
        purge(&app, HOLD + DAY, 7).await;

        let after = rows(&app).await;
        let lost: Vec<_> = before.difference(&after).filter(|line| !gone.contains(*line)).collect();
        assert!(lost.is_empty(), "rows that do not tell of the organization were changed: {lost:#?}");
        let new: Vec<_> = after.difference(&before).collect();
        let expected = |line: &str| {
            let emptied = line.contains("|payload=|") && line.contains("|organization_id=∅");
            line.starts_with("organizations: ") || (line.starts_with("webhook_deliveries: ") && emptied)
        };
        assert!(new.iter().all(|line| expected(line)), "{new:#?}");
    }

    async fn two_instances_purge_each_organization_once(app) {
        let mut all = 0;
        for word in ["one", "two", "three"] {
            let mut planted = Planted::new(&app, word).await;
            add_tasks(&app, &planted.organization.id, 60).await;
            planted.delete(&app).await;
            let left = ["organizations", "webhook_deliveries"];
            let lines = with(&rows(&app).await, &planted.markers());
            all += lines.iter().filter(|line| !left.iter().any(|table| line.starts_with(table))).count();
        }
        let other = app.another_instance(&Setup::default()).await;
        let (one, two) = tokio::join!(purge(&app, HOLD + DAY, 7), purge(&other, HOLD + DAY, 7));
        assert_eq!(one.tenants + two.tenants, 3);
        let deleted = |purged: &Removed| -> u64 {
            purged.tables().filter(|(table, _)| *table != "webhook_deliveries").map(|(_, rows)| rows).sum()
        };
        assert_eq!(deleted(&one.removed) + deleted(&two.removed), u64::try_from(all).unwrap(), "{one:?} {two:?}");
        // Whoever came second to all of them did not finish them again.
        assert_eq!(purge(&app, HOLD + DAY, 7).await.tenants, 0);
    }

    async fn what_was_interrupted_goes_on_where_it_stopped(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        add_tasks(&app, &planted.organization.id, 60).await;
        planted.delete(&app).await;
        let (job, mut removed) = (Purge { batch: 25, ..Purge::new(&app.db, later(HOLD)) }, Removed::default());
        assert_eq!(job.step(&planted.tenant(), false, &mut removed).await.unwrap(), Step::More);
        assert_eq!(removed.rows(), 25, "a transaction removes a batch and no more");
        let left = with(&rows(&app).await, &planted.markers());
        assert!(left.iter().any(|line| line.starts_with("organizations: ") && line.contains("purged_at=∅")));
        assert!(tables(&left).contains("tasks"));

        assert_eq!(purge(&app, HOLD + DAY, 25).await.tenants, 1);
        planted.assert_erased(&app).await;
    }

    async fn late_deliveries_bring_nothing_back(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        planted.delete(&app).await;
        purge(&app, HOLD + DAY, 1_000).await;
        for event in planted.events.iter().chain(planted.events.iter().rev()) {
            // Of one that names the organization where nobody would look, the text is kept until deliveries are swept.
            if event["type"] != "something.new" {
                app.deliver(event).await;
            }
        }
        planted.assert_erased(&app).await;
    }

    async fn a_repeated_delivery_still_changes_nothing(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        planted.delete(&app).await;
        purge(&app, HOLD + DAY, 1_000).await;
        for event in planted.events_of("organizationMembership.created") {
            let [first, again] = deliver_twice(&app, &event).await;
            assert_eq!([first.summary(), again.summary()], ["200", "200"]);
        }
        let repeated = rows(&app).await;
        let attempts = repeated.iter().filter(|line| line.starts_with("webhook_deliveries: ") && line.contains("|attempts=1"));
        assert_eq!(attempts.count(), tables_of(&repeated, "webhook_deliveries"), "a repetition counted");
        planted.assert_erased(&app).await;
    }

    async fn a_hold_of_nothing_still_waits_for_the_last_request(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        planted.delete(&app).await;
        let at_once = Purge::new(&app.db, later(TimeDelta::zero()));
        assert_eq!(at_once.overdue(TimeDelta::zero()).await.unwrap().tenants, 0);
        let soon = Purge::new(&app.db, later(TimeDelta::minutes(3)));
        assert_eq!(soon.overdue(TimeDelta::zero()).await.unwrap().tenants, 1);
        planted.assert_erased(&app).await;
    }


    async fn late_deliveries_about_an_erased_person_leave_nothing(app) {
        let app = TestApp::with(app.on, workspaces()).await;
        let gone = new_user(&app, "gone");
        let name = UserChanges { first_name: Some(Some("Xanthippe".into())), ..UserChanges::default() };
        app.clerk.update_user(&gone, name).unwrap();
        app.clerk.subscribe(&gone, "plus").unwrap();
        app.clerk.fail_payment(&gone).unwrap();
        app.clerk.delete_user(&gone).unwrap();
        let events = app.clerk.take_events();
        for kind in ["user.updated", "user.deleted", "subscription.", "subscriptionItem.", "paymentAttempt."] {
            assert!(events.iter().any(|event| event["type"].as_str().unwrap().starts_with(kind)), "no {kind}");
        }
        let deliver = async || {
            for event in events.iter().chain(events.iter().rev()) {
                assert_eq!(app.deliver(event).await.summary(), "200", "{event}");
            }
        };
        deliver().await;
        let of_gone = [gone.clone(), "gone@example.com".to_owned(), "Xanthippe".to_owned()];
        assert!(tables(&with(&rows(&app).await, &of_gone)).contains("webhook_deliveries"));
        assert_eq!(purge(&app, HOLD + DAY, 1_000).await.tenants, 1);
        for when in ["before", "after"] {
            let left = with(&rows(&app).await, &of_gone);
            assert_eq!(tables(&left), ["users"].into(), "{when} they came late: {left:#?}");
            deliver().await;
        }
    }

    async fn a_deletion_that_was_heard_of_late_waits_for_the_last_request(app) {
        let mut planted = Planted::new(&app, "keepsake").await;
        app.clerk.delete_organization(&planted.organization.id).unwrap();
        for mut event in app.clerk.take_events() {
            event["timestamp"] = later(-DAY).timestamp_millis().into();
            assert_eq!(app.deliver(&event).await.summary(), "200", "{event}");
            planted.events.push(event);
        }
        let before = rows(&app).await;
        for (from_now, tenants) in [(TimeDelta::zero(), 0), (TimeDelta::seconds(110), 0), (TimeDelta::minutes(3), 1)] {
            assert_eq!(rows(&app).await, before);
            let purge = Purge::new(&app.db, later(from_now));
            assert_eq!(purge.overdue(TimeDelta::zero()).await.unwrap().tenants, tenants, "{from_now}");
        }
        planted.assert_erased(&app).await;
    }
}

fn tables_of(lines: &std::collections::BTreeSet<String>, table: &str) -> usize {
    lines.iter().filter(|line| line.starts_with(&format!("{table}: "))).count()
}

async fn a_deleted_persons_own_workspace_is_purged(on: Database) {
    let app = TestApp::with(on, Setup { personal_workspaces: true, ..Setup::default() }).await;
    let (gone, stays) = (new_user(&app, "gone"), new_user(&app, "stays"));
    app.deliver_webhooks().await;
    for person in [&gone, &stays] {
        let token = app.clerk.session_token(TokenRequest::for_user(person.as_str())).unwrap();
        let owner = app.bearer(token).header("idempotency-key", "once");
        owner.create_task("Diary").await;
        owner.patch("/api/me/preferences", json!({"mail": {"task_assigned": false}})).await;
    }
    app.deliver_webhooks().await;
    let (of_gone, of_stays) = ([gone.clone(), "gone@example.com".to_owned()], [stays.clone()]);
    let before = with(&rows(&app).await, &of_stays);
    app.clerk.delete_user(&gone).unwrap();
    app.deliver_webhooks().await;
    let purged = purge(&app, HOLD + DAY, 1_000).await;
    assert_eq!(purged.tenants, 1);
    let left = with(&rows(&app).await, &of_gone);
    assert_eq!(tables(&left), ["users"].into(), "{left:#?}");
    assert_eq!(with(&rows(&app).await, &of_stays), before);
    let again = Purge { again: true, ..Purge::new(&app.db, later(HOLD)) };
    let mut nothing = Default::default();
    assert_eq!(again.tenant(&TenantId::Personal(gone), &mut nothing).await.unwrap(), Step::Closed);
    assert_eq!(nothing.removed, Removed::default());
}

/// Workspaces of people, who are billed for them.
fn workspaces() -> Setup {
    let plans =
        vec![Plan::new("free_user", &["tasks"]).for_users(), Plan::new("plus", &["tasks"]).price(500).for_users()];
    let seed = Seed { billing: true, plans, ..Seed::empty() };
    Setup { personal_workspaces: true, seed: Some(seed), ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_persons_own_workspace_is_purged_on_sqlite() {
    a_deleted_persons_own_workspace_is_purged(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_persons_own_workspace_is_purged_on_postgres() {
    if Database::postgres_is_there() {
        a_deleted_persons_own_workspace_is_purged(Database::Postgres).await;
    }
}
