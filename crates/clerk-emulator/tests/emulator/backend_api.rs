//! The Backend API over real HTTP: admission, users, sessions, roles; shapes, paging, and Clerk's error codes.

use crate::support::{Served, decode, pluck};
use reqwest::{Client, Method};
use serde_json::{Value, json};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

#[tokio::test]
async fn the_secret_key_and_the_version_are_checked() {
    let served = Served::demo().await;
    let call = async |key: Option<&str>, version: Option<&str>, query: &str| {
        let url = format!("{}/v1/jwks{query}", served.base);
        let mut request = Client::new().get(url);
        if let Some(key) = key {
            request = request.header("authorization", key);
        }
        if let Some(version) = version {
            request = request.header("Clerk-API-Version", version);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        let code = body["errors"][0]["code"].as_str().unwrap_or("fine");
        format!("{status} {code}")
    };
    let key = format!("Bearer {}", served.key);
    let malformed = "401 authorization_header_format_invalid";

    assert_eq!(call(None, None, "").await, malformed);
    assert_eq!(call(Some("Basic eDp5"), None, "").await, malformed);
    assert_eq!(call(Some("Bearer sk_test_wrong"), None, "").await, "401 clerk_key_invalid");
    assert_eq!(call(Some(&key), None, "").await, "200 fine");
    assert_eq!(call(Some(&key), Some("2026-05-12"), "").await, "200 fine");
    assert_eq!(call(Some(&key), Some("2030-01-01"), "").await, "400 api_version_invalid");
    let query = "?__clerk_api_version=2025-11-10";
    assert_eq!(call(Some(&key), None, query).await, "200 fine");
    assert_eq!(call(Some(&key), Some("2026-05-12"), query).await, "400 bad_request");
    let public = reqwest::get(format!("{}/.well-known/jwks.json", served.base)).await.unwrap();
    assert_eq!(public.json::<Value>().await.unwrap(), served.emulator.jwks());
}

#[tokio::test]
async fn an_unknown_route_answers_in_clerks_form() {
    let served = Served::demo().await;
    assert_eq!(served.refused(GET, "/v1/nothing", None).await, "404 resource_not_found");
    assert_eq!(served.refused(PUT, "/v1/users", None).await, "404 resource_not_found");
}

#[tokio::test]
async fn users_are_listed_bare_filtered_and_in_order() {
    let served = Served::demo().await;
    let newest_first = served.get("/v1/users").await;
    let names = pluck(&newest_first, "first_name");
    assert_eq!(names, ["Uma", "Rob", "Sam", "Vic", "Mel", "Ada"]);

    let users = served.get("/v1/users?order_by=%2Bfirst_name&limit=2&offset=1").await;
    assert_eq!(pluck(&users, "first_name"), ["Mel", "Rob"]);
    let users = served.get("/v1/users?email_address=ROB@example.org&email_address=uma@example.org").await;
    assert_eq!(pluck(&users, "first_name"), ["Uma", "Rob"]);
    let rival = served.emulator.organization("rival").unwrap().id;
    let users = served.get(&format!("/v1/users?organization_id={rival}")).await;
    assert_eq!(pluck(&users, "first_name"), ["Rob", "Sam"]);
    let users = served.get(&format!("/v1/users?user_id={}", served.id_of("vic"))).await;
    assert_eq!(pluck(&users, "first_name"), ["Vic"]);
    assert_eq!(pluck(&served.get("/v1/users?query=OSEI").await, "first_name"), ["Mel"]);
    let count = served.get("/v1/users/count?query=example.com").await;
    assert_eq!(count, json!({ "object": "total_count", "total_count": 4 }));
}

#[tokio::test]
async fn bad_paging_and_unknown_filters_are_refused() {
    let served = Served::demo().await;
    for (query, answer) in [
        ("limit=0", "422 form_param_value_invalid limit"),
        ("limit=501", "422 form_param_value_invalid limit"),
        ("limit=10.0", "422 form_param_format_invalid limit"),
        ("offset=-1", "422 form_param_format_invalid offset"),
        ("order_by=shoe_size", "422 form_param_value_invalid order_by"),
        ("shoe_size=42", "422 form_param_unknown shoe_size"),
    ] {
        let path = format!("/v1/users?{query}");
        assert_eq!(served.refused(GET, &path, None).await, answer, "{query}");
    }
    served.get("/v1/users?limit=500").await;
}

#[tokio::test]
async fn a_user_lives_and_dies() {
    let served = Served::demo().await;
    let body = json!({
        "email_address": ["new@example.com"], "first_name": "New", "last_name": "Person",
        "password": "correct horse", "skip_password_checks": true, "public_metadata": { "a": 1 },
    });
    let user = served.ok(POST, "/v1/users", body.clone()).await;
    let path = format!("/v1/users/{}", user["id"].as_str().unwrap());
    assert_eq!(user["object"], "user");
    assert_eq!(user["email_addresses"][0]["id"], user["primary_email_address_id"]);
    assert_eq!(user["email_addresses"][0]["verification"]["status"], "verified");
    assert_eq!(user["password_enabled"], true);
    assert_eq!(served.get(&path).await, user);
    let again = served.refused(POST, "/v1/users", Some(body)).await;
    assert_eq!(again, "422 form_identifier_exists email_address");

    let changed = served.ok(PATCH, &path, json!({ "first_name": null, "last_name": "Other" })).await;
    assert_eq!(changed["first_name"], Value::Null);
    assert_eq!(changed["last_name"], "Other");
    assert!(changed["updated_at"].as_i64() > user["updated_at"].as_i64());
    let unknown = served.refused(PATCH, &path, Some(json!({ "public_metadata": {} }))).await;
    assert_eq!(unknown, "422 form_param_unknown public_metadata");
    let wrong = served.refused(PATCH, &path, Some(json!({ "first_name": 7 }))).await;
    assert_eq!(wrong, "422 form_param_format_invalid first_name");

    let banned = served.ok(POST, &format!("{path}/ban"), json!({})).await;
    assert_eq!(banned["banned"], true);
    let session = json!({ "user_id": user["id"] });
    assert_eq!(served.refused(POST, "/v1/sessions", Some(session)).await, "403 user_banned");
    let readmitted = served.ok(POST, &format!("{path}/unban"), json!({})).await;
    assert_eq!(readmitted["banned"], false);

    let (status, deleted) = served.send(DELETE, &path, None).await;
    assert_eq!(status, 200);
    assert_eq!(deleted, json!({ "object": "user", "id": user["id"], "deleted": true }));
    assert_eq!(served.refused(GET, &path, None).await, "404 resource_not_found");
    assert_eq!(served.refused(DELETE, &path, None).await, "404 resource_not_found");
}

#[tokio::test]
async fn unreadable_bodies_are_told_apart() {
    let served = Served::demo().await;
    let call = async |kind: &str, body: &'static str| {
        let answer = Client::new()
            .post(format!("{}/v1/organizations", served.base))
            .bearer_auth(&served.key)
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        format!("{status} {}", body["errors"][0]["code"].as_str().unwrap())
    };
    assert_eq!(call("application/json", "{").await, "400 request_body_invalid");
    assert_eq!(call("application/json", "[]").await, "400 request_body_invalid");
    assert_eq!(call("text/plain", "{}").await, "415 unsupported_content_type");
    assert_eq!(call("application/json; charset=utf-8", "{}").await, "422 form_param_missing");
    assert_eq!(call("application/json", "").await, "422 form_param_missing");
}

