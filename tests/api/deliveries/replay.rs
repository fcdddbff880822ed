//! A replay does what the delivery should have done, and nothing that something newer has undone.

use clerk_emulator::NewInvitation;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use tenantry::directory::{ended_session, invitation, membership, organization, user};
use tenantry::webhooks::delivery::{self, State};
use tenantry::webhooks::replay::{self, Replayed};
use tenantry::webhooks::stored::{Wanted, newest};

use super::{became, store};
use crate::support::{TestApp, new_user};

/// Somebody joins, and nobody hears of it; the event.
async fn joined(app: &TestApp, organization: &str) -> (String, Value) {
    let user = new_user(app, "sam");
    app.clerk.take_events();
    app.clerk.add_member(organization, &user, "org:member").unwrap();
    let events = app.clerk.take_events();
    (user, events.into_iter().find(|event| event["type"] == "organizationMembership.created").unwrap())
}

async fn is_member(app: &TestApp, organization: &str, user: &str) -> bool {
    let living = membership::living().all(&app.db.system()).await.unwrap();
    living.iter().any(|row| row.tenant_id == organization && row.user_id == user)
}

/// Every row of the mirror, ages and digests included.
async fn rows(db: &impl ConnectionTrait) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(organization::Entity::find().all(db).await.unwrap().iter().map(|row| format!("{row:?}")));
    lines.extend(user::Entity::find().all(db).await.unwrap().iter().map(|row| format!("{row:?}")));
    lines.extend(membership::Entity::find().all(db).await.unwrap().iter().map(|row| format!("{row:?}")));
    lines.extend(invitation::Entity::find().all(db).await.unwrap().iter().map(|row| format!("{row:?}")));
    lines.extend(ended_session::Entity::find().all(db).await.unwrap().iter().map(|row| format!("{row:?}")));
    lines.sort();
    lines.join("\n")
}

/// Every stored delivery, with all that is kept of it.
async fn rows_of_deliveries(db: &impl ConnectionTrait) -> String {
    let all = delivery::Entity::find().all(db).await.unwrap();
    all.iter().map(|row| format!("{row:?}\n")).collect()
}

