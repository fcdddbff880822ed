//! A plan that one instance hears of is in force on the others within a second, whether or not they can listen.

use std::time::{Duration, Instant};

use tenantry::directory::access_change;

use super::{billed, post, settle, setup};
use crate::support::{Caller, Database, TestApp};

/// Sends until the answer is the one that is waited for, for a second at the most.
async fn within_a_second(caller: &Caller, expected: &str) {
    let begun = Instant::now();
    loop {
        let answer = post(caller, "Ship it").await.summary();
        if answer == expected {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "still {answer} after {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An organization whose limit of tasks another instance remembers.
async fn full(app: &TestApp, other: &TestApp) -> Caller {
    let acme = app.organization("acme").await;
    for number in 0..3 {
        acme.admin().create_task(&format!("Task {number}")).await;
    }
    let there = acme.admin().at(other);
    assert_eq!(post(&there, "One more").await.summary(), "402 task_limit_reached");
    there
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_listens_hears_of_it() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = billed(Database::Postgres).await;
    let other = app.another_instance(&setup()).await;
    let _following = access_change::follow(&other.db, &app.scratch.config, &other.revocations).await;
    let begun = Instant::now();
    while !other.revocations.is_hearing() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never listens");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let there = full(&app, &other).await;
    let epoch = other.revocations.plan_epoch(&app.organization("acme").await.id);
    app.clerk.subscribe("acme", "pro").unwrap();
    settle(&app).await;
    within_a_second(&there, "201").await;
    assert_ne!(other.revocations.plan_epoch(&app.organization("acme").await.id), epoch, "it was told");
}

on_both_databases! {
    async fn an_instance_that_cannot_listen_remembers_for_half_a_second(app) {
        let app = billed(app.on).await;
        let other = app.another_instance(&setup()).await;
        other.revocations.set_hearing(false);
        let there = full(&app, &other).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        within_a_second(&there, "201").await;
    }

    async fn an_instance_that_follows_has_the_new_plan_within_a_second(app) {
        let app = billed(app.on).await;
        let other = app.another_instance(&setup()).await;
        let _following = access_change::follow(&other.db, &app.scratch.config, &other.revocations).await;
        let there = full(&app, &other).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        within_a_second(&there, "201").await;
    }
}
