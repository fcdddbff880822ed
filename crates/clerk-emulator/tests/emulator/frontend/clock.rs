//! Time that is moved: what is dated by it and what runs out.

use clerk_emulator::{InvitationStatus, NewInvitation, SessionStatus};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Served, pluck},
};

const DAY: u64 = 24 * 60 * 60;

async fn clock(served: &Served, method: Method, query: &str) -> Value {
    served.send(method, &format!("/control/clock{query}"), None).await.1
}

#[tokio::test]
async fn tokens_are_dated_later_and_back() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let before = browser.claims(&[]).await["iat"].as_i64().unwrap();
    assert_eq!(clock(&served, Method::POST, "?advance=3600").await["ahead_seconds"], 3600);
    let later = browser.claims(&[]).await["iat"].as_i64().unwrap();
    assert!((3600..3660).contains(&(later - before)), "{before} {later}");
    clock(&served, Method::DELETE, "").await;
    assert!(browser.claims(&[]).await["iat"].as_i64().unwrap() - before < 60);
    assert_eq!(
        clock(&served, Method::POST, "?advance=999999999999").await["errors"][0]["code"],
        "form_param_value_invalid"
    );
}

#[tokio::test]
async fn sessions_and_invitations_run_out() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let session = browser.session_id().await;
    let invitation = served.emulator.invite("acme", NewInvitation::new("cai@example.com", "org:member")).unwrap();
    clock(&served, Method::POST, &format!("?advance={}", 8 * DAY)).await;
    assert_eq!(browser.get("/v1/me").await.summary(), "401 authentication_invalid");
    let gone = served.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!(gone["status"], SessionStatus::Expired.as_str());
    clock(&served, Method::POST, &format!("?advance={}", 30 * DAY)).await;
    let status = served.emulator.invitation(&invitation.id).unwrap().status(served.emulator.now());
    assert_eq!(status, InvitationStatus::Expired);
}

#[tokio::test]
async fn periods_that_are_over_end_with_their_events() {
    let served = Served::demo().await;
    served.emulator.cancel_plan("acme").unwrap();
    served.emulator.take_events();
    clock(&served, Method::POST, &format!("?advance={DAY}")).await;
    assert_eq!(served.emulator.take_events().len(), 0);
    clock(&served, Method::POST, &format!("?advance={}", 31 * DAY)).await;
    let events = Value::from(served.emulator.take_events());
    assert!(pluck(&events, "type").contains(&"subscriptionItem.ended"), "{events}");
    assert_eq!(json!(served.emulator.organization("acme").unwrap().plan), json!("free_org"));
}
