//! Every kind of bad token, over the whole router: each is refused, with its status and code.

use clerk_emulator::TokenRequest;
use serde_json::Value;

use crate::support::{Database, TestApp, signing_key};

#[path = "../tokens/cases.rs"]
mod cases;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bad_token_is_let_in() {
    let app = TestApp::start(Database::Sqlite).await;
    let admin = app.organization("acme").await.admin();
    assert_eq!(admin.get("/api/tasks").await.summary(), "200", "the good token the bad ones are made from");
    let (header, claims) = opened(admin.token.as_deref().unwrap());
    let now = claims["iat"].as_i64().unwrap();
    let key = signing_key();
    let cases = cases::bad_tokens(key.pkcs8_pem().as_bytes(), &header, &claims, now);
    let mut tried = 0;
    for case in cases.iter().filter(|case| case.survives_http()) {
        let answer = app.bearer(&*case.token).get("/api/tasks").await;
        let expected = if case.code == "keys_unavailable" { "503" } else { "401" };
        assert_eq!(answer.summary(), format!("{expected} {}", case.code), "{} ({})", case.name, case.reason);
        tried += 1;
    }
    assert!(tried >= 250, "only {tried} kinds were tried");
    assert_eq!(admin.get("/api/tasks").await.summary(), "200", "the good token is still good");
}

/// Header and claims of a token.
fn opened(token: &str) -> (Value, Value) {
    use base64::Engine;
    let part = |text: &str| {
        let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let mut parts = token.split('.');
    (part(parts.next().unwrap()), part(parts.next().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_claim_versions_say_the_same() {
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let request = |version| TokenRequest::for_user(&*acme.admin_id).organization(&*acme.id).version(version);
    let mut answers = Vec::new();
    for version in [1, 2] {
        let token = app.clerk.session_token(request(version)).unwrap();
        let mut me = app.bearer(token).get("/api/me").await.json();
        for differs in ["session_id", "plans", "features", "entitlements"] {
            me.as_object_mut().unwrap().remove(differs);
        }
        answers.push(me);
    }
    assert_eq!(answers[0], answers[1]);
}
