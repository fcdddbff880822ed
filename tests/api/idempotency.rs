//! `Idempotency-Key`: however often a POST is sent, it is done once.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, TransactionTrait,
};
use serde_json::{Value, json};
use tenantry::idempotency::entity::{ActiveModel, Column, Entity, Model};
use tokio::sync::Barrier;

use crate::support::{Answer, Caller, Database, Setup, TestApp};

async fn records(app: &TestApp) -> u64 {
    Entity::find().count(&app.db.system()).await.unwrap()
}

async fn tasks(app: &TestApp) -> u64 {
    tenantry::tasks::living().count(&app.db.system()).await.unwrap()
}

fn keyed(caller: Caller, key: &str) -> Caller {
    caller.header("idempotency-key", key)
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

/// The same task in the same words, at the same address, under the same tag.
fn assert_same(first: &Answer, again: &Answer) {
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    for name in ["location", "etag", "content-type"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
}

/// Makes every insert into a table fail, until the answer is run.
async fn break_inserts(app: &TestApp, table: &str) -> String {
    let on = format!("TRIGGER broken_{table} BEFORE INSERT ON {table}");
    let (make, mend) = match app.on {
        Database::Sqlite => (
            format!("CREATE {on} BEGIN SELECT RAISE(ABORT, 'broken'); END"),
            // Names are not used again: other connections may remember a trigger that is gone.
            format!("DROP TRIGGER broken_{table}"),
        ),
        Database::Postgres => (
            format!(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
                 CREATE {on} FOR EACH ROW EXECUTE FUNCTION broken()"
            ),
            "DROP FUNCTION broken CASCADE".to_owned(),
        ),
    };
    app.scratch.connect().await.execute_unprepared(&make).await.unwrap();
    mend
}

on_both_databases! {
    async fn the_same_key_and_body_get_the_same_answer_and_one_row(app) {
        let admin = keyed(app.organization("acme").await.admin(), "order-66");
        let body = json!({"title": "Ship it", "labels": ["a"]});
        let first = admin.post("/api/tasks", body.clone()).await;
        assert_eq!((first.summary().as_str(), replayed(&first)), ("201", false));

        for _ in 0..3 {
            let again = admin.post("/api/tasks", body.clone()).await;
            assert!(replayed(&again), "the second answer must say that it is one");
            assert_same(&first, &again);
        }
        assert_eq!((tasks(&app).await, records(&app).await), (1, 1));
    }

    async fn the_answer_stays_the_same_when_the_task_has_changed(app) {
        let admin = app.organization("acme").await.admin();
        let once = keyed(admin.clone(), "k");
        let first = once.post("/api/tasks", json!({"title": "Ship it"})).await;
        let path = first.header("location").unwrap().to_owned();
        admin.patch(&path, json!({"title": "Shipped"})).await;
        assert_same(&first, &once.post("/api/tasks", json!({"title": "Ship it"})).await);
        admin.delete(&path).await;
        assert_same(&first, &once.post("/api/tasks", json!({"title": "Ship it"})).await);
        assert_eq!(admin.get("/api/tasks").await.list(), Vec::<Value>::new());
    }

    async fn another_body_under_the_key_is_refused(app) {
        let admin = keyed(app.organization("acme").await.admin(), "k");
        assert_eq!(admin.post("/api/tasks", json!({"title": "One"})).await.summary(), "201");
        assert_eq!(admin.post("/api/tasks", json!({"title": "Two"})).await.summary(), "422 idempotency_key_reused");
        assert_eq!(tasks(&app).await, 1);
    }

    async fn without_a_key_every_request_counts(app) {
        let admin = app.organization("acme").await.admin();
        admin.create_task("Ship it").await;
        admin.create_task("Ship it").await;
        keyed(admin.clone(), "k1").create_task("Ship it").await;
        keyed(admin, "k2").create_task("Ship it").await;
        assert_eq!((tasks(&app).await, records(&app).await), (4, 2));
    }

    async fn a_key_belongs_to_a_caller_a_tenant_and_an_address(app) {
        let acme = app.organization("acme").await;
        let rival = app.organization("rival").await;
        let admin = acme.admin();
        let personal = format!("/api/{}/tasks", admin.user_id);
        let colleague = acme.member_with(&["org:tasks:create"]).await;
        let abroad = rival.add(&admin.user_id, "org:admin").await;
        let body = json!({"title": "Ship it"});
        let mut ids = Vec::new();
        for (caller, path) in [(&admin, "/api/tasks"), (&colleague, "/api/tasks"), (&abroad, "/api/tasks"), (&admin, &*personal)] {
            let answer = keyed(caller.clone(), "k").post(path, body.clone()).await;
            assert_eq!((answer.summary().as_str(), replayed(&answer)), ("201", false), "{path}");
            ids.push(answer.json()["id"].to_string());
        }
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), tasks(&app).await, records(&app).await), (4, 4, 4));
    }

    async fn a_fresh_token_of_the_same_person_is_the_same_caller(app) {
        let acme = app.organization("acme").await;
        let body = json!({"title": "Ship it"});
        let (before, after) = (acme.admin(), acme.admin());
        assert_ne!(before.token, after.token);
        let first = keyed(before, "k").post("/api/tasks", body.clone()).await;
        let again = keyed(after, "k").post("/api/tasks", body).await;
        assert!(replayed(&again));
        assert_same(&first, &again);
    }

    async fn another_instance_replays_too(app) {
        let other = app.another_instance(&Setup::default()).await;
        let admin = keyed(app.organization("acme").await.admin(), "k");
        let first = admin.post("/api/tasks", json!({"title": "Ship it"})).await;
        let again = admin.at(&other).post("/api/tasks", json!({"title": "Ship it"})).await;
        assert!(replayed(&again));
        assert_same(&first, &again);
    }

    async fn a_retry_over_another_version_of_http_or_by_another_name_replays_too(app) {
        let admin = keyed(app.organization("acme").await.admin(), "k");
        let first = admin.post("/api/tasks", json!({"title": "Ship it"})).await;
        // HTTP/2 names scheme and host in the address itself; nothing bounds a host's length here.
        for host in ["api.example.com", &"a".repeat(2_000)] {
            let again = admin.post(format!("https://{host}/api/tasks"), json!({"title": "Ship it"})).await;
            assert!(replayed(&again), "bind the key to the path alone: {}", again.summary());
            assert_same(&first, &again);
        }
        assert_eq!((tasks(&app).await, records(&app).await), (1, 1));
    }

    async fn a_replay_needs_the_permission_still(app) {
        let acme = app.organization("acme").await;
        let member = acme.member_with(&["org:tasks:create"]).await;
        assert_eq!(keyed(member.clone(), "k").post("/api/tasks", json!({"title": "a"})).await.summary(), "201");
        app.clerk.create_role("org:watcher", &["org:tasks:view"]).unwrap();
        app.clerk.set_role(&acme.id, &member.user_id, "org:watcher").unwrap();
        let demoted = acme.caller(&member.user_id);
        assert_eq!(keyed(demoted, "k").post("/api/tasks", json!({"title": "a"})).await.summary(), "403 permission_missing");
    }

    async fn a_failure_is_not_kept(app) {
        let acme = app.organization("acme").await;
        let admin = keyed(acme.admin(), "k");
        let watcher = keyed(acme.member_with(&["org:tasks:view"]).await, "k");
        assert_eq!(admin.post("/api/tasks", json!({"title": ""})).await.mistakes(), "422 validation_failed /title empty");
        let stranger = json!({"title": "a", "assignee_id": "user_nobody"});
        assert_eq!(admin.post("/api/tasks", stranger).await.mistakes(), "422 validation_failed /assignee_id not_a_member");
        assert_eq!(watcher.post("/api/tasks", json!({"title": "a"})).await.summary(), "403 permission_missing");
        assert_eq!(records(&app).await, 0, "only successes are kept");
        let answer = admin.post("/api/tasks", json!({"title": "a"})).await;
        assert_eq!((answer.summary().as_str(), replayed(&answer)), ("201", false));
    }

    async fn the_record_commits_with_the_change(app) {
        let admin = keyed(app.organization("acme").await.admin(), "k");
        for table in ["tasks", "task_labels"] {
            let mend = break_inserts(&app, table).await;
            let failed = admin.post("/api/tasks", json!({"title": "a", "labels": ["b"]})).await;
            assert_eq!(failed.summary(), "500 internal_error", "{table}");
            assert_eq!((tasks(&app).await, records(&app).await), (0, 0), "neither may exist without the other");
            app.scratch.connect().await.execute_unprepared(&mend).await.unwrap();
        }
        let mend = break_inserts(&app, "idempotency_records").await;
        assert_eq!(admin.post("/api/tasks", json!({"title": "a"})).await.summary(), "500 internal_error");
        assert_eq!(tasks(&app).await, 0, "no task without its record");
        app.scratch.connect().await.execute_unprepared(&mend).await.unwrap();

        let answer = admin.post("/api/tasks", json!({"title": "a"})).await;
        assert_eq!((answer.summary().as_str(), replayed(&answer)), ("201", false));
    }

    async fn after_a_day_the_key_is_free_again(app) {
        let admin = keyed(app.organization("acme").await.admin(), "k");
        let first = admin.post("/api/tasks", json!({"title": "One"})).await.json();
        let age = async |hours: TimeDelta| {
            let made = Expr::value(Utc::now() - hours);
            Entity::update_many().col_expr(Column::CreatedAt, made).exec(&app.db.system()).await.unwrap();
        };
        age(TimeDelta::hours(24) - TimeDelta::minutes(1)).await;
        assert!(replayed(&admin.post("/api/tasks", json!({"title": "One"})).await), "it is kept for 24 hours");
        age(TimeDelta::hours(24) + TimeDelta::seconds(1)).await;
        let second = admin.post("/api/tasks", json!({"title": "Another body"})).await;
        assert_eq!((second.summary().as_str(), replayed(&second)), ("201", false));
        assert_ne!(first["id"], second.json()["id"]);
        assert!(replayed(&admin.post("/api/tasks", json!({"title": "Another body"})).await));
        assert_eq!((tasks(&app).await, records(&app).await), (2, 1));
    }

    async fn fifty_at_once_make_one_row(app) {
        let other = app.another_instance(&Setup::default()).await;
        let admin = keyed(app.organization("acme").await.admin(), "k");
        let together = Arc::new(Barrier::new(50));
        let requests = (0..50).map(|number| {
            let (admin, together) = (if number % 2 == 0 { admin.clone() } else { admin.clone().at(&other) }, together.clone());
            tokio::spawn(async move {
                together.wait().await;
                admin.post("/api/tasks", json!({"title": "Ship it"})).await
            })
        });
        let mut bodies = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.unwrap();
            match answer.summary().as_str() {
                "201" => bodies.push((replayed(&answer), answer.body)),
                other => assert_eq!(other, "409 idempotency_in_progress"),
            }
        }
        assert_eq!(bodies.iter().filter(|(replayed, _)| !replayed).count(), 1, "exactly one was the first");
        assert!(bodies.iter().all(|(_, body)| *body == bodies[0].1), "every 201 is the same answer");
        assert_eq!((tasks(&app).await, records(&app).await), (1, 1));
    }
}

