//! Calls at once: bounded, and those in the background apart from those that somebody waits for.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use serde_json::json;
use tenantry::clerk::Api;
use tenantry::clerk::api::LaneConfig;

use super::{invitation, invite, look, refused, told_to_wait};
use crate::members::backend::Backend;

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// A client with few places.
fn narrow(backend: &Backend, places: usize) -> Api {
    let mut config = backend.config.clone();
    config.interactive = LaneConfig { places, queue: Duration::from_millis(100), ..LaneConfig::INTERACTIVE };
    config.background = LaneConfig { places: 1, ..LaneConfig::background(number(100), number(100)) };
    Api::new(config).unwrap()
}

#[tokio::test]
async fn who_finds_no_place_is_told_soon_and_the_background_has_its_own() {
    let mut backend = Backend::silent().await;
    backend.config.timeout = Duration::from_secs(3);
    let api = narrow(&backend, 2);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            tokio::spawn({
                let api = api.clone();
                async move { invite(&api).await }
            })
        })
        .collect();
    while backend.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begun = Instant::now();
    let refusal = invite(&api).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
    assert_eq!((told_to_wait(&refusal), refusal.leaves_doubt()), (Some(Duration::from_secs(1)), false));
    assert_eq!(backend.asked().len(), 2);
    let background = tokio::spawn({
        let api = api.background();
        async move { look(&api).await }
    });
    while backend.asked().len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    background.abort();
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_full_background_takes_nothing_from_who_waits() {
    let mut backend = Backend::silent().await;
    backend.config.timeout = Duration::from_secs(3);
    let api = narrow(&backend, 1);
    let jobs: Vec<_> = (0..5)
        .map(|_| {
            tokio::spawn({
                let api = api.background();
                async move { look(&api).await }
            })
        })
        .collect();
    let person = tokio::spawn({
        let api = api.clone();
        async move { look(&api).await }
    });
    while backend.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(backend.asked().len(), 2, "one of each");
    jobs.iter().chain([&person]).for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn no_place_is_kept_while_waiting_to_ask_again() {
    let limited = (429, "3", refused("too_many_requests", json!({})));
    let backend = Backend::in_turn(&[limited, (200, "", invitation("orginv_1"))]).await;
    let api = narrow(&backend, 1);
    let begun = Instant::now();
    let patient = tokio::spawn({
        let api = api.clone();
        async move { look(&api).await }
    });
    while backend.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    look(&api).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(2900), "{:?}", begun.elapsed());
    patient.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_background_keeps_its_pace_and_waits_out_clerks_limit() {
    let limited = (429, "4", refused("too_many_requests", json!({})));
    let backend = Backend::in_turn(&[limited, (200, "", invitation("orginv_1"))]).await;
    let mut config = backend.config.clone();
    config.background = LaneConfig::background(number(4), number(1));
    let api = Api::new(config).unwrap().background();
    let begun = Instant::now();
    look(&api).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(4), "longer than anybody in front of a screen would wait");
    let begun = Instant::now();
    for _ in 0..4 {
        look(&api).await.unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_millis(700), "{:?}", begun.elapsed());
}
