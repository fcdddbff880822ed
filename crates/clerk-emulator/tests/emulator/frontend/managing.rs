//! What administrators do, what others may not, and the events of both.

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{Served, pluck},
};

/// Verb, path and form.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

fn events(served: &Served) -> Vec<String> {
    served.emulator.take_events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn somebody_makes_renames_and_deletes_an_organization() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "uma").await;
    events(&served);
    let made = browser.post("/v1/organizations", &[("name", "New Co")]).await;
    assert_eq!((&made.response()["slug"], &made.response()["members_count"]), (&json!("new-co"), &json!(1)));
    let own = &made.client()["sessions"][0]["user"]["organization_memberships"][0];
    assert_eq!((&own["role"], &own["organization"]["name"]), (&json!("org:admin"), &json!("New Co")));
    assert!(own["permissions"].as_array().unwrap().contains(&json!("org:sys_memberships:manage")));
    let path = format!("/v1/organizations/{}", made.response()["id"].as_str().unwrap());
    let renamed = browser.send("PATCH", &path, &[("name", "Newer Co"), ("slug", "newer")]).await;
    assert_eq!(renamed.response()["slug"], "newer");
    assert_eq!(browser.send("PATCH", &path, &[("slug", "acme")]).await.summary(), "422 form_identifier_exists slug");
    let gone = browser.send("DELETE", &path, &[]).await;
    assert_eq!(gone.response()["deleted"], true);
    assert_eq!(gone.client()["sessions"][0]["user"]["organization_memberships"], json!([]));
    let seen = events(&served);
    let wanted =
        ["organization.created", "organizationMembership.created", "organization.updated", "organization.deleted"];
    let named: Vec<&String> = seen.iter().filter(|kind| kind.starts_with("organization")).collect();
    assert_eq!(named, wanted);
}

#[tokio::test]
async fn invitations_are_made_one_by_one_and_many_at_once() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    events(&served);
    let path = "/v1/organizations/acme/invitations";
    let one = browser.post(path, &[("email_address", "cai@example.com"), ("role", "org:member")]).await;
    assert_eq!((&one.response()["status"], &one.response()["role"]), (&json!("pending"), &json!("org:member")));
    let many = [("email_address", "a@example.com"), ("email_address", "b@example.com"), ("role", "org:admin")];
    let two = browser.post(&format!("{path}/bulk"), &many).await;
    assert_eq!(pluck(two.response(), "email_address"), ["a@example.com", "b@example.com"], "a bare list");
    assert_eq!(events(&served), ["organizationInvitation.created"; 3]);

    let again = [("email_address", "d@example.com"), ("email_address", "a@example.com"), ("role", "org:admin")];
    assert_eq!(browser.post(&format!("{path}/bulk"), &again).await.summary(), "400 duplicate_record");
    assert_eq!(events(&served), [""; 0], "all of them or none");

    let id = one.response()["id"].as_str().unwrap();
    let revoked = browser.post(&format!("{path}/{id}/revoke"), &[]).await;
    assert_eq!(revoked.response()["status"], "revoked");
    let list = browser.get(&format!("{path}?status=pending&status=revoked&limit=2")).await;
    assert_eq!((&list.response()["total_count"], list.response()["data"].as_array().unwrap().len()), (&json!(3), 2));
    let open = browser.get(&format!("{path}?status=pending")).await;
    assert_eq!(pluck(&open.response()["data"], "email_address"), ["b@example.com", "a@example.com"]);
}

#[tokio::test]
async fn the_invited_person_accepts_and_nobody_else_does() {
    let served = Served::demo().await;
    let (rob, mel) = (Browser::signed_in(&served, "rob").await, Browser::signed_in(&served, "mel").await);
    let form = [("email_address", "mel@example.com"), ("role", "org:member")];
    let made = rob.post("/v1/organizations/rival/invitations", &form).await;
    let id = made.response()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/me/organization_invitations/{id}/accept");
    assert_eq!(rob.post(&path, &[]).await.summary(), "404 resource_not_found");

    let waiting = mel.get("/v1/me/organization_invitations?status=pending").await;
    assert_eq!(waiting.response()["data"][0]["public_organization_data"]["slug"], "rival");
    events(&served);
    let accepted = mel.post(&path, &[]).await;
    assert_eq!(accepted.response()["status"], "accepted");
    let own = &accepted.client()["sessions"][0]["user"]["organization_memberships"];
    assert_eq!(own.as_array().unwrap().len(), 2);
    assert_eq!(events(&served), ["organizationInvitation.accepted", "organizationMembership.created"]);
    assert_eq!(mel.claims(&[("organization_id", "rival")]).await["o"]["rol"], "member");
}

