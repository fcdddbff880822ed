//! The queue: written with the change, done at least once, by whoever is there.

mod commands;
mod endings;
mod keys;
mod speed;
mod tenants;
mod workers;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use tenantry::clerk::Clock;
use tenantry::jobs::entity::{Column, Entity, Model};
use tenantry::jobs::{Context, Failure, Job, Worker, enqueue_for, enqueue_for_at};

use crate::support::TestApp;

const TENANT: &str = "org_jobs";

/// A job that says a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Say {
    word: String,
    #[serde(default)]
    key: Option<String>,
}

impl Job for Say {
    const KIND: &'static str = "test.say";

    fn key(&self) -> Option<String> {
        self.key.clone()
    }
}

fn say(word: &str) -> Say {
    Say { word: word.to_owned(), key: None }
}

fn keyed(word: &str, key: &str) -> Say {
    Say { word: word.to_owned(), key: Some(key.to_owned()) }
}

/// What was said, in order.
#[derive(Debug, Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

impl Said {
    fn add(&self, word: &str) {
        self.0.lock().unwrap().push(word.to_owned());
    }

    fn words(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    async fn until(&self, count: usize) {
        let enough = async {
            while self.words().len() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough)
            .await
            .unwrap_or_else(|_| panic!("only {:?}", self.words()));
    }
}

/// A worker whose clock shows a time so long from now.
fn worker_at(app: &TestApp, from_now: TimeDelta) -> Worker {
    Worker::new(&app.db, 16, &clock(from_now))
}

fn clock(from_now: TimeDelta) -> Clock {
    // A moment later, so that what was enqueued just now is due.
    let now = Utc::now() + from_now + TimeDelta::milliseconds(1);
    Clock::manual(Duration::from_millis(now.timestamp_millis().try_into().unwrap()))
}

/// Says every word, and has nothing to complain about.
fn saying(worker: Worker, said: &Said) -> Worker {
    let said = said.clone();
    worker.on(move |job: Say, _: Context| {
        let said = said.clone();
        async move {
            said.add(&job.word);
            Ok(())
        }
    })
}

/// Fails every job in the same way.
fn failing(worker: Worker, failure: fn() -> Failure) -> Worker {
    worker.on(move |_: Say, _: Context| async move { Err(failure()) })
}

async fn add(app: &TestApp, job: &impl Job) {
    add_for(app, TENANT, job).await;
}

async fn add_for(app: &TestApp, tenant: &str, job: &impl Job) {
    let tx = app.db.system().begin().await.unwrap();
    enqueue_for(&tx, tenant, job).await.unwrap();
    tx.commit().await.unwrap();
}

async fn add_at(app: &TestApp, job: &impl Job, due_at: DateTime<Utc>) {
    let tx = app.db.system().begin().await.unwrap();
    enqueue_for_at(&tx, TENANT, job, due_at).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every job in the table, in the order in which they were enqueued.
async fn jobs(app: &TestApp) -> Vec<Model> {
    Entity::find().order_by_asc(Column::Id).all(&app.db.system()).await.unwrap()
}

/// The only one.
async fn only_job(app: &TestApp) -> Model {
    let [job] = jobs(app).await.try_into().unwrap();
    job
}
