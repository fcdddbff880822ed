//! Session-token verification: every bad token, both claim versions, permissions, and the life of keys.
#![expect(clippy::unwrap_used, reason = "tests")]

mod cases;
mod front_door;
mod key_server;
mod keys;
mod lifetimes;
mod outages;
mod permissions;
mod sessions;
mod wycheproof;

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use cases::forge::Forge;
use key_server::KeyServer;
use serde_json::{Value, json};
use tenantry::clerk::{Clock, KeySource, Reject, Verifier, VerifierConfig};

const NOW: i64 = 1_772_442_000;
const ISSUER: &str = "https://clerk.taskorbit.example";
const PARTY: &str = "https://app.taskorbit.example";
const KID: &str = "ins_3ViXZya8cdFOcVwWBhqG5KSFdPE";

/// Making keys takes a while, so all tests share these.
static KEYS: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| [fresh_key(), fresh_key(), fresh_key()]);

/// A new 2048-bit key in PKCS#8 DER.
fn fresh_key() -> Vec<u8> {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    key.as_der().unwrap().as_ref().to_vec()
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": KID, "typ": "JWT", "cat": "cl_B7d4PD111AAA", "oiat": 1})
}

/// A version 2 token with an organization, valid from `NOW` for a minute.
fn claims() -> Value {
    json!({
        "azp": PARTY, "exp": NOW + 60, "fea": "o:tasks,o:reports,o:exports", "fva": [4, -1], "iat": NOW,
        "iss": ISSUER, "jti": "9d41c07be52fa8630c1e", "nbf": NOW - 10,
        "o": {"id": "org_acme", "slg": "acme", "rol": "admin", "per": "view,create,edit,delete", "fpm": "15,1,0"},
        "pla": "o:pro", "sid": "sess_ines", "sts": "active", "sub": "user_ines", "v": 2
    })
}

fn forge() -> Forge {
    Forge::new(&KEYS[0], &header(), &claims())
}

fn clock() -> Clock {
    Clock::manual(Duration::from_secs(NOW.unsigned_abs()))
}

fn config(server: &KeyServer, clock: &Clock) -> VerifierConfig {
    let keys = KeySource::Jwks { url: server.url(), bearer: None };
    VerifierConfig { clock: clock.clone(), ..VerifierConfig::new(ISSUER, vec![PARTY.to_owned()], keys) }
}

/// A verifier that has loaded the first key, its server, and its clock.
async fn verifier() -> (Verifier, KeyServer, Clock) {
    let server = KeyServer::with_keys(&[forge().jwk(KID)]).await;
    let clock = clock();
    let verifier = Verifier::new(config(&server, &clock)).unwrap();
    (verifier, server, clock)
}

/// Waits until something is so, for ten seconds at most.
async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to be that {what}");
}

#[tokio::test]
async fn every_kind_of_bad_token_is_refused_for_its_own_reason() {
    let (verifier, _server, _clock) = verifier().await;
    let good = forge().good();
    verifier.verify(&good).await.expect("the template must be good, or the table proves nothing");

    let cases = cases::bad_tokens(&KEYS[0], &header(), &claims(), NOW);
    let mut wrong = Vec::new();
    for case in &cases {
        // Twice, since a refusal must not be remembered as anything else.
        for _ in 0..2 {
            match verifier.verify(&case.token).await {
                Err(reject) if (reject.code(), reject.reason()) == (case.code, case.reason) => {}
                answer => wrong.push(format!("{}: wanted {} {}, got {answer:?}", case.name, case.code, case.reason)),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} answered wrongly:\n{}", wrong.len(), cases.len(), wrong.join("\n"));

    let names: HashSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases share a name");
    assert!(cases.len() >= 300, "only {} cases are left", cases.len());
    let over_http = cases.iter().filter(|case| case.survives_http()).count();
    assert!(over_http >= 280, "only {over_http} cases can be sent over HTTP");
    verifier.verify(&good).await.expect("the good token is good still");
}

#[tokio::test]
async fn bad_tokens_are_refused_with_a_fixed_key_too() {
    let forge = forge();
    let (_, pem) = &forge.public_forms()[1];
    let pem = String::from_utf8(pem.clone()).unwrap();
    let keys = KeySource::Pem(pem);
    let config = VerifierConfig { clock: clock(), ..VerifierConfig::new(ISSUER, vec![PARTY.to_owned()], keys) };
    let verifier = Verifier::new(config).unwrap();
    verifier.verify(&forge.good()).await.unwrap();

    let mut accepted = Vec::new();
    for case in cases::bad_tokens(&KEYS[0], &header(), &claims(), NOW) {
        if verifier.verify(&case.token).await.is_ok() {
            accepted.push(case.name);
        }
    }
    accepted.sort_unstable();
    // With a PEM a token's kid is not looked at (Clerk's own rule), so only ids of good form differ.
    let other_kids = [
        "kid is a path",
        "kid is a prefix of the right one",
        "kid is a stranger",
        "kid is an SQL fragment",
        "kid is an address",
        "kid is upper case of the right one",
        "kid missing",
    ];
    assert_eq!(accepted, other_kids);
}

#[tokio::test]
async fn details_name_the_kind_and_never_the_token() {
    let (verifier, _server, _clock) = verifier().await;
    for (token, word) in [
        ("ak_secretpart", "API key"),
        ("mt_secretpart", "machine"),
        ("m2m_secretpart", "machine"),
        ("oat_secretpart", "OAuth"),
    ] {
        let reject = verifier.verify(token).await.unwrap_err();
        assert_eq!(reject.code(), "token_invalid");
        assert!(reject.detail().contains(word), "{token}: {}", reject.detail());
        assert!(!reject.to_string().contains("secretpart"));
    }
    assert_eq!(verifier.verify("").await.unwrap_err(), Reject::Missing);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_refused_without_a_panic(text in "\\PC{0,200}") {
        let envelope = tenantry::clerk::token::Envelope::open(&text);
        proptest::prop_assert!(envelope.is_err());
    }

    #[test]
    fn any_header_and_payload_under_a_right_signature_is_read_without_a_panic(
        header in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
        payload in "\\{(\"(v|o|exp|iat|sub|act|fva|fea)\":(1|2|null|\"o:a\"|\\{\\}|\\[\\]|\\{\"id\":\"a\"\\}),?){0,4}\\}",
    ) {
        let forge = Forge::new(&KEYS[0], &json!({}), &json!({}));
        proptest::prop_assert!(tenantry::clerk::token::Envelope::open(&forge.raw(&header, &payload)).is_err());
        let rules = tenantry::clerk::claims::Rules {
            issuers: vec![], authorized_parties: vec![], policy: tenantry::clerk::PartyPolicy::Off, skew_millis: 0,
        };
        if let Ok(claims) = tenantry::clerk::strict_json::object(payload.as_bytes()) {
            proptest::prop_assert!(rules.check(&claims, 0).is_err(), "without an issuer nothing passes");
        }
    }
}
