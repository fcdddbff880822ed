//! The life of signing keys against a real endpoint: rotation, withdrawal, forgers.

use std::time::Duration;

use serde_json::{Value, json};
use tenantry::clerk::{KeySource, Reject, Verifier, VerifierConfig};

use crate::cases::forge::Forge;
use crate::key_server::{KeyServer, Reply};
use crate::{KEYS, KID, NOW, claims, clock, config, eventually, verifier};

pub const NEW_KID: &str = "ins_4NewKeyNewKeyNewKeyNewKeyNe";
pub const TEN_SECONDS: Duration = Duration::from_secs(10);
pub const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// The nth key, signing tokens under `kid` that stay valid for ten days, so that only keys matter.
pub fn long(n: usize, kid: &str) -> Forge {
    let mut claims = claims();
    claims["exp"] = json!(NOW + 864_000);
    Forge::new(&KEYS[n], &json!({"alg": "RS256", "kid": kid, "typ": "JWT"}), &claims)
}

pub fn old() -> Forge {
    long(0, KID)
}

/// The `n`th of many different tokens.
pub fn numbered(forge: &Forge, n: usize) -> String {
    forge.with_claims([("jti", Some(json!(n.to_string())))])
}

pub fn jwk(n: usize, kid: &str) -> Value {
    long(n, kid).jwk(kid)
}

