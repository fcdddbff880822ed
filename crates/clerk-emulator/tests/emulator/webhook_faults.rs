//! Webhooks that go wrong on purpose: lost, doubled, late, out of order.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, http::HeaderMap, routing::post};
use clerk_emulator::{Delivery, DeliveryStatus, Emulator, OrganizationChanges, WebhookFaults, Which};
use tokio::net::TcpListener;

use crate::support::{demo, eventually};

/// An emulator and the ids its endpoint got, in the order of arrival.
async fn heard() -> (Emulator, Arc<Mutex<Vec<String>>>) {
    let emulator = demo().retry_schedule(vec![Duration::ZERO]).build().unwrap();
    let ids: Arc<Mutex<Vec<String>>> = Arc::default();
    let own = ids.clone();
    let receive = async move |headers: HeaderMap| {
        own.lock().unwrap().push(headers["svix-id"].to_str().unwrap().to_owned());
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(receive))).await });
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret()).unwrap();
    (emulator, ids)
}

fn rename(emulator: &Emulator, times: usize) {
    for n in 0..times {
        let changes = OrganizationChanges { name: Some(format!("Acme {n}")), ..OrganizationChanges::default() };
        emulator.update_organization("acme", changes).unwrap();
    }
}

async fn settled(emulator: &Emulator) -> Vec<Delivery> {
    eventually(|| {
        let deliveries = emulator.deliveries();
        deliveries.iter().all(|d| d.status != DeliveryStatus::Pending).then_some(deliveries)
    })
    .await
}

#[tokio::test]
async fn lost_webhooks_never_arrive_but_can_be_sent_again() {
    let (emulator, ids) = heard().await;
    emulator.disturb_webhooks(WebhookFaults::lose(Which::Every(2)));

    rename(&emulator, 6);

    let deliveries = settled(&emulator).await;
    let lost: Vec<&Delivery> = deliveries.iter().filter(|d| d.status == DeliveryStatus::Lost).collect();
    assert_eq!((lost.len(), ids.lock().unwrap().len()), (3, 3));
    assert_eq!(emulator.take_events().len(), 3, "nor are they there for tests in process");
    emulator.redeliver(&lost[0].id).unwrap();
    let arrived = || ids.lock().unwrap().contains(&lost[0].id).then_some(());
    eventually(arrived).await;
}

#[tokio::test]
async fn half_of_them_can_be_lost_and_only_some_kinds() {
    let (emulator, _) = heard().await;
    emulator.disturb_webhooks(WebhookFaults::lose(Which::Half(1)));
    rename(&emulator, 200);
    let left = emulator.take_events().len();
    assert!((60..140).contains(&left), "{left}");

    let subscriptions = WebhookFaults { only: Some("subscription".to_owned()), ..WebhookFaults::lose(Which::All) };
    emulator.disturb_webhooks(subscriptions);
    emulator.subscribe("rival", "pro").unwrap();
    let kinds: Vec<String> =
        emulator.take_events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["paymentAttempt.created", "paymentAttempt.updated"]);
    emulator.clear_faults();
    rename(&emulator, 1);
    assert_eq!(emulator.take_events().len(), 1);
}

#[tokio::test]
async fn a_doubled_webhook_arrives_twice_under_one_id() {
    let (emulator, ids) = heard().await;
    emulator.disturb_webhooks(WebhookFaults { times: Some(1), ..WebhookFaults::duplicate(Which::All) });

    rename(&emulator, 2);

    settled(&emulator).await;
    let ids = ids.lock().unwrap();
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[tokio::test]
async fn webhooks_can_be_late_and_out_of_order() {
    let (emulator, ids) = heard().await;
    emulator.disturb_webhooks(WebhookFaults::delay(Duration::from_secs(3600)));
    rename(&emulator, 1);
    let waiting = emulator.deliveries().remove(0);
    assert_eq!(waiting.status, DeliveryStatus::Pending);
    assert!(waiting.next_attempt_at > emulator.organization("acme").map(|o| o.updated_at + 3_000_000).ok());

    emulator.disturb_webhooks(WebhookFaults::reorder(3));
    emulator.take_events();
    rename(&emulator, 20);
    let sent: Vec<String> = emulator.deliveries()[1..].iter().map(|delivery| delivery.id.clone()).collect();
    eventually(|| (ids.lock().unwrap().len() == 20).then_some(())).await;
    let mut arrived = ids.lock().unwrap().clone();
    assert_ne!(arrived, sent);
    arrived.sort_unstable();
    let mut all = sent;
    all.sort_unstable();
    assert_eq!(arrived, all);
    let times: Vec<i64> = emulator.take_events().iter().map(|event| event["timestamp"].as_i64().unwrap()).collect();
    assert!(times.len() == 20 && !times.is_sorted(), "{times:?}");
}
