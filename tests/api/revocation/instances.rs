//! What one instance hears of is in force on the others, after a restart, without a listener, and through its loss.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::Method;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use tenantry::config::{DatabaseConfig, DatabaseUrl};
use tenantry::db::Db;
use tenantry::directory::access_change::{self, Following};

use super::*;
use crate::support::{Database, Setup};

/// Another instance that follows.
pub(super) async fn another(app: &TestApp, config: &DatabaseConfig) -> (TestApp, Following) {
    let other = app.another_instance(&Setup::default()).await;
    let following = access_change::follow(&other.db, config, &other.revocations).await;
    (other, following)
}

on_both_databases! {
    async fn what_was_taken_away_stays_so_after_a_restart(app) {
        let organization = app.organization("acme").await;
        let gone = app.organization("gone").await.admin();
        let [deleted, banned, over, removed, lower, back] = [
            organization.member_with(ALL).await,
            organization.member_with(ALL).await,
            organization.member_with(ALL).await,
            organization.member_with(ALL).await,
            organization.member_with(ALL).await,
            organization.member_with(ALL).await,
        ];
        app.clerk.delete_user(&deleted.user_id).unwrap();
        app.clerk.ban_user(&banned.user_id).unwrap();
        let session = over.get("/api/me").await.json()["session_id"].as_str().unwrap().to_owned();
        app.clerk.end_session(&session).unwrap();
        app.clerk.remove_member(&organization.id, &removed.user_id).unwrap();
        app.clerk.set_role(&organization.id, &lower.user_id, &role(&app, &["org:tasks:view"])).unwrap();
        app.clerk.ban_user(&back.user_id).unwrap();
        app.clerk.unban_user(&back.user_id).unwrap();
        app.clerk.delete_organization("gone").unwrap();
        let events: Vec<Value> = app.clerk.take_events().into_iter().filter(|event| event["type"] != "session.revoked").collect();
        deliver(&app, &events).await;

        let (restarted, _following) = another(&app, &app.scratch.config).await;
        for app in [&app, &restarted] {
            assert_eq!(deleted.clone().at(app).get("/api/me").await.summary(), "401 token_revoked");
            assert_eq!(banned.clone().at(app).get("/api/me").await.summary(), "401 token_revoked");
            assert_eq!(over.clone().at(app).get("/api/me").await.summary(), "401 token_revoked");
            assert_eq!(removed.clone().at(app).get("/api/me").await.summary(), "401 token_stale");
            assert_eq!(gone.clone().at(app).get("/api/me").await.summary(), "401 token_stale");
            assert_eq!(post(&lower.clone().at(app)).await.summary(), "401 token_stale");
            assert_eq!(lower.clone().at(app).get("/api/tasks").await.summary(), "200");
            assert_eq!(back.clone().at(app).get("/api/tasks").await.summary(), "200");
        }
    }

    async fn only_what_takes_or_gives_back_is_recorded(app) {
        let organization = app.organization("acme").await;
        organization.member_with(ALL).await;
        app.clerk.update_user(&organization.admin_id, Default::default()).unwrap();
        app.clerk.update_organization("acme", Default::default()).unwrap();
        settle(&app).await;
        let rows = access_change::entity::Entity::find().all(&app.db.system()).await.unwrap();
        assert!(rows.is_empty(), "{rows:#?}");
    }

    async fn old_records_are_swept(app) {
        let (organization, member) = member(&app).await;
        app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
        settle(&app).await;
        let count = async || access_change::entity::Entity::find().all(&app.db.system()).await.unwrap().len();
        tenantry::sweep::sweep(&app.db).await;
        assert_eq!(count().await, 1);
        let aged = match app.on {
            Database::Sqlite => "UPDATE access_changes SET recorded_at = '2020-01-01 00:00:00+00:00'",
            Database::Postgres => "UPDATE access_changes SET recorded_at = now() - interval '26 hours'",
        };
        app.db.system().execute_unprepared(aged).await.unwrap();
        tenantry::sweep::sweep(&app.db).await;
        assert_eq!(count().await, 0);
    }

    async fn without_the_table_no_token_of_before_is_accepted(app) {
        let (organization, member) = member(&app).await;
        app.scratch.connect().await.execute_unprepared("DROP TABLE access_changes").await.unwrap();
        let (other, _following) = another(&app, &app.scratch.config).await;
        assert_eq!(member.clone().at(&other).get("/api/me").await.summary(), "401 token_stale");
        let later = issued(&app, &organization, &member.user_id, chrono::Utc::now().timestamp() + 4);
        assert_eq!(later.at(&other).get("/api/me").await.summary(), "200");
    }


    async fn what_another_process_records_is_in_force_within_two_seconds(app) {
        let (other, _following) = another(&app, &app.scratch.config).await;
        for _ in 0..3 {
            let took = removal_arrives(&app, &other).await;
            assert!(took < Duration::from_secs(2), "{took:?}");
        }
    }
}

/// An app on PostgreSQL, if there is one.
async fn on_postgres() -> Option<TestApp> {
    if Database::postgres_is_there() { Some(TestApp::start(Database::Postgres).await) } else { None }
}

