//! Signing up: by address and password with a code, by an invitation's ticket.

use serde_json::{Value, json};

use clerk_emulator::NewInvitation;

use crate::{
    browser::Browser,
    support::{Served, pluck},
};

#[tokio::test]
async fn an_address_and_a_password_and_a_code_make_a_person() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    let begun = browser.post("/v1/client/sign_ups", &[("email_address", "new@example.com")]).await;
    assert_eq!(begun.response()["missing_fields"], json!(["password"]));
    let path = format!("/v1/client/sign_ups/{}", begun.response()["id"].as_str().unwrap());
    let short = browser.send("PATCH", &path, &[("password", "short")]).await;
    assert_eq!(short.summary(), "422 form_password_length_too_short password");
    let filled = browser.send("PATCH", &path, &[("password", "long-enough-1"), ("first_name", "Nia")]).await;
    assert_eq!(
        (&filled.response()["missing_fields"], &filled.response()["unverified_fields"]),
        (&json!([]), &json!(["email_address"]))
    );
    assert_eq!(filled.response()["verifications"]["email_address"], Value::Null);

    let code = [("strategy", "email_code"), ("code", "424242")];
    let attempt = format!("{path}/attempt_verification");
    assert_eq!(browser.post(&attempt, &code).await.summary(), "400 verification_missing");
    let prepared = browser.post(&format!("{path}/prepare_verification"), &[("strategy", "email_code")]).await;
    assert_eq!(prepared.response()["verifications"]["email_address"]["next_action"], "needs_attempt");
    let wrong = [("strategy", "email_code"), ("code", "000000")];
    assert_eq!(browser.post(&attempt, &wrong).await.summary(), "422 form_code_incorrect code");
    assert_eq!(browser.get(&path).await.response()["status"], "missing_requirements");
    served.emulator.take_events();
    let done = browser.post(&attempt, &code).await;
    assert_eq!(done.response()["status"], "complete");
    assert_eq!(done.client()["sessions"][0]["user"]["first_name"], "Nia");
    let events = Value::from(served.emulator.take_events());
    let kinds: Vec<&str> =
        pluck(&events, "type").into_iter().filter(|kind| !kind.starts_with("subscription")).collect();
    assert_eq!(kinds, ["user.created", "session.created"]);

    let again = Browser::new(&served);
    let taken = again.post("/v1/client/sign_ups", &[("email_address", "NEW@example.com")]).await;
    assert_eq!(taken.summary(), "422 form_identifier_exists email_address");
    let known = [("identifier", "new@example.com"), ("password", "long-enough-1")];
    assert_eq!(again.post("/v1/client/sign_ins", &known).await.response()["status"], "complete");
}

#[tokio::test]
async fn an_invitations_ticket_fixes_the_address_and_adds_the_membership() {
    let served = Served::demo().await;
    let new = NewInvitation {
        redirect_url: Some("http://localhost:5173/join?plan=a".to_owned()),
        ..NewInvitation::new("cai@example.com", "org:viewer")
    };
    served.emulator.invite("acme", new).unwrap();
    let listed = served.get("/v1/organizations/acme/invitations").await;
    let link = listed["data"][0]["url"].as_str().unwrap().to_owned();
    let browser = Browser::new(&served);
    let on = browser.get(link.strip_prefix(&browser.base).unwrap()).await;
    let location = on.headers["location"].to_str().unwrap();
    let (page, ticket) = location.split_once("&__clerk_ticket=").unwrap();
    assert_eq!((on.status, page), (303, "http://localhost:5173/join?plan=a"));
    let ticket = ticket.strip_suffix("&__clerk_status=sign_up").and_then(|rest| rest.split('&').next()).unwrap();

    let early = browser.post("/v1/client/sign_ins", &[("strategy", "ticket"), ("ticket", ticket)]).await;
    assert_eq!(early.summary(), "400 invitation_account_not_exists");
    let form = [("strategy", "ticket"), ("ticket", ticket), ("email_address", "other@example.com")];
    let begun = browser.post("/v1/client/sign_ups", &form).await;
    assert_eq!(begun.response()["email_address"], "cai@example.com");
    assert_eq!(begun.response()["unverified_fields"], json!([]));
    let path = format!("/v1/client/sign_ups/{}", begun.response()["id"].as_str().unwrap());
    let done = browser.send("PATCH", &path, &[("password", "long-enough-1")]).await;
    assert_eq!(done.response()["status"], "complete");
    let claims = browser.claims(&[]).await;
    assert_eq!((&claims["o"]["slg"], &claims["o"]["rol"]), (&json!("acme"), &json!("viewer")));
    let used = Browser::new(&served).post("/v1/client/sign_ups", &form[..2]).await;
    assert_eq!(used.summary(), "400 organization_invitation_already_accepted");
}

#[tokio::test]
async fn an_invitations_ticket_signs_in_who_is_known() {
    let served = Served::demo().await;
    served.emulator.invite("acme", NewInvitation::new("uma@example.org", "org:member")).unwrap();
    let listed = served.get("/v1/organizations/acme/invitations").await;
    let ticket = listed["data"][0]["url"].as_str().unwrap().split("ticket=").nth(1).unwrap().to_owned();
    let browser = Browser::new(&served);
    let done = browser.post("/v1/client/sign_ins", &[("strategy", "ticket"), ("ticket", &ticket)]).await;
    assert_eq!(done.response()["identifier"], "uma@example.org");
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "acme");
}
