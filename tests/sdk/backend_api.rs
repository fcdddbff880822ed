//! The local Clerk's Backend API, as Clerk's own client calls it and reads its answers.

use serde_json::{Value, json};

use crate::package::Packages;
use crate::service::Service;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_javascript_client_lives_an_organizations_life_at_the_local_clerk() {
    if !Packages::JavaScript.are_there() {
        return;
    }
    let service = Service::start().await;
    let report = Packages::JavaScript.run("backend_api", &json!({"instance": service.instance()}));
    let ada = service.clerk.user("ada@example.com").unwrap().id;
    let told = service.clerk.take_events();
    let cai = first(&told, "user.created", |id| id != ada);
    let acme = first(&told, "organization.created", |_| true);
    assert_eq!(report["users"], users(&ada, &cai));
    assert_eq!(report["organizations"], organizations(&acme));
    assert_eq!(report["memberships"], memberships(&acme, &cai));
    assert_eq!(report["invitations"], invitations());
    assert_eq!(report["sessions"], json!({"listed": true, "token_of": true, "revoked": "revoked"}));
    assert_eq!(report["roles"], json!(["org:admin", "org:member"]));
    assert_eq!(report["kids"], json!([service.clerk.kid()]));
    let gone = "404 resource_not_found";
    assert_eq!(report["ends"], json!({"banned": [true, false], "user": gone, "organization": gone}));
    assert_eq!(report["stranger"], "401 clerk_key_invalid");
}

/// The id in the first event of a kind that the local Clerk itself announced.
fn first(told: &[Value], kind: &str, fits: impl Fn(&str) -> bool) -> String {
    let mut ids = told.iter().filter(|event| event["type"] == kind).filter_map(|event| event["data"]["id"].as_str());
    ids.find(|id| fits(id)).unwrap_or_else(|| panic!("no {kind} was announced")).to_owned()
}

fn users(ada: &str, cai: &str) -> Value {
    json!({
        "ada": ada,
        "cai": cai,
        "found": [ada],
        "found_count": 1,
        "count": 2,
        "read": ["Cai", "Berg", "cai@example.com", {"team": "joinery"}],
        "unknown": "404 resource_not_found",
        "taken": "422 form_identifier_exists",
    })
}

fn organizations(acme: &str) -> Value {
    json!({
        "id": acme,
        "renamed": ["Acme Joinery", "acme", 4],
        "by_slug": [acme, {"region": "north"}],
        "listed": [acme],
        "taken": "422 form_identifier_exists",
    })
}

fn memberships(acme: &str, cai: &str) -> Value {
    json!({
        "joined": ["org:member", cai, acme],
        "promoted": "org:admin",
        "page": [1, 2],
        "of_user": [[acme, "org:admin"]],
        "twice": "400 already_a_member_in_organization",
        "last_admin": "400 organization_minimum_permissions_needed",
    })
}

/// Four seats: one member, and three invitations that are open at the same time.
fn invitations() -> Value {
    json!({
        "made": ["eve@example.com", "org:member", "pending"],
        "bulk": ["finn@example.com"],
        "twice": "400 duplicate_record",
        "full": ["accepted", "403 organization_membership_quota_exceeded"],
        "pending": 3,
        "revoked": ["revoked", "revoked"],
    })
}