#[tokio::test]
async fn members_are_added_changed_and_removed_by_their_user_id() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "ada").await;
    let uma = served.id_of("uma");
    events(&served);
    let added = browser.post("/v1/organizations/acme/memberships", &[("user_id", &uma), ("role", "org:member")]).await;
    assert_eq!(added.response()["public_user_data"]["user_id"], json!(uma));
    let path = format!("/v1/organizations/acme/memberships/{uma}");
    let changed = browser.send("PATCH", &path, &[("role", "org:viewer")]).await;
    assert_eq!(changed.response()["role"], "org:viewer");
    let removed = browser.send("DELETE", &path, &[]).await;
    assert_eq!(removed.response()["id"], added.response()["id"]);
    let kinds = ["created", "updated", "deleted"].map(|step| format!("organizationMembership.{step}"));
    assert_eq!(events(&served), kinds);

    let own = format!("/v1/organizations/acme/memberships/{}", served.id_of("ada"));
    let last = "400 organization_minimum_permissions_needed";
    assert_eq!(browser.send("PATCH", &own, &[("role", "org:member")]).await.summary(), last);
    let leave = "/v1/me/organization_memberships/acme";
    assert_eq!(browser.send("DELETE", leave, &[]).await.summary(), last);
    let mel = Browser::signed_in(&served, "mel").await;
    assert_eq!(mel.send("DELETE", leave, &[]).await.response()["deleted"], true);
    assert_eq!(mel.claims(&[]).await.get("o"), None, "a session leaves with the person");
}

#[tokio::test]
async fn nobody_manages_without_the_permission_and_outsiders_find_nothing() {
    let served = Served::demo().await;
    let uma = served.id_of("uma");
    let member = format!("/v1/organizations/acme/memberships/{uma}");
    let calls: [Call<'_>; 8] = [
        ("PATCH", "/v1/organizations/acme", &[("name", "x")]),
        ("DELETE", "/v1/organizations/acme", &[]),
        ("POST", "/v1/organizations/acme/memberships", &[("user_id", &uma), ("role", "org:member")]),
        ("PATCH", &member, &[("role", "org:member")]),
        ("DELETE", &member, &[]),
        ("POST", "/v1/organizations/acme/invitations", &[("email_address", "x@example.com"), ("role", "org:member")]),
        (
            "POST",
            "/v1/organizations/acme/invitations/bulk",
            &[("email_address", "x@example.com"), ("role", "org:member")],
        ),
        ("POST", "/v1/organizations/acme/invitations/orginv_x/revoke", &[]),
    ];
    let refusals = [("mel", "403 missing_organization_permission"), ("rob", "404 resource_not_found")];
    for (name, refusal) in refusals {
        let browser = Browser::signed_in(&served, name).await;
        events(&served);
        for (verb, path, form) in calls {
            assert_eq!(browser.send(verb, path, form).await.summary(), refusal, "{name} {verb} {path}");
        }
        assert_eq!(events(&served), [""; 0]);
    }
}

#[tokio::test]
async fn a_full_organization_refuses_with_clerks_code() {
    let served = Served::demo().await;
    let browser = Browser::signed_in(&served, "rob").await;
    let invite = async |address: &str| {
        browser.post("/v1/organizations/rival/invitations", &[("email_address", address), ("role", "org:member")]).await
    };
    for number in 0..3 {
        invite(&format!("n{number}@example.com")).await.response();
    }
    assert_eq!(invite("n4@example.com").await.summary(), "403 organization_membership_quota_exceeded");
    assert_eq!(invite("n1@example.com").await.summary(), "400 duplicate_record");
    let missing = browser.post("/v1/organizations/rival/invitations", &[("role", "org:member")]).await;
    assert_eq!(
        (missing.summary(), &missing.body["response"]),
        ("422 form_param_missing email_address".to_owned(), &Value::Null)
    );
}