#[tokio::test]
async fn sessions_are_made_listed_revoked_and_give_tokens() {
    let served = Served::demo().await;
    let sam = served.id_of("sam");
    let rival = served.emulator.organization("rival").unwrap().id;
    let body = json!({ "user_id": sam, "active_organization_id": rival });
    let session = served.ok(POST, "/v1/sessions", body).await;
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(session["status"], "active");
    assert_eq!(served.get(&path).await, session);
    let list = served.get(&format!("/v1/sessions?user_id={sam}&status=active")).await;
    assert_eq!(list, json!([session]));
    let page = served.get("/v1/sessions?paginated=true").await;
    assert_eq!(page["total_count"], 1);

    let tokens = format!("{path}/tokens");
    let token = served.ok(POST, &tokens, json!({ "expires_in_seconds": 90 })).await;
    let (_, claims) = decode(token["jwt"].as_str().unwrap());
    assert_eq!((&claims["sid"], &claims["o"]["id"]), (&session["id"], &json!(rival)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 90);
    assert!(claims.get("azp").is_none(), "{claims}");
    let short = served.refused(POST, &tokens, Some(json!({ "expires_in_seconds": 1 }))).await;
    assert_eq!(short, "422 form_param_value_invalid expires_in_seconds");

    let revoked = served.ok(POST, &format!("{path}/revoke"), json!({})).await;
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(served.refused(POST, &tokens, Some(json!({}))).await, "404 resource_not_found");
    let unknown = json!({ "user_id": "user_none" });
    assert_eq!(served.refused(POST, "/v1/sessions", Some(unknown)).await, "404 resource_not_found");
}

#[tokio::test]
async fn roles_are_listed_with_their_permissions() {
    let served = Served::demo().await;
    let roles = served.get("/v1/organization_roles?order_by=key").await;
    assert_eq!(pluck(&roles["data"], "key"), ["org:admin", "org:member", "org:viewer"]);
    let viewer = &roles["data"][2];
    assert_eq!(pluck(&viewer["permissions"], "key"), ["org:sys_memberships:read", "org:tasks:view"]);
    assert_eq!(pluck(&viewer["permissions"], "type"), ["system", "custom"]);
    assert_eq!(roles["data"][0]["permissions"].as_array().unwrap().len(), 15);
}