/// How many statements wait for a lock.
async fn waiting(db: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "waiting").unwrap()
}

async fn until_waiting(db: &DatabaseConnection, number: i64) {
    let poll = async {
        while waiting(db).await < number {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(4), poll).await.expect("the requests should wait for the lock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_twin_waits_for_the_first_and_replays_its_answer() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let admin = keyed(app.organization("acme").await.admin(), "k");
    let aside = app.scratch.connect().await;
    let hold = aside.begin().await.unwrap();
    hold.execute_unprepared("LOCK TABLE tasks IN SHARE MODE").await.unwrap();
    let post = |admin: Caller| tokio::spawn(async move { admin.post("/api/tasks", json!({"title": "Ship it"})).await });

    let first = post(admin.clone());
    until_waiting(&aside, 1).await;
    let other = app.another_instance(&Setup::default()).await;
    let twin = post(admin.at(&other));
    until_waiting(&aside, 2).await;
    hold.rollback().await.unwrap();

    let (first, twin) = (first.await.unwrap(), twin.await.unwrap());
    assert_eq!((first.summary().as_str(), replayed(&first)), ("201", false));
    assert!(replayed(&twin), "the twin should have waited: {}", twin.summary());
    assert_same(&first, &twin);
    assert_eq!(tasks(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_twin_whose_first_fails_does_it_itself() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let admin = keyed(app.organization("acme").await.admin(), "k");
    let (aside, hold) = claim_aside(&app, &admin).await;
    let twin = tokio::spawn(async move { admin.post("/api/tasks", json!({"title": "Ship it"})).await });
    until_waiting(&aside, 1).await;
    hold.rollback().await.unwrap();
    let twin = twin.await.unwrap();
    assert_eq!((twin.summary().as_str(), replayed(&twin)), ("201", false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_twin_that_waits_in_vain_is_told_to_come_again() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let admin = keyed(app.organization("acme").await.admin(), "k");
    let (_aside, hold) = claim_aside(&app, &admin).await;
    let began = std::time::Instant::now();
    let answer = admin.post("/api/tasks", json!({"title": "Ship it"})).await;
    assert_eq!(answer.summary(), "409 idempotency_in_progress");
    let waited = began.elapsed();
    assert!((4..9).contains(&waited.as_secs()), "it waits for about five seconds, and not {waited:?}");
    hold.rollback().await.unwrap();
    assert_eq!(admin.post("/api/tasks", json!({"title": "Ship it"})).await.summary(), "201");
}

/// The key `k` of this caller claimed by a transaction that is still at work.
async fn claim_aside(app: &TestApp, admin: &Caller) -> (DatabaseConnection, sea_orm::DatabaseTransaction) {
    let aside = app.scratch.connect().await;
    let hold = aside.begin().await.unwrap();
    let claim = ActiveModel::from(Model {
        tenant_id: app.organization("acme").await.id,
        user_id: admin.user_id.clone(),
        route: "POST /api/tasks".into(),
        key: "k".into(),
        body_digest: Vec::new(),
        status: 0,
        location: None,
        etag: None,
        answer: Vec::new(),
        created_at: Utc::now(),
    });
    Entity::insert(claim).exec_without_returning(&hold).await.unwrap();
    let mine = Entity::find().filter(Column::Key.eq("k")).count(&hold).await.unwrap();
    assert_eq!(mine, 1);
    (aside, hold)
}
