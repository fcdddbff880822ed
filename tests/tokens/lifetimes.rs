//! When tokens are valid, what is remembered of them, and what the configuration changes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tenantry::clerk::{PartyPolicy, Reject, Verifier, VerifierConfig};

use crate::{ISSUER, NOW, PARTY, clock, config, forge, verifier};

#[tokio::test]
async fn the_edges_of_time_are_exact() {
    let (verifier, _server, clock) = verifier().await;
    let token = |iat: i64, nbf: i64, exp: i64| {
        forge().with_claims([("iat", Some(json!(iat))), ("nbf", Some(json!(nbf))), ("exp", Some(json!(exp)))])
    };
    let (past, future) = (NOW - 100, NOW + 100);
    verifier.verify(&token(past, past, NOW - 4)).await.unwrap();
    assert_eq!(verifier.verify(&token(past, past, NOW - 5)).await, Err(Reject::Expired));
    verifier.verify(&token(past, NOW + 5, future)).await.unwrap();
    assert_eq!(verifier.verify(&token(past, NOW + 6, future)).await, Err(Reject::NotYetActive));
    verifier.verify(&token(NOW + 5, past, future)).await.unwrap();
    assert_eq!(verifier.verify(&token(NOW + 6, past, future)).await, Err(Reject::IssuedInFuture));

    clock.advance(Duration::from_millis(999));
    verifier.verify(&token(past, past, NOW - 4)).await.unwrap();
    clock.advance(Duration::from_millis(1));
    assert_eq!(verifier.verify(&token(past, past, NOW - 4)).await, Err(Reject::Expired));
    verifier.verify(&token(NOW + 6, past, future)).await.unwrap();
}

#[tokio::test]
async fn a_remembered_token_expires_on_time() {
    let (verifier, _server, clock) = verifier().await;
    let good = forge().good();
    let first = verifier.verify(&good).await.unwrap();
    let again = verifier.verify(&good).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "the second time it must be remembered");
    assert_eq!(verifier.remembered_tokens(), 1);
    clock.advance(Duration::from_millis(64_999));
    verifier.verify(&good).await.unwrap();
    clock.advance(Duration::from_millis(1));
    assert_eq!(verifier.verify(&good).await, Err(Reject::Expired));
    assert_eq!(verifier.remembered_tokens(), 0);
}

#[tokio::test]
async fn a_remembered_token_does_not_answer_for_one_that_differs() {
    let (verifier, _server, _clock) = verifier().await;
    let good = forge().good();
    verifier.verify(&good).await.unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = forge().by_stranger().good();
    let forged = format!("{signed}.{}", other.rsplit('.').next().unwrap());
    assert_eq!(verifier.verify(&forged).await, Err(Reject::Signature));
    assert_eq!(verifier.verify(&format!("{signed}.{}", &signature[4..])).await, Err(Reject::Signature));
}

#[tokio::test]
async fn two_organizations_of_one_user_stay_apart() {
    let (verifier, _server, _clock) = verifier().await;
    let of = |id: &str, role: &str| forge().with_claims([("o", Some(json!({"id": id, "rol": role})))]);
    let (acme, rival) = (of("org_acme", "admin"), of("org_rival", "member"));
    for _ in 0..3 {
        let first = verifier.verify(&acme).await.unwrap();
        let second = verifier.verify(&rival).await.unwrap();
        assert_eq!(first.organization.as_ref().unwrap().id, "org_acme");
        assert_eq!(second.organization.as_ref().unwrap().id, "org_rival");
        assert!(first.has_role("admin") && !second.has_role("admin"));
    }
}

#[tokio::test]
async fn the_three_policies_on_authorized_parties() {
    let (_verifier, server, _clock) = verifier().await;
    let (absent, foreign) = ([("azp", None)], [("azp", Some(json!("https://attacker.example")))]);
    for (policy, absent_passes, foreign_passes) in
        [(PartyPolicy::Required, false, false), (PartyPolicy::IfPresent, true, false), (PartyPolicy::Off, true, true)]
    {
        let verifier = Verifier::new(VerifierConfig { policy, ..config(&server, &clock()) }).unwrap();
        verifier.verify(&forge().good()).await.unwrap();
        let passes = |answer: Result<_, Reject>| match answer {
            Ok(_) => true,
            Err(reject) => {
                assert_eq!(reject, Reject::AuthorizedParty);
                false
            }
        };
        let absent = verifier.verify(&forge().with_claims(absent.clone())).await;
        let foreign = verifier.verify(&forge().with_claims(foreign.clone())).await;
        assert_eq!((passes(absent), passes(foreign)), (absent_passes, foreign_passes), "{policy:?}");
        if policy == PartyPolicy::IfPresent {
            let null = verifier.verify(&forge().with_claims([("azp", Some(json!(null)))])).await;
            assert_eq!(null, Err(Reject::AuthorizedParty), "null is not absent");
        }
    }
}

#[tokio::test]
async fn several_issuers_may_be_accepted() {
    let (_verifier, server, clock) = verifier().await;
    let proxy = format!("{PARTY}/__clerk");
    let issuers = vec![ISSUER.to_owned(), proxy.clone()];
    let verifier = Verifier::new(VerifierConfig { issuers, ..config(&server, &clock) }).unwrap();
    verifier.verify(&forge().good()).await.unwrap();
    verifier.verify(&forge().with_claims([("iss", Some(json!(proxy)))])).await.unwrap();
    assert_eq!(verifier.verify(&forge().with_claims([("iss", Some(json!(PARTY)))])).await, Err(Reject::Issuer));
}

#[tokio::test]
async fn memory_for_tokens_is_bounded() {
    let (_verifier, server, clock) = verifier().await;
    let verifier = Verifier::new(VerifierConfig { cache_bytes: 20_000, ..config(&server, &clock) }).unwrap();
    for n in 0..100 {
        verifier.verify(&forge().with_claims([("jti", Some(json!(n.to_string())))])).await.unwrap();
    }
    let remembered = verifier.remembered_tokens();
    assert!((1..=40).contains(&remembered), "{remembered} tokens in 20 kB");
}
