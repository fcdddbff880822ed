//! Showing once more who one is, and tokens that are fresh afterwards.

use std::time::Duration;

use serde_json::json;

use crate::{browser::Browser, support::Served};

#[tokio::test]
async fn a_password_makes_an_old_session_fresh() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    served.emulator.advance_clock(Duration::from_secs(1800)).unwrap();
    assert_eq!(browser.claims(&[]).await["fva"], json!([30, -1]));
    let path = format!("/v1/client/sessions/{}/verify", browser.session_id().await);
    let attempt = format!("{path}/attempt_first_factor");
    let good = [("strategy", "password"), ("password", "not-a-secret")];
    assert_eq!(browser.post(&attempt, &good).await.summary(), "400 session_reverification_missing");

    let begun = browser.post(&path, &[("level", "multi_factor")]).await;
    let seen = (&begun.response()["status"], &begun.response()["level"]);
    assert_eq!(seen, (&json!("needs_first_factor"), &json!("first_factor")), "nobody has a second factor");
    let wrong = [("strategy", "password"), ("password", "wrong")];
    assert_eq!(browser.post(&attempt, &wrong).await.summary(), "422 form_password_incorrect password");
    assert_eq!(browser.claims(&[]).await["fva"], json!([30, -1]));
    let done = browser.post(&attempt, &good).await;
    assert_eq!(done.response()["status"], "complete");
    assert_eq!(done.client()["sessions"][0]["factor_verification_age"], json!([0, -1]));
    assert_eq!(browser.claims(&[]).await["fva"], json!([0, -1]));
}

#[tokio::test]
async fn a_code_does_too_and_only_for_ones_own_session() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let path = format!("/v1/client/sessions/{}/verify", browser.session_id().await);
    let mel = Browser::signed_in(&served, "mel").await;
    assert_eq!(mel.post(&path, &[("level", "first_factor")]).await.summary(), "401 authentication_invalid");
    assert_eq!(browser.post(&path, &[("level", "all")]).await.summary(), "422 form_param_value_invalid level");
    browser.post(&path, &[("level", "first_factor")]).await.response();
    let prepared = browser.post(&format!("{path}/prepare_first_factor"), &[("strategy", "email_code")]).await;
    assert_eq!(prepared.response()["first_factor_verification"]["status"], "unverified");
    let code = [("strategy", "email_code"), ("code", "424242")];
    let done = browser.post(&format!("{path}/attempt_first_factor"), &code).await;
    assert_eq!(done.response()["first_factor_verification"]["status"], "verified");
}
