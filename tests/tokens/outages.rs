//! The key endpoint away, silent, or answering nonsense.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tenantry::clerk::{KeySource, Reject, Verifier, VerifierConfig};

use crate::key_server::{KeyServer, Reply};
use crate::keys::{FIVE_MINUTES, NEW_KID, TEN_SECONDS, jwk, long, numbered, old};
use crate::{KID, clock, config, eventually, verifier};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn old_keys_serve_while_the_endpoint_is_away_but_not_for_ever() {
    let (verifier, server, clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    server.reply(Reply::Body(StatusCode::BAD_GATEWAY, "text/html", "<h1>502</h1>".to_owned()));
    clock.advance(FIVE_MINUTES);
    verifier.verify(&old().good()).await.unwrap();
    verifier.verify(&numbered(&old(), 1)).await.unwrap();
    clock.advance(DAY - FIVE_MINUTES);
    verifier.verify(&numbered(&old(), 2)).await.unwrap();
    assert!(verifier.keys_ready());

    clock.advance(Duration::from_millis(1));
    assert!(!verifier.keys_ready());
    assert_eq!(verifier.verify(&old().good()).await, Err(Reject::KeysUnavailable), "remembered, but past the ceiling");
    assert_eq!(verifier.verify(&numbered(&old(), 3)).await, Err(Reject::KeysUnavailable));

    server.reply_keys(&[jwk(0, KID)]);
    eventually("keys are back", || {
        clock.advance(Duration::from_secs(1));
        verifier.keys_ready()
    })
    .await;
    verifier.verify(&old().good()).await.unwrap();
}

#[tokio::test]
async fn the_ceiling_is_configurable() {
    let (_verifier, server, clock) = verifier().await;
    let stale_ceiling = Duration::from_mins(20);
    let verifier = Verifier::new(VerifierConfig { stale_ceiling, ..config(&server, &clock) }).unwrap();
    verifier.verify(&old().good()).await.unwrap();
    server.reply(Reply::Body(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()));
    clock.advance(stale_ceiling);
    verifier.verify(&old().good()).await.unwrap();
    clock.advance(Duration::from_millis(1));
    assert_eq!(verifier.verify(&old().good()).await, Err(Reject::KeysUnavailable));
}

#[tokio::test]
async fn a_cold_start_without_the_endpoint_is_503_and_recovers() {
    // A port nobody listens on, later taken by the endpoint.
    let taken = KeyServer::with_keys(&[]).await;
    let url = taken.url();
    let address = url.split('/').nth(2).unwrap().parse().unwrap();
    drop(taken);
    let clock = clock();
    let keys = KeySource::Jwks { url, bearer: None };
    let verifier = Verifier::new(VerifierConfig {
        clock: clock.clone(),
        keys,
        ..config(&KeyServer::with_keys(&[]).await, &clock)
    })
    .unwrap();

    for _ in 0..3 {
        assert_eq!(verifier.verify(&old().good()).await.unwrap_err().code(), "keys_unavailable");
    }
    assert!(!verifier.keys_ready());
    assert_eq!(verifier.key_age(), None);
    for unreadable in ["garbage", "a.b.c", "ak_key", &format!("{}.", old().unsigned("none"))] {
        assert_eq!(verifier.verify(unreadable).await.unwrap_err().code(), "token_invalid", "{unreadable}");
    }

    let _server = KeyServer::start(address, Reply::keys(&[jwk(0, KID)])).await;
    eventually("keys are loaded", || {
        clock.advance(Duration::from_secs(1));
        verifier.keys_ready()
    })
    .await;
    verifier.verify(&old().good()).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_no_key_set_changes_nothing() {
    let elsewhere = KeyServer::with_keys(&[jwk(1, NEW_KID)]).await;
    let ok = |kind, body: &str| Reply::Body(StatusCode::OK, kind, body.to_owned());
    let good = json!({"keys": [jwk(1, NEW_KID)]}).to_string();
    let replies = [
        ok("text/html", "<!doctype html><title>Sign in to this network</title>"),
        ok("application/json", ""),
        ok("application/json", "null"),
        ok("application/json", "[]"),
        ok("application/json", "{}"),
        ok("application/json", "{\"keys\":{}}"),
        ok("application/json", "{\"keys\":[]} trailing"),
        ok("application/json", &format!("{{\"keys\":[],{}", &good[1..])),
        ok("application/json", &good[..good.len() - 1]),
        ok("application/json", &format!("{}{good}", " ".repeat(70_000))),
        ok("application/json", &json!({"keys": vec![json!({}); 33]}).to_string()),
        Reply::Body(StatusCode::CREATED, "application/json", good.clone()),
        Reply::Body(StatusCode::UNAUTHORIZED, "application/json", good.clone()),
        Reply::Body(StatusCode::TOO_MANY_REQUESTS, "application/json", good.clone()),
        Reply::Redirect(elsewhere.url()),
    ];
    let before = elsewhere.hits();
    for (n, reply) in replies.into_iter().enumerate() {
        let (verifier, server, clock) = verifier().await;
        verifier.verify(&old().good()).await.unwrap();
        server.reply(reply.clone());
        let asks = long(1, NEW_KID).good();
        assert_eq!(verifier.verify(&asks).await, Err(Reject::UnknownKey), "answer {n}");
        assert_eq!(server.hits(), 2, "answer {n}");
        verifier.verify(&numbered(&old(), n)).await.unwrap();

        // The same as the first answer of all.
        let cold = Verifier::new(config(&server, &clock)).unwrap();
        assert_eq!(cold.verify(&old().good()).await, Err(Reject::KeysUnavailable), "answer {n}");
    }
    assert_eq!(elsewhere.hits(), before, "a redirect was followed");
}

#[tokio::test]
async fn an_answer_without_usable_keys_withdraws_them_all() {
    let unusable = |change: fn(&mut Value)| {
        let mut key = jwk(0, KID);
        change(&mut key);
        key
    };
    let sets = [
        vec![],
        vec![unusable(|key| key["use"] = json!("enc"))],
        vec![unusable(|key| key["alg"] = json!("RS512"))],
        vec![unusable(|key| key["kty"] = json!("EC"))],
        vec![unusable(|key| key["key_ops"] = json!(["encrypt"]))],
        vec![unusable(|key| key["e"] = json!("AQ"))],
        vec![unusable(|key| key["e"] = json!("Aw"))],
        vec![unusable(|key| key["n"] = json!("AQAB"))],
        vec![unusable(|key| key["n"] = json!(format!("{}==", key["n"].as_str().unwrap())))],
        vec![unusable(|key| key["d"] = json!("AQAB"))],
        vec![unusable(|key| key["kid"] = json!(""))],
        vec![unusable(|key| key["kid"] = json!(null))],
        vec![json!(null), json!("key"), json!([])],
        // Two keys under one id: which of them a token means cannot be known.
        vec![jwk(0, KID), jwk(1, KID)],
        vec![jwk(0, KID), jwk(1, KID), jwk(0, KID)],
    ];
    for (n, set) in sets.into_iter().enumerate() {
        let (verifier, server, clock) = verifier().await;
        verifier.verify(&old().good()).await.unwrap();
        server.reply_keys(&set);
        clock.advance(FIVE_MINUTES);
        assert_eq!(verifier.verify(&old().good()).await, Err(Reject::KeysUnavailable), "set {n}");
        assert!(!verifier.keys_ready(), "set {n}");
    }
}

#[tokio::test]
async fn a_silent_endpoint_delays_nobody_for_long() {
    let (verifier, server, clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    server.reply(Reply::Silence);
    let asked = tokio::time::Instant::now();
    let unknown = tokio::spawn({
        let verifier = verifier.clone();
        async move { verifier.verify(&long(1, NEW_KID).good()).await }
    });
    eventually("the endpoint is asked", || server.hits() == 2).await;
    // While one waits for an answer, known keys serve without delay, remembered token or not.
    for n in 0..20 {
        verifier.verify(&numbered(&old(), n)).await.unwrap();
    }
    assert!(asked.elapsed() < Duration::from_secs(3));
    assert!(!unknown.is_finished());
    assert_eq!(unknown.await.unwrap(), Err(Reject::UnknownKey));
    assert!(asked.elapsed() < Duration::from_secs(8), "an answer is waited for five seconds");
    server.reply_keys(&[jwk(0, KID), jwk(1, NEW_KID)]);
    clock.advance(TEN_SECONDS);
    eventually("the next try has ended", || server.hits() >= 3).await;
    verifier.verify(&long(1, NEW_KID).good()).await.unwrap();
}
