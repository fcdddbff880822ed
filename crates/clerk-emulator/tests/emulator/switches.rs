//! What is done in Clerk's dashboard: directories, required membership, roles, expired invitations, default limits.

use clerk_emulator::{NewInvitation, NewOrganization, Settings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Served, demo, pluck};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

#[tokio::test]
async fn a_directory_s_members_cannot_be_changed() {
    let served = Served::demo().await;
    let managed = |yes: bool| format!("/control/organizations/acme/members/mel/directory?managed={yes}");
    assert_eq!(served.send(PUT, &managed(true), None).await.0, 204);
    let mel = format!("/v1/organizations/acme/memberships/{}", served.id_of("mel"));
    let refusal = "409 organization_membership_managed_by_scim";

    assert_eq!(served.refused(DELETE, &mel, None).await, refusal);
    assert_eq!(served.refused(PATCH, &mel, Some(json!({ "role": "org:admin" }))).await, refusal);

    served.send(PUT, &managed(false), None).await;
    served.ok(PATCH, &mel, json!({ "role": "org:admin" })).await;
}

#[tokio::test]
async fn the_last_organization_is_not_left_when_membership_is_required() {
    let served = Served::demo().await;
    let set = served.ok(PATCH, "/control/instance?membership_required=true&max_allowed_memberships=7", json!({})).await;
    assert_eq!((&set["max_allowed_memberships"], &set["membership_required"]), (&json!(7), &json!(true)));
    let member = |name: &str| format!("/v1/organizations/acme/memberships/{}", served.id_of(name));

    assert_eq!(served.refused(DELETE, &member("mel"), None).await, "422 personal_accounts_not_allowed");
    assert_eq!(served.send(DELETE, &member("sam"), None).await.0, 200, "sam has another");
    let made = served.emulator.create_organization(NewOrganization::named("Third")).unwrap();
    assert_eq!(made.max_allowed_memberships, 7);
    served.emulator.change_instance(Settings::default()).unwrap();
    assert_eq!(served.send(DELETE, &member("mel"), None).await.0, 200);
}

#[tokio::test]
async fn roles_and_permissions_change_with_their_events() {
    let served = Served::demo().await;
    let viewer = "/control/roles/org:viewer?permissions=org:tasks:view,org:reports:read";
    let (_, role) = served.send(PUT, viewer, None).await;
    assert_eq!(pluck(&role["permissions"], "key"), ["org:tasks:view", "org:reports:read"]);
    let types = || -> Vec<String> {
        let events = served.emulator.take_events();
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(), ["permission.created", "role.updated"]);

    let permission = "/control/permissions/org:reports:read";
    let (_, deleted) = served.send(DELETE, permission, None).await;
    assert_eq!((&deleted["object"], &deleted["deleted"]), (&json!("permission"), &json!(true)));
    assert_eq!(types(), ["role.updated", "permission.deleted"]);
    assert_eq!(served.refused(DELETE, permission, None).await, "404 resource_not_found");
    let own = "/control/permissions/org:sys_memberships:manage";
    assert_eq!(served.refused(DELETE, own, None).await, "404 resource_not_found");
    assert_eq!(served.send(PUT, "/control/roles/org:new?permissions=org:tasks:view", None).await.0, 200);
    assert_eq!(served.send(DELETE, "/control/roles/org:new", None).await.0, 200);
    assert_eq!(types(), ["role.created", "role.deleted"]);
}

#[tokio::test]
async fn an_invitation_that_ran_out_is_neither_pending_nor_counted() {
    let served = Served::demo().await;
    served.ok(PATCH, "/v1/organizations/rival", json!({ "max_allowed_memberships": 3 })).await;
    let guest = || NewInvitation::new("g@example.net", "org:member");
    let made = served.emulator.invite("rival", guest()).unwrap();
    served.emulator.take_events();

    let (_, expired) = served.send(POST, &format!("/control/invitations/{}/expire", made.id), None).await;

    assert_eq!((&expired["status"], &expired["url"]), (&json!("expired"), &Value::Null));
    assert!(served.emulator.take_events().is_empty(), "Clerk sends nothing for it");
    let listed = served.get("/v1/organizations/rival/invitations?status=expired").await;
    assert_eq!(pluck(&listed["data"], "id"), [&*made.id]);
    let gone = "404 organization_invitation_not_pending";
    assert_eq!(served.refused(POST, &format!("/control/invitations/{}/accept", made.id), None).await, gone);
    let revoke = format!("/v1/organizations/rival/invitations/{}/revoke", made.id);
    assert_eq!(served.refused(POST, &revoke, Some(json!({}))).await, gone);
    served.emulator.invite("rival", guest()).unwrap();
}

