//! Deliveries that touch the same rows in their own ways: none of them waits for another that waits for it.

use serde_json::{Value, json};

use crate::app::{App, Delivery};
use crate::on_both_databases;

on_both_databases!(people_and_memberships_at_once, deleted_people_and_memberships_at_once);

const ROUNDS: i64 = 12;
const ORGANIZATIONS: i64 = 2;
const PEOPLE: i64 = 3;
const BEGINNING: i64 = 1_772_442_000_000;

fn organization(number: i64) -> Value {
    json!({
        "id": format!("org_{number}"), "name": "Northwind", "slug": null, "created_at": BEGINNING, "updated_at": BEGINNING,
    })
}

fn event(kind: &str, at: i64, data: &Value) -> Value {
    json!({ "type": kind, "object": "event", "timestamp": at, "data": data })
}

/// Somebody's own event, which names every organization.
fn person(kind: &str, number: i64, at: i64) -> Value {
    let theirs: Vec<Value> = (0..ORGANIZATIONS).map(|number| json!({ "organization": organization(number) })).collect();
    let data = json!({
        "id": format!("user_{number}"), "first_name": format!("Person {at}"), "updated_at": at, "deleted": kind == "user.deleted",
        "organization_memberships": theirs,
    });
    event(kind, at, &data)
}

fn membership(place: i64, user: i64, at: i64) -> Value {
    let data = json!({
        "id": format!("orgmem_{place}_{user}"), "role": "org:member", "permissions": [], "organization": organization(place),
        "public_user_data": {"user_id": format!("user_{user}"), "first_name": "Person", "identifier": "person@example.test"},
        "created_at": BEGINNING, "updated_at": at,
    });
    event("organizationMembership.updated", at, &data)
}

/// Sends them all at once, and sees that none failed: whoever is in a deadlock is answered with a failure, and sent again.
async fn at_once(app: &App, events: Vec<Value>, round: i64) {
    let mut sent = Vec::new();
    for (number, event) in events.into_iter().enumerate() {
        let (app, id) = (app.clone(), format!("msg_{round}_{number}"));
        sent.push(tokio::spawn(async move { app.send(Delivery::event(&id, &event)).await.summary() }));
    }
    for answer in sent {
        assert_eq!(answer.await.unwrap(), "200 received", "round {round}");
    }
}

/// The events of some people, and of their memberships, each newer than the last.
fn mixed(kind: &str, people: impl Iterator<Item = i64>, round: i64) -> Vec<Value> {
    let at = BEGINNING + round * 1000;
    let mut events = Vec::new();
    for user in people {
        for place in 0..ORGANIZATIONS {
            events.push(membership(place, user, at + place));
            events.push(person(kind, user, at + place));
        }
    }
    events
}

async fn people_and_memberships_at_once(app: App) {
    for round in 0..ROUNDS {
        at_once(&app, mixed("user.updated", 0..PEOPLE, round), round).await;
    }
}

async fn deleted_people_and_memberships_at_once(app: App) {
    for round in 0..ROUNDS {
        let people = || round * PEOPLE..(round + 1) * PEOPLE;
        let joined: Vec<Value> = people().map(|user| membership(0, user, BEGINNING)).collect();
        at_once(&app, joined, ROUNDS + round).await;
        at_once(&app, mixed("user.deleted", people(), round), round).await;
    }
}
