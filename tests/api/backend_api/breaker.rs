//! While Clerk does not answer, nobody waits for it.

use std::time::{Duration, Instant};

use serde_json::json;
use tenantry::clerk::Api;
use tenantry::clerk::api::BreakerConfig;

use super::{client, invitation, invite, refused, told_to_wait};
use crate::members::backend::Backend;

/// A client that gives up after three failures, for a moment.
fn quick(backend: &Backend) -> Api {
    let breaker = BreakerConfig { failures: 3, shortest: Duration::from_secs(1), longest: Duration::from_secs(60) };
    let mut config = backend.config.clone();
    config.breaker = breaker;
    Api::new(config).unwrap()
}

#[tokio::test]
async fn after_some_failures_nothing_is_asked_until_one_call_finds_clerk_well() {
    let ill = || (503, "", String::new());
    let well = (200, "", invitation("orginv_1"));
    let backend = Backend::in_turn(&[ill(), ill(), ill(), ill(), well]).await;
    let api = quick(&backend);
    for _ in 0..3 {
        invite(&api).await.unwrap_err();
    }
    let begun = Instant::now();
    for _ in 0..20 {
        let refusal = invite(&api).await.unwrap_err();
        assert_eq!(told_to_wait(&refusal), Some(Duration::from_secs(1)), "whole seconds, and never none");
        assert!(!refusal.leaves_doubt(), "nothing was asked, so nothing was done");
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(backend.asked().len(), 3);

    tokio::time::sleep(Duration::from_millis(1050)).await;
    invite(&api).await.unwrap_err();
    assert_eq!(backend.asked().len(), 4, "one looks");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    invite(&api).await.unwrap_err();
    assert_eq!(backend.asked().len(), 4, "the pause is twice as long now");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    invite(&api).await.unwrap();
    invite(&api).await.unwrap();
    assert_eq!(backend.asked().len(), 6);
}

#[tokio::test]
async fn while_one_looks_no_other_does() {
    let mut backend = Backend::silent().await;
    backend.config.timeout = Duration::from_millis(400);
    let api = quick(&backend);
    let all = || async { tokio::join!(invite(&api), invite(&api), invite(&api), invite(&api)) };
    all().await.0.unwrap_err();
    assert_eq!(backend.asked().len(), 4, "they were under way when the first failed");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    all().await.0.unwrap_err();
    assert_eq!(backend.asked().len(), 5);
}

#[tokio::test]
async fn no_callers_mistake_closes_the_way_for_others() {
    for (status, code) in
        [(422, "form_param_value_invalid"), (404, "resource_not_found"), (429, "x"), (401, "x"), (500, "x")]
    {
        let backend = Backend::answering(status, &[("retry-after", "30")], refused(code, json!({}))).await;
        let api = client(&backend);
        for _ in 0..12 {
            invite(&api).await.unwrap_err();
        }
        assert_eq!(backend.asked().len(), 12, "{status}");
    }
}
