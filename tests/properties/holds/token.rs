//! A whole token through the verifier: nothing that our key did not sign is accepted, and nothing but what it says.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tenantry::clerk::{Clock, KeySource, Reject, Session, Verifier, VerifierConfig, bearer};

use super::claims::{ISSUER, NOW, PARTY, SKEW, assert_told};

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","cat":"cl_B7d4PD111AAA","kid":"ins_1"}"#;

/// Header members that no reader may follow or pass over.
const FORBIDDEN: [&str; 5] = ["jku", "jwk", "x5u", "x5c", "crit"];

/// Made anew in every process: no key is kept, and no input can hold a signature of it.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key can be made"));

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let public = KEY.public_key().as_der().expect("a public key can be encoded");
    let keys = KeySource::Pem(BASE64_STANDARD.encode(public.as_ref()));
    let clock = Clock::manual(Duration::from_secs(NOW.unsigned_abs()));
    let skew = Duration::from_secs(SKEW.unsigned_abs());
    let config = VerifierConfig::new(ISSUER, vec![PARTY.to_owned()], keys);
    // No memory, or the second look at a token would find the first.
    Verifier::new(VerifierConfig { clock, clock_skew: skew, cache_bytes: 0, ..config }).expect("the settings are good")
});

/// A good token of each version of the claims.
static GOOD: LazyLock<[String; 2]> = LazyLock::new(|| {
    let common = json!({"azp": PARTY, "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10, "sid": "sess_1", "sub": "user_1"});
    let with = |more: Value| {
        let mut claims = common.clone();
        let members = claims.as_object_mut().expect("it is an object");
        members.extend(more.as_object().expect("it is an object").clone());
        signed(HEADER.as_bytes(), claims.to_string().as_bytes())
    };
    [
        with(
            json!({"v": 2, "sts": "active", "fea": "o:tasks", "o": {"id": "org_1", "rol": "admin", "per": "view", "fpm": "1"}}),
        ),
        with(json!({"org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:tasks:view"]})),
    ]
});

/// The first byte says what the rest is: `j` a header and claims, a line each, which we sign; `s` an edit of a good token
/// (which, where, how much is cut, what is put there); anything else the value of an `Authorization` header.
pub fn token(data: &[u8]) {
    match data {
        [b'j', rest @ ..] => any_words_under_our_signature(rest),
        [b's', which, high, low, cut, put @ ..] => an_edited_token(*which, [*high, *low], *cut, put),
        [_, rest @ ..] => anything_unsigned(rest),
        [] => {}
    }
}

fn any_words_under_our_signature(words: &[u8]) {
    let mut parts = words.splitn(2, |byte| *byte == b'\n');
    let (header, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(session) = verify(&signed(header, claims)) else { return };
    let header: Value = serde_json::from_slice(header).expect("an accepted header is JSON");
    assert_eq!(header["alg"], "RS256");
    assert!(FORBIDDEN.iter().all(|name| header.get(name).is_none()), "a header was followed or passed over: {header}");
    assert_told(&serde_json::from_slice(claims).expect("accepted claims are JSON"), &session);
}

fn an_edited_token(which: u8, place: [u8; 2], cut: u8, put: &[u8]) {
    let good = &GOOD[usize::from(which) % GOOD.len()];
    let start = usize::from(u16::from_be_bytes(place)) % (good.len() + 1);
    let end = (start + usize::from(cut)).min(good.len());
    let edited = format!("{}{}{}", &good[..start], super::text(put), &good[end..]);
    assert_eq!(verify(&edited).is_ok(), edited == *good, "{} is what became of {good}", edited);
}

fn anything_unsigned(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else { return };
    if let Ok(token) = bearer(&value) {
        assert!(value.as_bytes().ends_with(token.as_bytes()) && !token.contains([' ', '\t']), "not what was sent");
        assert!(verify(token).is_err(), "nobody signed this: {token}");
    }
}

fn verify(token: &str) -> Result<std::sync::Arc<Session>, Reject> {
    let verdict = VERIFIER.verify(token).now_or_never().expect("a key at hand is not waited for");
    assert_ne!(verdict, Err(Reject::KeysUnavailable), "the key is there");
    verdict
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let signed = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("signing works");
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