/// Removes somebody by a webhook to one instance; how long until another one refuses them.
async fn removal_arrives(app: &TestApp, other: &TestApp) -> Duration {
    let organization = app.organization("acme").await;
    let member = organization.member_with(ALL).await.at(other);
    assert_eq!(member.get("/api/me").await.summary(), "200");
    app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
    settle(app).await;
    until(&member, Method::GET, "/api/me", "401 token_stale").await
}

/// Ends the connections that listen to this database, and says how many there were.
async fn end_listeners(app: &TestApp) -> i64 {
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE application_name = 'tenantry listener' AND datname = current_database()";
    let ended =
        app.scratch.connect().await.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    ended.unwrap().try_get_by_index(0).unwrap()
}

/// Waits until somebody listens, ends it, and does so as often as asked.
async fn lose_listeners(app: &TestApp, times: usize) {
    for _ in 0..times {
        let began = std::time::Instant::now();
        while end_listeners(app).await == 0 {
            assert!(began.elapsed().as_secs() < 15, "nobody listens");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_instance_hears_of_it_and_goes_on_hearing_after_its_listener_is_lost() {
    let Some(app) = on_postgres().await else { return };
    let (other, _following) = another(&app, &app.scratch.config).await;
    println!("while its listener comes up: {:?}", removal_arrives(&app, &other).await);
    lose_listeners(&app, 1).await;
    println!("while its listener is away: {:?}", removal_arrives(&app, &other).await);
    lose_listeners(&app, 2).await;
    println!("while it is away again: {:?}", removal_arrives(&app, &other).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_reads_what_it_is_told_of_and_nothing_else() {
    let Some(app) = on_postgres().await else { return };
    let read: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = read.clone();
    let db = Db::connect(&app.scratch.config).await.unwrap();
    let db = db.observed(move |info| noted.lock().unwrap().push(info.statement.sql.clone()));
    let other = app.over(db, &Setup::default());
    let _following = access_change::follow(&other.db, &app.scratch.config, &other.revocations).await;
    lose_listeners(&app, 1).await;
    // Until it listens again it polls; from then on it reads by id.
    for _ in 0..100 {
        read.lock().unwrap().clear();
        removal_arrives(&app, &other).await;
        let statements = read.lock().unwrap().clone();
        let [polls, told] = [r#""recorded_at" >"#, r#""access_changes"."id" IN"#]
            .map(|text| statements.iter().filter(|sql| sql.contains(text)).count());
        if polls == 0 && told > 0 {
            return;
        }
    }
    panic!("a hundred changes, and none was heard of: {:#?}", read.lock().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_notification_arrives_the_table_is_read() {
    let Some(app) = on_postgres().await else { return };
    let mut elsewhere = url::Url::parse(app.scratch.config.url.expose()).unwrap();
    elsewhere.set_path("postgres");
    let direct_url = DatabaseUrl::parse(elsewhere.as_str()).unwrap();
    let (other, _following) = another(&app, &DatabaseConfig { direct_url, ..app.scratch.config.clone() }).await;
    for _ in 0..3 {
        println!("by reading: {:?}", removal_arrives(&app, &other).await);
    }
    let direct_url = DatabaseUrl::parse("postgres://nobody@127.0.0.1:1/nowhere").unwrap();
    let (other, _following) = another(&app, &DatabaseConfig { direct_url, ..app.scratch.config.clone() }).await;
    println!("without a connection: {:?}", removal_arrives(&app, &other).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_commits_late_is_not_overlooked() {
    let Some(app) = on_postgres().await else { return };
    let direct_url = DatabaseUrl::parse("postgres://nobody@127.0.0.1:1/nowhere").unwrap();
    let (other, _following) = another(&app, &DatabaseConfig { direct_url, ..app.scratch.config.clone() }).await;
    let organization = app.organization("acme").await;
    let [early, late] = [organization.member_with(ALL).await, organization.member_with(ALL).await];
    let session = late.get("/api/me").await.json()["session_id"].as_str().unwrap().to_owned();
    app.clerk.end_session(&session).unwrap();
    let event = told(&app, &["session.ended"]).remove(0);
    let body = event.to_string();
    let envelope = tenantry::clerk::event::Envelope::open(body.as_bytes()).unwrap();
    let held = app.db.system().begin().await.unwrap();
    let changes = tenantry::directory::sync::apply(&held, &envelope.notice(chrono::Utc::now()).unwrap()).await.unwrap();

    app.clerk.remove_member(&organization.id, &early.user_id).unwrap();
    settle(&app).await;
    until(&early.at(&other), Method::GET, "/api/me", "401 token_stale").await;
    assert_eq!(late.clone().at(&other).get("/api/me").await.summary(), "200");
    tenantry::directory::sync::commit(held, changes, &app.revocations).await.unwrap();
    assert_eq!(late.get("/api/me").await.summary(), "401 token_revoked");
    until(&late.at(&other), Method::GET, "/api/me", "401 token_revoked").await;
}
