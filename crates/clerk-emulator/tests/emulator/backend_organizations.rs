//! The Backend API's organizations, members and invitations over real HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Served, pluck};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

#[tokio::test]
async fn an_organization_lives_and_dies() {
    let served = Served::demo().await;
    let uma = served.id_of("uma");
    let body = json!({ "name": "Third Party", "created_by": uma, "private_metadata": { "k": 1 } });
    let made = served.ok(POST, "/v1/organizations", body).await;
    assert_eq!(made["slug"], "third-party");
    assert_eq!(made["max_allowed_memberships"], 5);
    assert!(made.get("members_count").is_none(), "{made}");
    let by_slug = served.get("/v1/organizations/third-party?include_members_count=true").await;
    assert_eq!(by_slug["id"], made["id"]);
    assert_eq!(by_slug["members_count"], 1);
    assert_eq!(by_slug["pending_invitations_count"], 0);

    let path = format!("/v1/organizations/{}", made["id"].as_str().unwrap());
    let change = json!({ "name": "Renamed", "slug": "renamed", "max_allowed_memberships": 0 });
    let changed = served.ok(PATCH, &path, change).await;
    assert_eq!((&changed["name"], &changed["slug"]), (&json!("Renamed"), &json!("renamed")));
    for (body, answer) in [
        (json!({ "slug": "acme" }), "422 form_identifier_exists slug"),
        (json!({ "slug": "Not A Slug" }), "422 form_param_format_invalid slug"),
        (json!({ "name": "see https://x.example" }), "422 form_param_format_invalid name"),
        (json!({ "name": "x".repeat(257) }), "422 form_param_value_too_large name"),
        (json!({ "max_allowed_memberships": -1 }), "422 form_param_value_invalid max_allowed_memberships"),
        (json!({ "max_allowed_memberships": 1.5 }), "422 form_param_format_invalid max_allowed_memberships"),
        (json!({ "private_metadata": {} }), "422 form_param_unknown private_metadata"),
    ] {
        assert_eq!(served.refused(PATCH, &path, Some(body)).await, answer);
    }

    let metadata = format!("{path}/metadata");
    let first = json!({ "public_metadata": { "a": { "x": 1, "y": 2 }, "b": 1 } });
    served.ok(PATCH, &metadata, first).await;
    let merge = json!({ "public_metadata": { "a": { "x": null, "z": 3 } } });
    let merged = served.ok(PATCH, &metadata, merge).await;
    assert_eq!(merged["public_metadata"], json!({ "a": { "y": 2, "z": 3 }, "b": 1 }));
    assert_eq!(merged["private_metadata"], json!({ "k": 1 }));
    let replaced = served.ok(PUT, &metadata, json!({ "public_metadata": {} })).await;
    assert_eq!(replaced["public_metadata"], json!({}));

    let (_, deleted) = served.send(DELETE, &path, None).await;
    let expected = json!({
        "object": "organization", "id": made["id"], "slug": "renamed", "deleted": true,
    });
    assert_eq!(deleted, expected);
    assert_eq!(served.refused(GET, &path, None).await, "404 resource_not_found");
    let left = served.get("/v1/organizations?order_by=name&query=e").await;
    assert_eq!(pluck(&left["data"], "slug"), ["acme", "rival"]);
    assert_eq!(left["total_count"], 2);
}

