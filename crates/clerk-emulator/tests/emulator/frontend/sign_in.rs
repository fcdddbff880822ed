//! Signing in: by password, by code, by ticket; cookies; signing out.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Served, decode, pluck},
};

const PASSWORD: [(&str, &str); 3] =
    [("identifier", "ada@example.com"), ("strategy", "password"), ("password", "not-a-secret")];

#[tokio::test]
async fn the_environment_is_bare_and_its_addresses_are_the_pages() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    for verb in ["GET", "PATCH"] {
        let environment = browser.send(verb, "/v1/environment", &[]).await;
        assert_eq!(environment.status, 200);
        assert_eq!(environment.body["auth_config"]["single_session_mode"], true);
        assert_eq!(environment.body["display_config"]["sign_in_url"], format!("{}/sign-in", served.base));
        assert_eq!(environment.body["user_settings"]["sign_up"]["captcha_enabled"], false);
    }
}

#[tokio::test]
async fn a_browser_becomes_a_client_at_its_first_sign_in_and_not_before() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    let stranger = browser.get("/v1/client").await;
    assert_eq!(stranger.body, json!({ "response": null, "client": null }));
    assert_eq!(browser.cookie("__client"), None);

    let begun = browser.post("/v1/client/sign_ins", &PASSWORD).await;
    let line = begun.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap().to_owned();
    for attribute in ["HttpOnly", "Path=/", "SameSite=Lax", "Max-Age="] {
        assert!(line.starts_with("__client=") && line.contains(attribute), "{line}");
    }
    assert!(!line.contains("Domain") && !line.contains("Secure"), "{line}");

    browser.set_cookie("__client", "somebody-elses");
    assert_eq!(browser.get("/v1/client").await.body["response"], Value::Null);
    assert_eq!(browser.get("/v1/me").await.summary(), "401 authentication_invalid");
}

#[tokio::test]
async fn every_answer_carries_the_client_with_a_token_in_every_session() {
    let served = Served::demo().await;
    let answer = Browser::new(&served).post("/v1/client/sign_ins", &PASSWORD).await;
    assert_eq!(answer.response()["status"], "complete");
    let client = answer.client();
    assert_eq!(client["sign_in"], Value::Null);
    assert_eq!(client["last_active_session_id"], answer.response()["created_session_id"]);
    let session = &client["sessions"][0];
    let (header, claims) = decode(session["last_active_token"]["jwt"].as_str().unwrap());
    assert_eq!(header["oiat"], claims["iat"]);
    assert_eq!((&claims["sid"], &claims["fva"]), (&session["id"], &json!([0, -1])));
    assert_eq!(claims["azp"], json!(served.base));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims["o"]["slg"], "acme");
    assert_eq!(pluck(&session["user"]["organization_memberships"], "role"), ["org:admin"]);
    assert!(session["created_at"].as_i64().unwrap() > 1_000_000_000_000, "milliseconds");
    assert!(!answer.body.to_string().contains("private_metadata"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_name_their_field() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    let wrong = [PASSWORD[0], PASSWORD[1], ("password", "wrong")];
    assert_eq!(browser.post("/v1/client/sign_ins", &wrong).await.summary(), "422 form_password_incorrect password");
    assert_eq!(browser.cookie("__client"), None, "a sign-in that failed leaves nothing");
    let unknown = browser.post("/v1/client/sign_ins", &[("identifier", "nobody@example.com")]).await;
    assert_eq!(unknown.summary(), "422 form_identifier_not_found identifier");
    let strange = browser.post("/v1/client/sign_ins", &[PASSWORD[0], ("strategy", "oauth_google")]).await;
    assert_eq!(strange.summary(), "400 strategy_for_user_invalid strategy");
}

#[tokio::test]
async fn a_code_is_prepared_and_attempted() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    let begun = browser.post("/v1/client/sign_ins", &[("identifier", "SAM@example.com"), ("locale", "en-US")]).await;
    let sign_in = begun.response();
    assert_eq!(sign_in["status"], "needs_first_factor");
    assert_eq!(pluck(&sign_in["supported_first_factors"], "strategy"), ["password", "email_code"]);
    let path = format!("/v1/client/sign_ins/{}", sign_in["id"].as_str().unwrap());
    let email = sign_in["supported_first_factors"][1]["email_address_id"].as_str().unwrap().to_owned();

    let form = [("strategy", "email_code"), ("email_address_id", &*email)];
    let prepared = browser.post(&format!("{path}/prepare_first_factor"), &form).await;
    assert_eq!(prepared.response()["first_factor_verification"]["status"], "unverified");
    let attempt = async |code| {
        browser.post(&format!("{path}/attempt_first_factor"), &[("strategy", "email_code"), ("code", code)]).await
    };
    assert_eq!(attempt("123456").await.summary(), "422 form_code_incorrect code");
    assert_eq!(browser.get(&path).await.response()["status"], "needs_first_factor");
    let done = attempt("424242").await;
    assert_eq!(done.response()["first_factor_verification"]["status"], "verified");
    assert_eq!(done.client()["last_authentication_strategy"], "email_code");
    assert_eq!(browser.get(&path).await.summary(), "404 resource_not_found");
}

