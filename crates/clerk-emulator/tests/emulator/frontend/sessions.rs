//! Sessions: switching organizations, tokens, whose they are, ending them.

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Served, decode, demo},
};

async fn touch(browser: &Browser, form: &[(&str, &str)]) -> crate::browser::Answer {
    let path = format!("/v1/client/sessions/{}/touch", browser.session_id().await);
    browser.post(&path, form).await
}

#[tokio::test]
async fn a_touch_switches_the_organization_and_brings_the_token_for_it() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "sam").await;
    let before = browser.get("/v1/client").await.response()["updated_at"].clone();
    let rival = served.emulator.organization("rival").unwrap().id;
    for organization in [&*rival, "rival"] {
        let touched = touch(&browser, &[("active_organization_id", organization), ("intent", "select_org")]).await;
        assert_eq!(touched.response()["last_active_organization_id"], json!(rival));
        let token = touched.client()["sessions"][0]["last_active_token"]["jwt"].as_str().unwrap().to_owned();
        assert_eq!(decode(&token).1["o"]["id"], json!(rival));
        assert_eq!(touched.client()["updated_at"], before, "tokens older than it would be refused");
    }
    let kept = touch(&browser, &[("intent", "focus")]).await;
    assert_eq!(kept.response()["last_active_organization_id"], json!(rival), "absent leaves it alone");
    let personal = touch(&browser, &[("active_organization_id", "")]).await;
    assert_eq!(personal.response()["last_active_organization_id"], Value::Null, "empty is the personal account");
    assert_eq!(browser.claims(&[]).await.get("o"), None);
}

#[tokio::test]
async fn an_organization_of_others_is_not_found_and_nothing_changes() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    assert_eq!(touch(&browser, &[("active_organization_id", "rival")]).await.summary(), "404 resource_not_found");
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "acme");
}

#[tokio::test]
async fn nobody_leaves_to_a_personal_account_where_everybody_has_to_be_in_an_organization() {
    let served = Served::demo().await;
    let settings = clerk_emulator::Settings { membership_required: true, ..served.emulator.instance_settings() };
    served.emulator.change_instance(settings).unwrap();
    let browser = Browser::signed_in(&served, "ada").await;
    touch(&browser, &[("active_organization_id", "")]).await;
    assert_eq!(browser.claims(&[("organization_id", "")]).await["o"]["slg"], "acme");
}

#[tokio::test]
async fn a_token_is_bare_and_for_the_organization_that_is_asked_for() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "sam").await;
    let path = format!("/v1/client/sessions/{}/tokens", browser.session_id().await);
    let bare = browser.post(&path, &[("tab_state", "x")]).await.body;
    assert_eq!(bare.as_object().unwrap().keys().collect::<Vec<_>>(), ["jwt", "object"]);
    assert_eq!(browser.claims(&[("organization_id", "rival")]).await["o"]["slg"], "rival");
    assert_eq!(browser.claims(&[("organization_id", "")]).await.get("o"), None);
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "acme", "asking changes nothing");

    let template = browser.post(&format!("{path}/anything"), &[]).await;
    let (header, claims) = decode(template.body["jwt"].as_str().unwrap());
    assert_eq!((header["cat"].as_str(), claims.get("sid")), (Some("cl_B7d4PD222AAA"), None));
}

#[tokio::test]
async fn a_cookie_speaks_for_its_own_sessions_only() {
    let served = Served::demo().await;
    let (ada, mel) = (Browser::signed_in(&served, "ada").await, Browser::signed_in(&served, "mel").await);
    let hers = ada.session_id().await;
    let token = mel.post(&format!("/v1/client/sessions/{hers}/tokens"), &[]).await;
    assert_eq!(token.summary(), "401 authentication_invalid");
    let named = mel.get(&format!("/v1/me?_clerk_session_id={hers}")).await;
    assert_eq!(named.summary(), "401 authentication_invalid");
    for step in ["touch", "end", "remove"] {
        let taken = mel.post(&format!("/v1/client/sessions/{hers}/{step}"), &[]).await;
        assert_eq!(taken.summary(), "401 authentication_invalid", "{step}");
    }
}

#[tokio::test]
async fn a_session_that_somebody_revoked_is_signed_out() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let id = browser.session_id().await;
    served.emulator.revoke_session(&id).unwrap();
    let token = browser.post(&format!("/v1/client/sessions/{id}/tokens"), &[]).await;
    assert_eq!(token.summary(), "401 authentication_invalid");
    let client = browser.get("/v1/client").await;
    assert_eq!(
        (&client.response()["sessions"], &client.response()["last_active_session_id"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn the_authorized_party_stays_the_page_that_signed_in() {
    let served = Served::start(demo().allow_origin("http://localhost:5173")).await;
    let mut browser = Browser::new(&served);
    browser.origin = Some("http://localhost:5173".to_owned());
    let signed_in = browser.sign_in(&served, "ada").await;
    assert_eq!(signed_in.headers["access-control-allow-origin"], "http://localhost:5173");
    // A GET of the same origin tells no origin.
    let client = browser.get("/v1/client").await;
    let token = client.response()["sessions"][0]["last_active_token"]["jwt"].as_str().unwrap().to_owned();
    assert_eq!(decode(&token).1["azp"], "http://localhost:5173");
}

#[tokio::test]
async fn a_sign_in_begins_in_no_organization_where_the_instance_says_so() {
    let served = Served::demo().await;
    let settings = clerk_emulator::Settings { start_in_personal_account: true, ..served.emulator.instance_settings() };
    served.emulator.change_instance(settings).unwrap();
    let browser = Browser::signed_in(&served, "ada").await;
    assert_eq!(browser.claims(&[]).await.get("o"), None);
}

#[tokio::test]
async fn a_state_file_keeps_who_is_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let first = Served::start(demo().state_file(&file)).await;
    let browser = Browser::signed_in(&first, "ada").await;
    let second = Served::start(demo().state_file(&file)).await;
    let again = Browser::new(&second);
    again.set_cookie("__client", &browser.cookie("__client").unwrap());
    assert_eq!(again.get("/v1/me").await.response()["first_name"], "Ada");
    second.emulator.reset().unwrap();
    assert_eq!(again.get("/v1/me").await.summary(), "401 authentication_invalid");
}
