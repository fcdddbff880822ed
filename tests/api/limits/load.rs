//! More at once than can be done: the bound of the whole server, and the share of one tenant.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use http_body_util::BodyExt as _;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use serde_json::json;
use tenantry::config::LimitsConfig;
use tenantry::db::Db;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use super::{Hold, parked};
use crate::support::{Answer, Caller, Database, ORIGIN, Setup, TestApp};

/// A request whose body is not coming yet.
fn park(caller: &Caller, title: &str) -> (JoinHandle<Answer>, Hold) {
    let (body, hold) = parked(&json!({"title": title}).to_string());
    let caller = caller.clone();
    (tokio::spawn(async move { caller.send(Method::POST, "/api/tasks", Some(body)).await }), hold)
}

/// The answer with a file of which nobody has read anything yet.
async fn unread(app: &TestApp, caller: &Caller) -> Response {
    let request = Request::get("/api/audit-log?format=csv")
        .header("authorization", format!("Bearer {}", caller.token.as_ref().unwrap()));
    let answer = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer
}

/// So many requests at once, of which a tenant may have half under way.
fn at_once(requests: usize, connections: usize) -> Setup {
    let limits = LimitsConfig { max_concurrent: requests, ..LimitsConfig::default() };
    Setup { limits, connections, ..Setup::default() }
}

on_both_databases! {
    async fn beyond_the_bound_requests_are_shed_at_once(app) {
        let busy = app.another_instance(&at_once(2, 1000)).await;
        let admin = app.organization("acme").await.admin().at(&busy);
        let held = [park(&admin, "One"), park(&admin, "Two")];
        for (_, hold) in &held {
            hold.until_asked().await;
        }

        let (body, third) = parked("{}");
        let shed = admin.clone().header("origin", ORIGIN).header("accept-encoding", "gzip").send(Method::POST, "/api/tasks", Some(body)).await;
        shed.assert_problem("shed");
        assert_eq!((shed.summary().as_str(), shed.header("retry-after")), ("503 overloaded", Some("1")));
        assert_eq!(shed.header("access-control-allow-origin"), Some(ORIGIN), "a page should see why");
        assert_eq!((shed.header("x-frame-options"), shed.header("content-encoding")), (Some("DENY"), None));
        assert!(!third.is_asked(), "the body of a shed request was read");
        // A garbled token is 401 when it is looked at.
        assert_eq!(busy.bearer("garbled").get("/api/me").await.summary(), "503 overloaded", "the token of a shed request was looked at");
        assert_eq!(busy.nobody().get("/nothing").await.summary(), "503 overloaded");
        for probe in ["/livez", "/readyz", "/health"] {
            assert_eq!(busy.nobody().get(probe).await.summary(), "200", "{probe}: a busy program must not look dead");
        }

        for (answer, hold) in held {
            hold.release.send(()).unwrap();
            assert_eq!(answer.await.unwrap().summary(), "201");
        }
        assert_eq!(admin.get("/api/tasks").await.each("title").len(), 2, "all is well again");
    }

    async fn a_caller_who_hangs_up_leaves_no_place_taken(app) {
        let busy = app.another_instance(&at_once(1, 2)).await;
        let admin = app.organization("acme").await.admin().at(&busy);
        for _ in 0..3 {
            let (answer, hold) = park(&admin, "Never to be");
            hold.until_asked().await;
            answer.abort();
            assert!(answer.await.unwrap_err().is_cancelled());
        }
        assert_eq!(admin.get("/api/tasks").await.each("title"), [""; 0]);
    }

    async fn a_tenant_beyond_its_share_waits_for_its_own_and_then_is_refused(app) {
        // Half of four connections at work, and half of six requests present.
        let busy = app.another_instance(&at_once(6, 4)).await;
        let acme = app.organization("acme").await.admin().at(&busy);
        let rival = app.organization("rival").await.admin().at(&busy);
        let (one, first) = park(&acme, "One");
        let (two, second) = park(&acme, "Two");
        first.until_asked().await;
        second.until_asked().await;
        let waiting = {
            let acme = acme.clone();
            tokio::spawn(async move { acme.get("/api/tasks").await })
        };
        for _ in 0..20 {
            assert_eq!(rival.get("/api/tasks").await.summary(), "200", "another tenant does not wait");
        }
        assert!(!waiting.is_finished(), "the third request did not wait for a turn");
        let refused = acme.get("/api/tasks").await;
        refused.assert_problem("too many present");
        assert_eq!((refused.summary().as_str(), refused.header("retry-after")), ("429 rate_limited", Some("1")));

        first.release.send(()).unwrap();
        assert_eq!(one.await.unwrap().summary(), "201");
        assert_eq!(waiting.await.unwrap().summary(), "200", "a turn came free");
        second.release.send(()).unwrap();
        assert_eq!(two.await.unwrap().summary(), "201");
    }

    async fn a_tenant_whose_requests_wait_for_the_database_leaves_connections_to_the_others(app) {
        let mut config = app.scratch.config.clone();
        (config.max_connections, config.acquire_timeout) = (4, Duration::from_secs(1));
        let db = Db::connect(&config).await.unwrap();
        let app = app.over(db, &at_once(160, 4));
        let noisy = app.organization("noisy").await.admin();
        let quiet = app.organization("quiet").await.admin();
        let task = noisy.create_task("Locked").await;

        let elsewhere = app.scratch.connect().await;
        let lock = elsewhere.begin().await.unwrap();
        lock.execute_unprepared("UPDATE tasks SET title = title").await.unwrap();
        let writers: Vec<_> = (0..8).map(|_| {
            let (noisy, path) = (noisy.clone(), task.path());
            tokio::spawn(async move { noisy.patch(path, json!({"priority": "high"})).await.summary() })
        }).collect();
        // Each of these would wait a second for a connection, and get none.
        for _ in 0..20 {
            assert_eq!(quiet.get("/api/tasks").await.summary(), "200", "one tenant holds every connection");
        }
        lock.commit().await.unwrap();
        for writer in writers {
            assert_eq!(writer.await.unwrap(), "200");
        }
    }


    async fn a_file_that_nobody_reads_keeps_its_tenants_turn_until_it_is_read_or_dropped(app) {
        // Half of four connections at work.
        let busy = app.another_instance(&at_once(40, 4)).await;
        let acme = app.organization("acme").await.admin().at(&busy);
        let rival = app.organization("rival").await.admin().at(&busy);
        let (one, two) = (unread(&busy, &acme).await, unread(&busy, &acme).await);
        let wait = || {
            let acme = acme.clone();
            tokio::spawn(async move { acme.get("/api/tasks").await.summary() })
        };
        let waiting = wait();
        for _ in 0..20 {
            assert_eq!(rival.get("/api/tasks").await.summary(), "200", "another tenant does not wait");
        }
        assert!(!waiting.is_finished(), "two files are under way, and the third request did not wait for a turn");
        drop(one);
        assert_eq!(waiting.await.unwrap(), "200", "the turn of a file that is dropped comes free");

        let (three, waiting) = (unread(&busy, &acme).await, wait());
        for _ in 0..20 {
            assert_eq!(rival.get("/api/tasks").await.summary(), "200");
        }
        assert!(!waiting.is_finished(), "two files are under way again");
        let text = two.into_body().collect().await.unwrap().to_bytes();
        assert!(text.starts_with(b"seq,"), "{text:?}");
        assert_eq!(waiting.await.unwrap(), "200", "the turn of a file that was read comes free");
        drop(three);
    }
}

