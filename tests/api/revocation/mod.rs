//! A token is not the last word: what the mirror hears of takes away what a token still claims, from the next request on.

mod instances;
mod order;
mod own;
mod taken;

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Organization, TestApp};

/// Every permission of tasks.
const ALL: &[&str] = &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"];

/// A route of every kind, with its name in the tables below. Nothing is found by the id.
const NOWHERE: &str = "/api/tasks/01890000-0000-7000-8000-000000000000";

/// What routes of every kind answer: (any token, any member, view, create, edit, delete).
async fn every_kind(caller: &Caller) -> [String; 6] {
    let own = format!("/api/{}/tasks", caller.user_id);
    let pairs = [
        (caller.get("/api/me").await, caller.get("/api/organizations").await),
        (caller.get("/api/organization").await, caller.get("/api/members").await),
        (caller.get("/api/tasks").await, caller.get(own).await),
        (post(caller).await, post(caller).await),
        (
            caller.patch(NOWHERE, json!({"title": "New"})).await,
            caller.patch(format!("{NOWHERE}/complete"), json!({"completed": true})).await,
        ),
        (caller.delete(NOWHERE).await, caller.delete(NOWHERE).await),
    ];
    pairs.map(|(one, other)| {
        assert_eq!(one.summary(), other.summary(), "routes of one kind answer alike");
        assert_challenge(&one);
        one.summary()
    })
}

async fn post(caller: &Caller) -> Answer {
    caller.post("/api/tasks", json!({"title": "One more"})).await
}

/// Who is refused is told why, as with every refused token.
fn assert_challenge(answer: &Answer) {
    if let Some(code) = answer.summary().strip_prefix("401 ") {
        answer.assert_problem("a refused token");
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{code}\"");
        assert_eq!(answer.header("www-authenticate"), Some(&*challenge));
    }
}

/// What [`every_kind`] gives a member with all permissions.
fn all_is_well() -> [String; 6] {
    ["200", "200", "200", "201", "404 task_not_found", "404 task_not_found"].map(str::to_owned)
}

fn refused(why: &str) -> [String; 6] {
    std::array::from_fn(|_| format!("401 {why}"))
}

/// The events of some types that the local Clerk has had to tell; the others are lost.
fn told(app: &TestApp, kinds: &[&str]) -> Vec<Value> {
    let events = app.clerk.take_events().into_iter();
    let told: Vec<Value> = events.filter(|event| kinds.contains(&event["type"].as_str().unwrap())).collect();
    assert!(!told.is_empty(), "none of {kinds:?} was told");
    told
}

async fn deliver(app: &TestApp, events: &[Value]) {
    for event in events {
        assert_eq!(app.deliver(event).await.summary(), "200");
    }
}

/// Delivers everything that is left to tell.
async fn settle(app: &TestApp) {
    for answer in app.deliver_webhooks().await {
        assert_eq!(answer.summary(), "200");
    }
}

/// A token for a member that says it was issued in this second.
fn issued(app: &TestApp, organization: &Organization, user: &str, second: i64) -> Caller {
    let request = TokenRequest::for_user(user).organization(&*organization.id).issued_at(second).lifetime(3600);
    let mut caller = app.bearer(app.clerk.session_token(request).unwrap());
    caller.user_id = user.to_owned();
    caller
}

/// A member with every permission of tasks; the mirror knows them.
async fn member(app: &TestApp) -> (Organization, Caller) {
    let organization = app.organization("acme").await;
    let member = organization.member_with(ALL).await;
    assert_eq!(every_kind(&member).await, all_is_well());
    (organization, member)
}

/// A role with these permissions.
fn role(app: &TestApp, permissions: &[&str]) -> String {
    let role = format!("org:role_{}", uuid::Uuid::now_v7().simple());
    app.clerk.create_role(&role, permissions).unwrap();
    role
}

/// Asks until a request is answered like that, or fails after a while; says how long it took.
async fn until(caller: &Caller, method: Method, path: &str, summary: &str) -> std::time::Duration {
    let began = std::time::Instant::now();
    loop {
        let answer = caller.request(method.clone(), path, None).await.summary();
        if answer == summary {
            return began.elapsed();
        }
        assert!(began.elapsed().as_secs() < 10, "{path} still answers {answer}, not {summary}");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}
