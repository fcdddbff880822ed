//! The same histories through the service, one by one and at once: the rows must be those of the mirror in memory.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sea_orm::{ConnectionTrait, EntityTrait};
use tenantry::directory::{ended_session, invitation, membership, organization, user};
use tenantry::webhooks::delivery;
use tokio::sync::Semaphore;

use crate::app::{App, Delivery};
use crate::convergence::check;
use crate::history::{History, deliveries, histories};
use crate::mirror::{Mirror, read};
use crate::on_both_databases;

on_both_databases!(histories_one_by_one, histories_at_once);

const HISTORIES: usize = 12;

fn samples() -> Vec<(History, Vec<usize>)> {
    let mut runner = TestRunner::deterministic();
    let long = histories(60).prop_filter("enough happened", |history| history.payloads.len() >= 15);
    let mut samples = Vec::new();
    for _ in 0..HISTORIES {
        let history = long.new_tree(&mut runner).unwrap().current();
        let order = deliveries(history.payloads.len()).new_tree(&mut runner).unwrap().current();
        samples.push((history, order));
    }
    samples
}

fn delivery(history: &History, index: usize) -> Delivery {
    Delivery::new(&format!("msg_{index}"), history.payloads[index].clone())
}

async fn histories_one_by_one(app: App) {
    for (history, order) in samples() {
        for index in order {
            assert_eq!(app.send(delivery(&history, index)).await.summary(), "200 received");
        }
        compare(&app, &history).await;
    }
}

async fn histories_at_once(app: App) {
    for (history, order) in samples() {
        let history = Arc::new(history);
        let slots = Arc::new(Semaphore::new(16));
        let mut sent = Vec::new();
        for index in order {
            let (app, history, slots) = (app.clone(), Arc::clone(&history), Arc::clone(&slots));
            sent.push(tokio::spawn(async move {
                let _slot = slots.acquire().await.unwrap();
                app.send(delivery(&history, index)).await.summary()
            }));
        }
        for answer in sent {
            assert_eq!(answer.await.unwrap(), "200 received");
        }
        compare(&app, &history).await;
    }
}

/// Compares, and makes room for the next history.
async fn compare(app: &App, history: &History) {
    let db = app.db.system();
    let mut expected = Mirror::default();
    history.payloads.iter().for_each(|payload| expected.take(&read(payload)));
    let (stored, members) = Mirror::stored(&db).await;
    assert_eq!(stored, expected);
    assert_eq!(members, history.members(), "members by the statement");
    check(&stored, history);
    let recorded = delivery::Entity::find().all(&db).await.unwrap();
    assert_eq!(recorded.len(), history.payloads.len());
    assert!(recorded.iter().all(|one| one.state == delivery::State::Applied && one.attempts == 1));
    empty(&db).await;
}

async fn empty(db: &impl ConnectionTrait) {
    delivery::Entity::delete_many().exec(db).await.unwrap();
    organization::Entity::delete_many().exec(db).await.unwrap();
    user::Entity::delete_many().exec(db).await.unwrap();
    membership::Entity::delete_many().exec(db).await.unwrap();
    invitation::Entity::delete_many().exec(db).await.unwrap();
    ended_session::Entity::delete_many().exec(db).await.unwrap();
}