#[tokio::test]
async fn a_new_key_is_honoured_at_once() {
    let (verifier, server, _clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    server.reply_keys(&[jwk(0, KID), jwk(1, NEW_KID)]);
    verifier.verify(&long(1, NEW_KID).good()).await.unwrap();
    verifier.verify(&numbered(&old(), 1)).await.unwrap();
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_new_key_under_the_same_kid_replaces_the_old_one() {
    let (verifier, server, clock) = verifier().await;
    let before = old().good();
    verifier.verify(&before).await.unwrap();
    server.reply_keys(&[jwk(1, KID)]);
    verifier.verify(&long(1, KID).good()).await.unwrap();
    assert_eq!(verifier.verify(&before).await, Err(Reject::Signature), "remembered under the old key");
    clock.advance(TEN_SECONDS);
    assert_eq!(verifier.verify(&numbered(&old(), 1)).await, Err(Reject::Signature));
}

#[tokio::test]
async fn a_new_key_is_honoured_within_ten_seconds_though_forgers_keep_asking() {
    for kid in [NEW_KID, KID] {
        let (verifier, server, clock) = verifier().await;
        verifier.verify(&old().good()).await.unwrap();
        let forged = long(2, kid);
        assert!(verifier.verify(&forged.good()).await.is_err());
        server.reply_keys(&[jwk(1, kid)]);
        let fresh = long(1, kid).good();
        assert!(verifier.verify(&fresh).await.is_err(), "the one fetch of these ten seconds is spent");
        clock.advance(TEN_SECONDS - Duration::from_millis(1));
        assert!(verifier.verify(&fresh).await.is_err());
        clock.advance(Duration::from_millis(1));
        verifier.verify(&fresh).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_forged_tokens_cause_one_fetch_in_ten_seconds() {
    let (verifier, server, clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    assert_eq!(server.hits(), 1);
    let (signed, signature) = (old().good(), long(2, KID).good());
    let (signed, signature) = (signed.rsplit_once('.').unwrap().0, signature.rsplit_once('.').unwrap().1);
    let payload = signed.split_once('.').unwrap().1;
    for round in 1..=2 {
        let forgers: Vec<_> = (0..10_000)
            .map(|n| {
                let header = json!({"alg": "RS256", "kid": format!("ins_{round}_{n}")}).to_string();
                let token = match n % 2 {
                    0 => format!("{}.{payload}.{signature}", crate::cases::forge::encode(header)),
                    _ => format!("{signed}.{signature}"),
                };
                let verifier = verifier.clone();
                tokio::spawn(async move { verifier.verify(&token).await })
            })
            .collect();
        for (n, forger) in forgers.into_iter().enumerate() {
            let wanted = if n % 2 == 0 { Reject::UnknownKey } else { Reject::Signature };
            assert_eq!(forger.await.unwrap(), Err(wanted));
        }
        assert_eq!(server.hits(), 1 + round);
        verifier.verify(&old().good()).await.unwrap();
        clock.advance(TEN_SECONDS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_wait_for_a_new_key_share_one_fetch() {
    let (verifier, server, _clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    server.reply_keys(&[jwk(0, KID), jwk(1, NEW_KID)]);
    let new = long(1, NEW_KID);
    let waiting: Vec<_> = (0..50)
        .map(|n| {
            let (verifier, token) = (verifier.clone(), numbered(&new, n));
            tokio::spawn(async move { verifier.verify(&token).await })
        })
        .collect();
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_after_five_minutes_at_most() {
    let (verifier, server, clock) = verifier().await;
    let (seen, unseen) = (old().good(), numbered(&old(), 1));
    verifier.verify(&seen).await.unwrap();
    server.reply_keys(&[jwk(1, NEW_KID)]);
    clock.advance(FIVE_MINUTES);
    assert_eq!(verifier.verify(&seen).await, Err(Reject::UnknownKey), "remembered under the withdrawn key");
    assert_eq!(verifier.verify(&unseen).await, Err(Reject::UnknownKey));
    verifier.verify(&long(1, NEW_KID).good()).await.unwrap();
}

#[tokio::test]
async fn keys_are_refreshed_in_the_background_before_they_are_old() {
    let (verifier, server, clock) = verifier().await;
    verifier.verify(&old().good()).await.unwrap();
    for round in 2..5 {
        // In steps, because the task may not have gone to sleep yet when the first is taken.
        eventually("keys are refreshed with nobody asking", || {
            clock.advance(Duration::from_secs(1));
            server.hits() >= round
        })
        .await;
        assert!(verifier.key_age().unwrap() < FIVE_MINUTES);
    }
}

#[tokio::test]
async fn keys_of_other_kinds_are_passed_over() {
    let server = KeyServer::with_keys(&[
        json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA"}),
        json!({"kty": "oct", "kid": KID, "k": "c2VjcmV0"}),
        json!({"kty": "future", "kid": {}}),
        jwk(0, KID),
        jwk(0, KID),
    ])
    .await;
    let verifier = Verifier::new(config(&server, &clock())).unwrap();
    verifier.verify(&old().good()).await.unwrap();
}

#[tokio::test]
async fn no_address_in_a_token_is_ever_fetched() {
    let (verifier, _server, _clock) = verifier().await;
    let bait = KeyServer::with_keys(&[jwk(2, "bait")]).await;
    for name in ["jku", "x5u", "kid"] {
        let token = long(2, "bait").with_header([(name, Some(json!(bait.url())))]);
        assert_eq!(verifier.verify(&token).await.unwrap_err().code(), "token_invalid");
    }
    let host = bait.url().replace("/jwks.json", "");
    let issuer = long(2, KID).with_claims([("iss", Some(json!(host)))]);
    assert_eq!(verifier.verify(&issuer).await.unwrap_err().code(), "token_invalid");
    assert_eq!(bait.hits(), 0);
}

#[tokio::test]
async fn the_secret_key_goes_to_the_endpoint_and_nowhere_else() {
    let server = KeyServer::with_keys(&[jwk(0, KID)]).await;
    let elsewhere = KeyServer::with_keys(&[jwk(0, KID)]).await;
    let keys = || KeySource::Jwks { url: server.url(), bearer: Some("sk_test_plainly_fake".to_owned().into()) };
    let verifier = Verifier::new(VerifierConfig { keys: keys(), ..config(&server, &clock()) }).unwrap();
    verifier.verify(&old().good()).await.unwrap();
    assert_eq!(server.authorization().as_deref(), Some("Bearer sk_test_plainly_fake"));
    assert!(!format!("{verifier:?} {:?}", keys()).contains("plainly_fake"));

    server.reply(Reply::Redirect(elsewhere.url()));
    let redirected = Verifier::new(VerifierConfig { keys: keys(), ..config(&server, &clock()) }).unwrap();
    assert_eq!(redirected.verify(&old().good()).await, Err(Reject::KeysUnavailable));
    assert_eq!(elsewhere.hits(), 0);
}

#[tokio::test]
async fn fetching_ends_with_the_verifier() {
    let (verifier, server, clock) = verifier().await;
    let clone = verifier.clone();
    drop(verifier);
    clone.verify(&old().good()).await.unwrap();
    drop(clone);
    let hits = server.hits();
    for _ in 0..200 {
        clock.advance(FIVE_MINUTES);
        tokio::task::yield_now().await;
    }
    // Time for a request to arrive, had one been sent.
    let witness = Verifier::new(config(&server, &clock)).unwrap();
    eventually("the witness has asked", || witness.keys_ready()).await;
    assert_eq!(server.hits(), hits + 1);
}
