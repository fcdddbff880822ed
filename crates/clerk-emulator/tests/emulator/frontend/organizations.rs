//! What members read: themselves, their organizations, the lists of one.

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Served, pluck},
};

#[tokio::test]
async fn a_person_reads_and_changes_themselves() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    served.emulator.take_events();
    let changed = browser.send("PATCH", "/v1/me", &[("first_name", "Adeline"), ("last_name", "")]).await;
    let seen = (&changed.response()["first_name"], &changed.response()["last_name"]);
    assert_eq!(seen, (&json!("Adeline"), &Value::Null), "empty clears");
    assert_eq!(changed.client()["sessions"][0]["user"]["first_name"], "Adeline");
    assert_eq!(pluck(&Value::from(served.emulator.take_events()), "type"), ["user.updated"]);

    let merge = [("unsafe_metadata", r#"{"a":1,"b":{"c":2}}"#)];
    browser.send("PATCH", "/v1/me/metadata", &merge).await;
    let merged = browser.send("PATCH", "/v1/me/metadata", &[("unsafe_metadata", r#"{"a":null}"#)]).await;
    assert_eq!(merged.response()["unsafe_metadata"], json!({ "b": { "c": 2 } }));
    let broken = browser.send("PATCH", "/v1/me/metadata", &[("unsafe_metadata", "[1]")]).await;
    assert_eq!(broken.summary(), "422 form_param_format_invalid unsafe_metadata");

    let active = browser.get("/v1/me/sessions/active").await.body;
    assert_eq!(active.as_array().unwrap().len(), 1, "bare: {active}");
    assert_eq!(active[0]["user"], Value::Null);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let other = Browser::signed_in(&served, "ada").await;
    let change = async |form: &[(&str, &str)]| browser.post("/v1/me/change_password", form).await;
    let wrong = [("current_password", "no"), ("new_password", "long-enough-1")];
    assert_eq!(change(&wrong).await.summary(), "422 form_password_incorrect current_password");
    let short = [("current_password", "not-a-secret"), ("new_password", "short")];
    assert_eq!(change(&short).await.summary(), "422 form_password_length_too_short new_password");
    let good = [
        ("current_password", "not-a-secret"),
        ("new_password", "long-enough-1"),
        ("sign_out_of_other_sessions", "true"),
    ];
    change(&good).await.response();
    assert_eq!(other.get("/v1/me").await.summary(), "401 authentication_invalid");
    let old = [("identifier", "ada@example.com"), ("password", "not-a-secret")];
    assert_eq!(other.post("/v1/client/sign_ins", &old).await.summary(), "422 form_password_incorrect password");
}

#[tokio::test]
async fn memberships_are_a_page_or_a_bare_list() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "sam").await;
    let page = browser.get("/v1/me/organization_memberships?paginated=true&limit=1&offset=1").await;
    assert_eq!((&page.response()["total_count"], page.response()["data"].as_array().unwrap().len()), (&json!(2), 1));
    let bare = browser.get("/v1/me/organization_memberships").await;
    assert_eq!(pluck(bare.response(), "role"), ["org:member", "org:member"]);
    let suggestions = browser.get("/v1/me/organization_suggestions?status=pending&status=accepted").await;
    assert_eq!(suggestions.response(), &json!({ "data": [], "total_count": 0 }));
    assert_eq!(
        browser.get("/v1/me/organization_memberships?limit=0").await.summary(),
        "422 form_param_value_invalid limit"
    );
}

#[tokio::test]
async fn one_organization_is_shown_to_its_members() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "mel").await;
    let acme = browser.get("/v1/organizations/acme").await;
    assert_eq!((&acme.response()["slug"], &acme.response()["members_count"]), (&json!("acme"), &json!(4)));
    assert_eq!(browser.get("/v1/organizations/rival").await.summary(), "404 resource_not_found");
    assert_eq!(browser.get("/v1/organizations/none").await.summary(), "404 resource_not_found");

    let members = browser.get("/v1/organizations/acme/memberships?paginated=true&role=org:admin&role=org:viewer").await;
    let names: Vec<&str> = members.response()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["public_user_data"]["first_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Vic", "Ada"], "a repeated parameter means any of them");
    let found = browser.get("/v1/organizations/acme/memberships?paginated=true&query=TANAKA").await;
    assert_eq!(found.response()["total_count"], 1);

    let roles = browser.get("/v1/organizations/acme/roles?limit=20").await;
    assert_eq!(pluck(&roles.response()["data"], "key"), ["org:admin", "org:member", "org:viewer"]);
    for nothing in ["domains", "membership_requests"] {
        let list = browser.get(&format!("/v1/organizations/acme/{nothing}")).await;
        assert_eq!(list.response()["total_count"], 0);
    }
    let invitations = browser.get("/v1/organizations/acme/invitations").await;
    assert_eq!(invitations.summary(), "403 missing_organization_permission");
    assert_eq!(invitations.body["errors"][0]["meta"]["permissions"], json!(["org:sys_memberships:manage"]));
}