#[tokio::test]
async fn members_come_change_and_go() {
    let served = Served::demo().await;
    let base = "/v1/organizations/acme/memberships";
    let list = served.get(&format!("{base}?order_by=first_name&limit=2")).await;
    assert_eq!(list["total_count"], 4);
    let names: Vec<&Value> =
        list["data"].as_array().unwrap().iter().map(|member| &member["public_user_data"]["first_name"]).collect();
    assert_eq!(names, ["Ada", "Mel"]);
    let viewers = served.get(&format!("{base}?role=org:viewer&query=vic")).await;
    assert_eq!(viewers["total_count"], 1);
    assert_eq!(viewers["data"][0]["role_name"], "Viewer");
    assert_eq!(viewers["data"][0]["permissions"], json!(["org:tasks:view", "org:sys_memberships:read"]));

    let uma = served.id_of("uma");
    let made = served.ok(POST, base, json!({ "user_id": uma, "role": "org:member" })).await;
    assert!(made["id"].as_str().unwrap().starts_with("orgmem_"));
    assert_eq!(made["organization"]["slug"], "acme");
    assert_eq!(made["public_user_data"]["user_id"], json!(uma));
    for (body, answer) in [
        (json!({ "user_id": uma, "role": "org:member" }), "400 already_a_member_in_organization"),
        (json!({ "user_id": "user_none", "role": "org:member" }), "404 resource_not_found"),
        (json!({ "user_id": uma, "role": "org:none" }), "404 resource_not_found"),
        (json!({ "user_id": uma }), "422 form_param_missing role"),
    ] {
        assert_eq!(served.refused(POST, base, Some(body)).await, answer);
    }

    let member = format!("{base}/{uma}");
    let promoted = served.ok(PATCH, &member, json!({ "role": "org:admin" })).await;
    assert_eq!((&promoted["role"], &promoted["id"]), (&json!("org:admin"), &made["id"]));
    let (status, removed) = served.send(DELETE, &member, None).await;
    assert_eq!((status, &removed["id"]), (200, &made["id"]));
    assert_eq!(removed["object"], "organization_membership");
    assert_eq!(served.refused(DELETE, &member, None).await, "404 resource_not_found");
    let none = served.get(&format!("/v1/users/{uma}/organization_memberships")).await;
    assert_eq!(none, json!({ "data": [], "total_count": 0 }));
    let sam = served.id_of("sam");
    let both = served.get(&format!("/v1/users/{sam}/organization_memberships")).await;
    assert_eq!(both["total_count"], 2);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let served = Served::demo().await;
    let ada = format!("/v1/organizations/acme/memberships/{}", served.id_of("ada"));
    let refusal = "400 organization_minimum_permissions_needed";

    assert_eq!(served.refused(DELETE, &ada, None).await, refusal);
    let demotion = json!({ "role": "org:member" });
    assert_eq!(served.refused(PATCH, &ada, Some(demotion.clone())).await, refusal);

    let mel = format!("/v1/organizations/acme/memberships/{}", served.id_of("mel"));
    served.ok(PATCH, &mel, json!({ "role": "org:admin" })).await;
    let demoted = served.ok(PATCH, &ada, demotion).await;
    assert_eq!(demoted["role"], "org:member");
}