/// How many sessions of this database wait for a lock.
async fn waiting(owner: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let row = owner.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_keeps_their_turn_until_the_database_is_done() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let mut config = app.scratch.config.clone();
    (config.max_connections, config.acquire_timeout) = (8, Duration::from_secs(1));
    let app = app.over(Db::connect(&config).await.unwrap(), &at_once(100, 4));
    let (noisy, quiet) = (app.organization("noisy").await.admin(), app.organization("quiet").await.admin());
    let (owner, elsewhere) = (app.scratch.connect().await, app.scratch.connect().await);
    let lock = elsewhere.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let ask = |write: bool| {
        let noisy = noisy.clone();
        tokio::spawn(async move {
            let body = json!({"title": "Never seen", "labels": ["a"]});
            if write {
                noisy.post("/api/tasks", body).await
            } else {
                noisy.get("/api/tasks").await
            };
        })
    };
    let first = [ask(false), ask(true)];
    while waiting(&owner).await < 2 {
        tokio::task::yield_now().await;
    }
    for caller in first {
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
    }
    let more: Vec<_> = (0..6).map(|number| ask(number % 2 == 0)).collect();
    for _ in 0..20 {
        assert_eq!(quiet.get("/api/members").await.summary(), "200", "one tenant holds every connection");
    }
    assert_eq!(waiting(&owner).await, 2, "a turn came free while its statement was still under way");
    more.into_iter().for_each(|caller| caller.abort());
    lock.commit().await.unwrap();
    assert_eq!(noisy.get("/api/tasks").await.summary(), "200", "the turns come free in the end");
}