#[tokio::test]
async fn a_ticket_signs_in_once_and_into_its_organization() {
    let served = Served::demo().await;
    let make = async |body: Value| served.ok(Method::POST, "/v1/sign_in_tokens", body).await;
    let sam = served.id_of("sam");
    let token = make(json!({ "user_id": sam, "org_id": served.emulator.organization("rival").unwrap().id })).await;
    let form = [("strategy", "ticket"), ("ticket", token["token"].as_str().unwrap())];
    let browser = Browser::new(&served);
    let done = browser.post("/v1/client/sign_ins", &form).await;
    assert_eq!(done.response()["status"], "complete");
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "rival");

    let other = Browser::new(&served);
    assert_eq!(other.post("/v1/client/sign_ins", &form).await.summary(), "400 sign_in_token_already_used_code");
    let unknown = [("strategy", "ticket"), ("ticket", "ticket_none")];
    assert_eq!(other.post("/v1/client/sign_ins", &unknown).await.summary(), "400 ticket_invalid_code");
    let late = make(json!({ "user_id": sam, "expires_in_seconds": 1 })).await;
    served.emulator.advance_clock(std::time::Duration::from_secs(2)).unwrap();
    let form = [("strategy", "ticket"), ("ticket", late["token"].as_str().unwrap())];
    assert_eq!(other.post("/v1/client/sign_ins", &form).await.summary(), "400 ticket_expired_code");
    let revoked = make(json!({ "user_id": sam })).await;
    let path = format!("/v1/sign_in_tokens/{}/revoke", revoked["id"].as_str().unwrap());
    assert_eq!(served.ok(Method::POST, &path, json!({})).await["status"], "revoked");
    let form = [("strategy", "ticket"), ("ticket", revoked["token"].as_str().unwrap())];
    assert_eq!(other.post("/v1/client/sign_ins", &form).await.summary(), "400 sign_in_token_revoked_code");
}

#[tokio::test]
async fn a_browser_holds_one_session_unless_the_instance_allows_more() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let twice = browser.post("/v1/client/sign_ins", &[("identifier", "mel@example.com")]).await;
    assert_eq!(twice.summary(), "400 session_exists");

    let settings = clerk_emulator::Settings { single_session_mode: false, ..served.emulator.instance_settings() };
    served.emulator.change_instance(settings).unwrap();
    let both = browser.sign_in(&served, "mel").await;
    assert_eq!(both.client()["sessions"].as_array().unwrap().len(), 2);
    let left = browser.post(&format!("/v1/client/sessions/{}/remove", browser.session_id().await), &[]).await;
    assert_eq!(
        (&left.response()["status"], &left.client()["sessions"][0]["user"]["first_name"]),
        (&json!("removed"), &json!("Ada"))
    );
    assert_eq!(left.client()["last_active_session_id"], left.client()["sessions"][0]["id"]);
}

#[tokio::test]
async fn a_sign_in_changes_the_cookie_and_a_sign_out_keeps_the_client() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    browser.post("/v1/client/sign_ins", &[PASSWORD[0]]).await;
    let planted = browser.cookie("__client").unwrap();
    browser.post("/v1/client/sign_ins", &PASSWORD).await;
    let own = browser.cookie("__client").unwrap();
    assert_ne!(planted, own);
    let thief = Browser::new(&served);
    thief.set_cookie("__client", &planted);
    assert_eq!(thief.get("/v1/client").await.body["response"], Value::Null);

    served.emulator.take_events();
    let out = browser.send("DELETE", "/v1/client/sessions", &[]).await;
    assert_eq!(out.response()["sessions"], json!([]));
    assert_eq!(out.client()["last_active_session_id"], Value::Null);
    assert_eq!(pluck(&Value::from(served.emulator.take_events()), "type"), ["session.removed"]);
    assert_eq!(browser.cookie("__client"), Some(own));
    assert_eq!(browser.get("/v1/me").await.summary(), "401 authentication_invalid");
}

#[tokio::test]
async fn a_live_key_gets_the_cookie_that_servers_look_for() {
    let served = Served::start(crate::support::demo().publishable_key("pk_live_Y2xlcmsubG9jYWxob3N0JA")).await;
    let browser = Browser::signed_in(&served, "ada").await;
    let updated = browser.get("/v1/client").await.response()["updated_at"].as_i64().unwrap();
    assert_eq!(browser.cookie("__client_uat_gheHP-5P"), Some((updated / 1000).to_string()));
    browser.send("DELETE", "/v1/client/sessions", &[]).await;
    assert_eq!(browser.cookie("__client_uat_gheHP-5P").as_deref(), Some("0"));
}
