//! What is asked again, how often, and for how long.

use std::time::{Duration, Instant};

use serde_json::json;
use tenantry::clerk::Api;
use tenantry::clerk::api::{ApiConfig, Refusal};
use tokio::net::TcpListener;

use super::{client, invitation, invite, look, refused, told_to_wait};
use crate::members::backend::{Backend, SECRET};

/// How often each kind of call is asked when every answer is this: reading, removing, changing, making.
async fn asked(status: u16, code: &str) -> [usize; 4] {
    let mut times = [0; 4];
    for (kind, times) in times.iter_mut().enumerate() {
        let backend = Backend::answering(status, &[], refused(code, json!({}))).await;
        let api = client(&backend);
        let failed = match kind {
            0 => look(&api).await.is_err(),
            1 => api.remove_membership("org_a", "user_a").await.is_err(),
            2 => api.set_member_limit("org_a", 5).await.is_err(),
            _ => invite(&api).await.is_err(),
        };
        assert!(failed);
        *times = backend.asked().len();
    }
    times
}

#[tokio::test]
async fn only_what_cannot_be_done_twice_is_asked_again() {
    for (status, code, times) in [
        (429, "too_many_requests", [3, 3, 3, 3]),
        (409, "resource_locked", [3, 3, 3, 3]),
        (502, "", [3, 3, 1, 1]),
        (503, "service_unavailable", [3, 3, 1, 1]),
        (504, "gateway_timeout", [3, 3, 1, 1]),
        (500, "internal_clerk_error", [1, 1, 1, 1]),
        (409, "role_migration_in_progress", [1, 1, 1, 1]),
        (400, "bad_request", [1, 1, 1, 1]),
        (404, "resource_not_found", [1, 1, 1, 1]),
        (422, "form_param_value_invalid", [1, 1, 1, 1]),
    ] {
        assert_eq!(asked(status, code).await, times, "{status} {code}");
    }
}

#[tokio::test]
async fn who_cannot_be_reached_at_first_is_asked_again_whatever_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let api = Api::new(ApiConfig::new(format!("http://{address}"), Some(SECRET.into()))).unwrap();
    let late = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let router = axum::Router::new().fallback(async || invitation("orginv_1"));
        tokio::spawn(async move { axum::serve(listener, router).await });
    };
    let (invited, ()) = tokio::join!(invite(&api), late);
    invited.unwrap();
}

#[tokio::test]
async fn what_is_not_answered_is_not_asked_again() {
    let mut backend = Backend::silent().await;
    backend.config.timeout = Duration::from_millis(1500);
    let api = client(&backend);
    for refusal in [look(&api).await.unwrap_err(), invite(&api).await.unwrap_err()] {
        assert!(refusal.leaves_doubt(), "it may have been done: {refusal:?}");
    }
    assert_eq!(backend.asked().len(), 2);
}

#[tokio::test]
async fn clerks_wish_to_wait_is_honoured_for_seconds_and_else_passed_on() {
    let limited = |wait: &'static str| (429, wait, refused("too_many_requests", json!({})));
    let backend = Backend::in_turn(&[limited("1"), (200, "", invitation("orginv_1"))]).await;
    let begun = Instant::now();
    invite(&client(&backend)).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let backend = Backend::in_turn(&[limited("20")]).await;
    let begun = Instant::now();
    let refusal = invite(&client(&backend)).await.unwrap_err();
    assert_eq!(told_to_wait(&refusal), Some(Duration::from_secs(20)));
    assert!(begun.elapsed() < Duration::from_secs(15) && backend.asked().len() == 1);
    assert!(!refusal.leaves_doubt(), "Clerk did nothing");
}

#[tokio::test]
async fn all_attempts_share_the_time_of_one_request() {
    let mut backend = Backend::with(SECRET, |_| async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        axum::http::Response::builder().status(503).body(axum::body::Body::empty()).unwrap()
    })
    .await;
    backend.config = backend.config.within(Duration::from_millis(2000));
    let api = client(&backend);
    assert!(look(&api).await.is_err());
    assert_eq!(backend.asked().len(), 2, "there is no time for a third");

    let request = api.for_request();
    let begun = Instant::now();
    for _ in 0..4 {
        assert!(look(&request).await.is_err());
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "several calls of one request: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_is_no_absence() {
    let absent = (404, "", refused("resource_not_found", json!({})));
    let doubtful = Backend::in_turn(&[(502, "", String::new()), absent.clone()]).await;
    let removed = client(&doubtful).remove_membership("org_a", "user_a").await;
    assert!(matches!(removed, Err(Refusal::GoneMeanwhile)), "{removed:?}");
    let limited = Backend::in_turn(&[(429, "", String::new()), absent]).await;
    let removed = client(&limited).remove_membership("org_a", "user_a").await;
    assert!(matches!(removed, Err(Refusal::NotFound)), "{removed:?}");
}