#[tokio::test]
async fn people_are_found_by_every_filter() {
    let served = Served::demo().await;
    let ada = served.id_of("ada");
    let external = json!({ "external_id": "e-1", "username": "ada_l" });
    served.ok(PATCH, &format!("/v1/users/{ada}"), external).await;
    let found = async |query: &str| {
        let users = served.get(&format!("/v1/users?order_by=created_at&{query}")).await;
        pluck(&users, "first_name").join(" ")
    };

    assert_eq!(found("external_id=e-1").await, "Ada");
    assert_eq!(found("username=ada_l&username=nobody").await, "Ada");
    assert_eq!(found("email_address_query=example.org").await, "Rob Uma");
    assert_eq!(found("name_query=sam%20tan").await, "Sam");
    assert_eq!(found(&format!("user_id=-{ada}&limit=2")).await, "Mel Vic");
    assert_eq!(found(&format!("starting_after={ada}&limit=3")).await, "Mel Vic Sam");
    assert_eq!(found("created_at_before=5").await, "");
    assert_eq!(found("banned=true").await, "");
    let wrong = format!("/v1/users?order_by=first_name&starting_after={ada}");
    assert_eq!(served.refused(GET, &wrong, None).await, "422 form_param_value_invalid starting_after");
    let members = served.get("/v1/organizations/acme/memberships?name_query=lind&username=ada_l").await;
    assert_eq!(members["total_count"], 1);
}

#[tokio::test]
async fn the_one_role_set_holds_every_role() {
    let served = Served::demo().await;
    let sets = served.get("/v1/role_sets").await;
    assert_eq!((&sets["total_count"], &sets["data"][0]["key"]), (&json!(1), &json!("role_set:default")));
    let set = served.get("/v1/role_sets/role_set:default").await;
    assert_eq!(pluck(&set["roles"], "key"), ["org:admin", "org:member", "org:viewer"]);
    assert_eq!(set["creator_role"]["key"], "org:admin");
    assert_eq!(served.refused(GET, "/v1/role_sets/none", None).await, "404 resource_not_found");
    let metadata = format!("/v1/organizations/acme/memberships/{}/metadata", served.id_of("mel"));
    let merged = served.ok(PATCH, &metadata, json!({ "public_metadata": { "team": "x" } })).await;
    assert_eq!(merged["public_metadata"], json!({ "team": "x" }));
}

#[test]
fn a_state_file_from_before_billing_still_loads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clerk.json");
    demo().state_file(&path).build().unwrap();
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let old = state.as_object_mut().unwrap();
    old.remove("billing").unwrap();
    old.remove("settings").unwrap();
    old["plans"] = json!([{ "slug": "pro", "features": ["tasks"] }, { "slug": "free_org", "features": ["tasks"] }]);
    for membership in old["memberships"].as_array_mut().unwrap() {
        membership.as_object_mut().unwrap().remove("managed_by_directory").unwrap();
    }
    std::fs::write(&path, state.to_string()).unwrap();

    let emulator = demo().state_file(&path).build().unwrap();

    assert_eq!(emulator.people().len(), 6);
    assert_eq!(emulator.subscription("acme").unwrap_err().code(), "billing_not_enabled");
    emulator.reset().unwrap();
    assert_eq!(emulator.subscription("acme").unwrap().in_force().unwrap().plan, "pro");
    drop(emulator);
    let kept = demo().state_file(&path).build().unwrap();
    assert_eq!(kept.subscription("acme").unwrap().in_force().unwrap().plan, "pro");
}
