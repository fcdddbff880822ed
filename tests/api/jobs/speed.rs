//! What a job costs. Left out unless asked for: `cargo test --release --test api jobs::speed -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use tenantry::clerk::Clock;
use tenantry::jobs::{Context, Worker, enqueue_for};
use tokio::sync::oneshot;

use super::{Said, Say, jobs, say};
use crate::support::{Database, TestApp};

const JOBS: usize = 500;

async fn measure(on: Database) {
    let app = TestApp::start(on).await;
    let mut costs = Vec::new();
    for part in 0..20 {
        let tx = app.db.system().begin().await.unwrap();
        for number in 0..JOBS / 20 {
            let begun = Instant::now();
            enqueue_for(&tx, &format!("org_{}", (part + number) % 10), &say("x")).await.unwrap();
            costs.push(begun.elapsed());
        }
        tx.commit().await.unwrap();
    }
    costs.sort();
    let said = Said::default();
    let noted = said.clone();
    let worker = Worker::new(&app.db, 16, &Clock::system()).on(move |job: Say, _: Context| {
        let noted = noted.clone();
        async move {
            noted.add(&job.word);
            Ok(())
        }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let begun = Instant::now();
    let working = tokio::spawn(worker.work(async { drop(stopped.await) }, Duration::from_secs(5)));
    said.until(JOBS).await;
    let took = begun.elapsed();
    stop.send(()).unwrap();
    working.await.unwrap();
    assert!(jobs(&app).await.is_empty());
    println!(
        "{on:?}: enqueued in {:?} (p50), {:?} (p99); claimed and finished {:.0} a second",
        costs[JOBS / 2],
        costs[JOBS * 99 / 100],
        500.0 / took.as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn what_a_job_costs() {
    measure(Database::Sqlite).await;
    if Database::postgres_is_there() {
        measure(Database::Postgres).await;
    }
}