#[tokio::test]
async fn invitations_are_made_listed_revoked_and_accepted() {
    let served = Served::demo().await;
    let base = "/v1/organizations/acme/invitations";
    let ada = served.id_of("ada");
    let body = json!({
        "email_address": "guest@example.net", "role": "org:viewer", "inviter_user_id": ada,
        "public_metadata": { "team": "x" }, "notify": false, "expires_in_days": 7,
    });
    let made = served.ok(POST, base, body.clone()).await;
    assert_eq!((&made["status"], &made["inviter_id"]), (&json!("pending"), &json!(ada)));
    assert_eq!(made["public_inviter_data"]["first_name"], "Ada");
    let lifetime = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
    assert_eq!(lifetime, 7 * 24 * 3600 * 1000);
    assert_eq!(served.refused(POST, base, Some(body)).await, "400 duplicate_record");

    let one = format!("{base}/{}", made["id"].as_str().unwrap());
    assert_eq!(served.get(&one).await, made);
    let elsewhere = one.replace("acme", "rival");
    assert_eq!(served.refused(GET, &elsewhere, None).await, "404 resource_not_found");
    let revoked = served.ok(POST, &format!("{one}/revoke"), json!({})).await;
    assert_eq!((&revoked["status"], &revoked["url"]), (&json!("revoked"), &Value::Null));
    let again = served.refused(POST, &format!("{one}/revoke"), Some(json!({}))).await;
    assert_eq!(again, "404 organization_invitation_not_pending");

    let guest = json!({ "email_address": "guest@example.net", "role": "org:viewer" });
    let second = served.ok(POST, base, guest).await;
    let pending = served.get(&format!("{base}?status=pending&status=accepted")).await;
    assert_eq!(pluck(&pending["data"], "id"), [second["id"].as_str().unwrap()]);
    assert_eq!(served.get(base).await["total_count"], 2);
    let welcome = reqwest::get(second["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(welcome.text().await.unwrap(), "Welcome to Acme Joinery (org:viewer)\n");
    let accepted = served.get(&format!("{base}?status=accepted")).await;
    assert_eq!(pluck(&accepted["data"], "email_address"), ["guest@example.net"]);
    assert!(served.emulator.membership("acme", &served.id_of("guest@example.net")).is_ok());
}

#[tokio::test]
async fn bad_invitations_are_refused_and_bulk_ones_together() {
    let served = Served::demo().await;
    let base = "/v1/organizations/acme/invitations";
    let (mel, uma) = (served.id_of("mel"), served.id_of("uma"));
    let with = |field: &str, value: Value| {
        let mut body = json!({ "email_address": "g@example.net", "role": "org:member" });
        body[field] = value;
        body
    };
    for (body, answer) in [
        (with("email_address", json!("nobody")), "422 form_param_format_invalid email_address"),
        (with("role", json!("org:none")), "422 form_param_value_invalid role"),
        (with("role", Value::Null), "422 form_param_missing role"),
        (with("expires_in_days", json!(366)), "422 form_param_value_invalid expires_in_days"),
        (with("email_address", json!("MEL@example.com")), "400 already_a_member_in_organization"),
        (with("inviter_user_id", json!(mel)), "403 missing_organization_permission"),
        (with("inviter_user_id", json!(uma)), "404 organization_not_found_or_unauthorized"),
        (with("shoe_size", json!(42)), "422 form_param_unknown shoe_size"),
    ] {
        assert_eq!(served.refused(POST, base, Some(body)).await, answer);
    }
    let bulk = format!("{base}/bulk");
    let half_bad = json!([with("notify", json!(true)), with("email_address", json!("bad"))]);
    let refusal = served.refused(POST, &bulk, Some(half_bad)).await;
    assert_eq!(refusal, "422 form_param_format_invalid email_address");
    assert_eq!(served.get(base).await["total_count"], 0);
    served.emulator.take_events();
    let eleven: Vec<Value> = (0..11).map(|n| with("email_address", json!(format!("g{n}@example.net")))).collect();
    assert_eq!(served.refused(POST, &bulk, Some(json!(eleven))).await, "400 bulk_size_exceeded");
    let made = served.ok(POST, &bulk, json!(eleven[..10])).await;
    assert_eq!(made["total_count"], 10);
    assert_eq!(served.emulator.take_events().len(), 10);
}

#[tokio::test]
async fn the_member_limit_counts_pending_invitations() {
    let served = Served::demo().await;
    let organization = "/v1/organizations/rival";
    let invitations = format!("{organization}/invitations");
    served.ok(PATCH, organization, json!({ "max_allowed_memberships": 3 })).await;
    let guest = json!({ "email_address": "g@example.net", "role": "org:member" });
    let made = served.ok(POST, &invitations, guest).await;
    let full = "403 organization_membership_quota_exceeded";

    let another = json!({ "email_address": "h@example.net", "role": "org:member" });
    assert_eq!(served.refused(POST, &invitations, Some(another.clone())).await, full);
    let member = json!({ "user_id": served.id_of("uma"), "role": "org:member" });
    let memberships = format!("{organization}/memberships");
    assert_eq!(served.refused(POST, &memberships, Some(member.clone())).await, full);

    let accept = format!("/control/invitations/{}/accept", made["id"].as_str().unwrap());
    let (status, joined) = served.send(POST, &accept, None).await;
    assert_eq!((status, &joined["role"]), (200, &json!("org:member")));
    assert_eq!(served.refused(POST, &memberships, Some(member.clone())).await, full);
    served.ok(PATCH, organization, json!({ "max_allowed_memberships": 0 })).await;
    served.ok(POST, &memberships, member).await;
    served.ok(POST, &invitations, another).await;
}