on_both_databases! {
    async fn what_failed_or_was_ignored_takes_effect(app) {
        let acme = app.organization("acme").await;
        for (id, state) in [("msg_failed", State::Failed), ("msg_ignored", State::Ignored)] {
            let (sam, event) = joined(&app, &acme.id).await;
            store(&app, id, state, &event).await;
            assert!(!is_member(&app, &acme.id, &sam).await);
            for attempts in [2, 3] {
                assert_eq!(replay::one(&app.db, &app.revocations, id).await.unwrap(), Replayed::Applied);
                assert!(is_member(&app, &acme.id, &sam).await);
                assert_eq!(became(&app, id).await, (State::Applied, attempts, None));
            }
            app.clerk.delete_user(&sam).unwrap();
            app.deliver_webhooks().await;
            assert_eq!(replay::one(&app.db, &app.revocations, id).await.unwrap(), Replayed::Applied);
            assert!(!is_member(&app, &acme.id, &sam).await, "what is deleted stays deleted");
        }
    }

    async fn a_removal_that_is_replayed_ends_access_and_takes_the_tasks(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:admin").await;
        let task = acme.admin().create(json!({"title": "Ship it", "assignee_id": sam.user_id})).await;
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        let events = app.clerk.take_events();
        let left = events.iter().find(|event| event["type"] == "organizationMembership.deleted").unwrap();
        store(&app, "msg_left", State::Failed, left).await;
        assert_eq!(sam.get("/api/tasks").await.summary(), "200");
        replay::one(&app.db, &app.revocations, "msg_left").await.unwrap();
        assert_eq!(sam.get("/api/tasks").await.summary(), "401 token_stale");
        app.run_jobs().await;
        assert_eq!(acme.admin().get(task.path()).await.json()["assignee_id"], json!(null));
    }

    async fn everything_again_in_any_order_leaves_the_same_state(app) {
        let acme = app.organization("acme").await;
        let (sam, kim) = (acme.member("org:member").await, acme.member("org:admin").await);
        app.clerk.set_role(&acme.id, &sam.user_id, "org:admin").unwrap();
        app.clerk.remove_member(&acme.id, &kim.user_id).unwrap();
        app.clerk.add_member(&acme.id, &kim.user_id, "org:member").unwrap();
        app.clerk.ban_user(&sam.user_id).unwrap();
        let other = app.organization("other").await;
        app.clerk.delete_organization(&other.id).unwrap();
        app.deliver_webhooks().await;
        let before = rows(&app.db.system()).await;

        let stored = newest(&app.db, &Wanted::default(), 1000).await.unwrap();
        assert!(stored.len() > 12, "{}", stored.len());
        for step in [1, 5, 7] {
            for number in 0..stored.len() {
                let row = &stored[(number * step) % stored.len()];
                let replayed = replay::one(&app.db, &app.revocations, &row.id).await.unwrap();
                assert!(matches!(replayed, Replayed::Applied | Replayed::Ignored), "{replayed:?} {}", row.event_type);
            }
            assert_eq!(rows(&app.db.system()).await, before);
        }
        let mut order = Vec::new();
        let told = |id: &str, _: &Replayed| order.push(id.to_owned());
        replay::all(&app.db, &app.revocations, &Wanted::default(), told).await.unwrap();
        let as_received: Vec<String> = stored.iter().rev().map(|row| row.id.clone()).collect();
        assert_eq!(order, as_received);
        assert_eq!(rows(&app.db.system()).await, before);
    }

    async fn what_cannot_be_replayed_says_why(app) {
        let unreadable = json!({"type": "user.created", "data": {"id": 7}});
        store(&app, "msg_unreadable", State::Failed, &unreadable).await;
        let replayed = replay::one(&app.db, &app.revocations, "msg_unreadable").await.unwrap();
        assert_eq!(replayed, Replayed::Unreadable("/data/id is no id".into()));
        assert_eq!(became(&app, "msg_unreadable").await, (State::Unreadable, 2, Some("/data/id is no id".into())));

        let code = json!({"type": "email.created", "data": {"body": "your code"}});
        assert_eq!(app.deliver(&code).await.summary(), "200");
        let stored = newest(&app.db, &Wanted { kind: Some("email.*".into()), ..Wanted::default() }, 10).await.unwrap();
        assert_eq!(stored.len(), 1);
        assert_eq!(replay::one(&app.db, &app.revocations, &stored[0].id).await.unwrap(), Replayed::Forgotten);
        assert_eq!(replay::one(&app.db, &app.revocations, "msg_nowhere").await.unwrap(), Replayed::Absent);
    }


    async fn the_link_of_an_invitation_is_not_kept_and_a_replay_does_without(app) {
        let acme = app.organization("acme").await;
        app.clerk.invite(&acme.id, NewInvitation::new("mel@example.com", "org:member")).unwrap();
        let event = app.clerk.take_events().remove(0);
        let ticket = event["data"]["url"].as_str().and_then(|url| url.split("ticket=").nth(1)).unwrap().to_owned();
        assert_eq!(event["type"], "organizationInvitation.created");
        assert_eq!(app.deliver(&event).await.summary(), "200");

        let kind = |kind: &str| Wanted { kind: Some(kind.to_owned()), ..Wanted::default() };
        let [stored] = newest(&app.db, &kind("organizationInvitation.*"), 10).await.unwrap().try_into().unwrap();
        let kept: Value = serde_json::from_str(&stored.payload).unwrap();
        let mut expected = event.clone();
        expected["data"].as_object_mut().unwrap().remove("url");
        assert_eq!((kept, stored.organization_id.as_deref()), (expected, Some(acme.id.as_str())));
        let table = rows_of_deliveries(&app.db.system()).await;
        assert!(!table.contains(&ticket) && table.contains("mel@example.com"));

        let mirrored = rows(&app.db.system()).await;
        assert_eq!(replay::one(&app.db, &app.revocations, &stored.id).await.unwrap(), Replayed::Applied);
        assert_eq!(rows(&app.db.system()).await, mirrored, "it is the same state, of the same age");
        invitation::Entity::delete_many().exec(&app.db.system()).await.unwrap();
        assert_eq!(replay::one(&app.db, &app.revocations, &stored.id).await.unwrap(), Replayed::Applied);
        assert_eq!(rows(&app.db.system()).await, mirrored);
    }

    async fn who_waits_for_an_invitation_is_not_kept(app) {
        let waits = json!({"type": "waitlistEntry.created", "data": {
            "id": "wle_1", "email_address": "mel@example.com", "invitation": {"url": "https://clerk.example/accept?ticket=fake"},
        }});
        assert_eq!(app.deliver(&waits).await.summary(), "200");
        let [stored] = newest(&app.db, &Wanted::default(), 10).await.unwrap().try_into().unwrap();
        assert_eq!((&*stored.event_type, &*stored.payload, stored.state), ("waitlistEntry.created", "", State::Ignored));
        assert_eq!(replay::one(&app.db, &app.revocations, &stored.id).await.unwrap(), Replayed::Forgotten);
    }
}
