//! Many at once over several instances: no change is lost, a retry counts once, a delivery has one effect.
//!
//! What one instance alone must withstand is in `tasks/concurrency.rs`; what survives a killed process is in `tests/crash`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use clerk_emulator::TokenRequest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tenantry::directory::membership;
use tenantry::idempotency::entity::Entity as Records;
use tenantry::tasks::entity::Entity as Tasks;
use tenantry::webhooks::delivery::{self, State};
use tokio::task::JoinSet;

use crate::support::{Answer, Caller, Database, Organization, Setup, TestApp, new_user};

/// Reads the words, adds one and writes them under the version that was read, until nobody else came between.
///
/// The labels change with them, so that the change is a transaction of several statements.
async fn append(caller: Caller, path: String, word: String) {
    loop {
        let read = caller.get(&path).await;
        let words = read.json()["description"].as_str().unwrap().to_owned();
        let writer = caller.clone().header("if-match", read.header("etag").unwrap());
        let body = json!({"description": format!("{words} {word}"), "labels": [word]});
        let written = writer.patch(&path, body).await;
        match written.status {
            StatusCode::OK => return,
            status => assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{}", written.summary()),
        }
    }
}

/// A second instance where there may be any number: SQLite is for one machine, and there the one instance has everybody.
async fn second_instance(app: &TestApp) -> TestApp {
    match app.on {
        Database::Sqlite => app.clone(),
        Database::Postgres => app.another_instance(&Setup::default()).await,
    }
}

/// The same person with the fiftieth token as with the first: each is minted anew, every third in the first layout of claims.
fn refreshed(app: &TestApp, organization: &Organization, number: usize) -> Caller {
    let version = if number.is_multiple_of(3) { 1 } else { 2 };
    let request = TokenRequest::for_user(&organization.admin_id).organization(&*organization.id).version(version);
    let mut caller = organization.admin();
    caller.token = Some(app.clerk.session_token(request.lifetime(600)).unwrap());
    caller.at(app).header("idempotency-key", "order-66")
}

/// Fifty identical creations at once; an answer is the one 201 or says that a twin is at work.
async fn fifty(app: &TestApp, organization: &Organization) -> Vec<Answer> {
    let mut twins = JoinSet::new();
    for number in 0..50 {
        let twin = refreshed(app, organization, number);
        twins.spawn(async move { twin.post("/api/tasks", json!({"title": "Ship it", "labels": ["a"]})).await });
    }
    let answers = twins.join_all().await;
    for answer in &answers {
        assert!(["201", "409 idempotency_in_progress"].contains(&&*answer.summary()), "{}", answer.summary());
    }
    answers.into_iter().filter(|answer| answer.status == 201).collect()
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

on_both_databases! {
    async fn forty_who_append_under_if_match_lose_no_word(app) {
        let other = second_instance(&app).await;
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "words", "description": "begin"})).await;
        let words: Vec<String> = (0..40).map(|number| format!("word-{number}")).collect();
        let mut writers = JoinSet::new();
        for (number, word) in words.iter().enumerate() {
            let writer = if number % 2 == 0 { admin.clone() } else { admin.clone().at(&other) };
            writers.spawn(append(writer, task.path(), word.clone()));
        }
        writers.join_all().await;
        let stored = admin.get(task.path()).await;
        let text = stored.json()["description"].as_str().unwrap().to_owned();
        let mut found: Vec<&str> = text.split(' ').skip(1).collect();
        let last = found.last().copied().unwrap_or_default().to_owned();
        found.sort_unstable();
        let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
        all.sort_unstable();
        assert_eq!(found, all, "a word was lost, or written twice, although each was written under If-Match");
        assert_eq!(stored.header("etag"), Some("\"v41\""), "each of the forty changes counts once");
        assert_eq!(stored.json()["labels"], json!([last]), "the labels are those of the last change");
        for word in &words {
            let labelled = admin.get(format!("/api/tasks?label={word}")).await.list().len();
            assert_eq!(labelled, usize::from(*word == last), "{word}: the index of labels is not in step");
        }
    }

    async fn fifty_at_once_and_fifty_after_a_restart_make_one_task(app) {
        let acme = app.organization("acme").await;
        let first = fifty(&app, &acme).await;
        assert_eq!(first.iter().filter(|answer| !replayed(answer)).count(), 1, "exactly one was the first");
        // As the program does when it ends.
        app.db.clone().close().await.unwrap();
        let restarted = app.another_instance(&Setup::default()).await;
        let second = fifty(&restarted, &acme).await;
        assert_eq!(second.len(), 50, "nobody is at work any more");
        assert!(second.iter().all(replayed), "after the restart each is told what was done before");
        for answer in first.iter().chain(&second) {
            assert_eq!((answer.status, &answer.body), (first[0].status, &first[0].body), "every 201 is the same answer");
            assert_eq!(answer.header("location"), first[0].header("location"));
            assert_eq!(answer.header("etag"), first[0].header("etag"));
        }
        let system = restarted.db.system();
        assert_eq!((Tasks::find().count(&system).await.unwrap(), Records::find().count(&system).await.unwrap()), (1, 1));
    }

    async fn fifty_deliveries_of_one_message_at_two_instances_have_one_effect(app) {
        let other = app.another_instance(&Setup::default()).await;
        let acme = app.organization("acme").await;
        let user = new_user(&app, "late");
        app.deliver_webhooks().await;
        app.clerk.add_member(&acme.id, &user, "org:member").unwrap();
        let event = app.clerk.take_events().pop().unwrap();
        let bytes = serde_json::to_vec(&event).unwrap();
        let signed = clerk_emulator::sign_event(&app.clerk.webhook_secret(), &bytes).unwrap();
        let mut twins = JoinSet::new();
        for number in 0..50 {
            let mut request = Request::post("/api/webhooks/clerk").body(Body::from(signed.body.clone())).unwrap();
            request.headers_mut().extend(signed.headers.clone());
            let at = if number % 2 == 0 { app.clone() } else { other.clone() };
            twins.spawn(async move { at.send(request).await });
        }
        for answer in twins.join_all().await {
            assert_eq!((answer.summary().as_str(), answer.json()), ("200", json!({"received": true})));
        }
        let id = signed.headers["svix-id"].to_str().unwrap();
        let recorded = delivery::Entity::find_by_id(id).one(&app.db.system()).await.unwrap().unwrap();
        assert_eq!((recorded.state, recorded.attempts), (State::Applied, 1), "one attempt applied it, and the others found it applied");
        let rows = membership::Entity::find().filter(membership::Column::UserId.eq(&user));
        assert_eq!(rows.count(&app.db.system()).await.unwrap(), 1);
        let members = acme.admin().get("/api/members?count=exact").await;
        assert_eq!(members.header("x-total-count"), Some("2"));
    }
}
