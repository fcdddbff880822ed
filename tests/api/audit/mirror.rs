//! What Clerk announces is recorded once, and what our own requests did is not recorded again by the webhook that follows.

use clerk_emulator::{NewInvitation, OrganizationChanges};
use serde_json::{Value, json};

use super::log;
use crate::support::{Organization, TestApp, new_user};

/// Delivers what Clerk has to tell, twice over and then the other way round: every event comes three times.
async fn tell(app: &TestApp) {
    let events = app.clerk.take_events();
    for event in events.iter().chain(&events).chain(events.iter().rev()) {
        assert_eq!(app.deliver(event).await.summary(), "200");
    }
}

async fn by_clerk(organization: &Organization) -> Vec<(String, Value, Value)> {
    let entries = log(organization).await.into_iter().rev().filter(|entry| entry["actor"] == json!({"type": "clerk"}));
    let told =
        |entry: Value| (entry["action"].as_str().unwrap().to_owned(), entry["before"].clone(), entry["after"].clone());
    entries.map(told).collect()
}

fn entry(action: &str, before: Value, after: Value) -> (String, Value, Value) {
    (action.to_owned(), before, after)
}

on_both_databases! {
    async fn each_change_at_clerk_is_recorded_once(app) {
        let acme = app.organization("acme").await;
        let before = by_clerk(&acme).await.len();
        let sam = new_user(&app, "sam");
        app.clerk.add_member(&acme.id, &sam, "org:member").unwrap();
        tell(&app).await;
        app.clerk.set_role(&acme.id, &sam, "org:admin").unwrap();
        tell(&app).await;
        app.clerk.remove_member(&acme.id, &sam).unwrap();
        tell(&app).await;
        let changes = OrganizationChanges { name: Some("Acme Works".into()), ..OrganizationChanges::default() };
        app.clerk.update_organization(&acme.id, changes).unwrap();
        tell(&app).await;
        assert_eq!(
            by_clerk(&acme).await[before..],
            [
                entry("member.added", json!({}), json!({"role": "org:member"})),
                entry("member.updated", json!({"role": "org:member"}), json!({"role": "org:admin"})),
                entry("member.removed", json!({"role": "org:admin"}), json!({})),
                entry("organization.updated", json!({"name": "The acme company"}), json!({"name": "Acme Works"})),
            ]
        );
    }

    async fn a_deleted_person_leaves_every_organization_once(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let sam = acme.member("org:member").await;
        rival.add(&sam.user_id, "org:admin").await;
        app.clerk.delete_user(&sam.user_id).unwrap();
        tell(&app).await;
        for organization in [&acme, &rival] {
            let left = by_clerk(organization).await.into_iter().filter(|(action, ..)| action == "member.removed");
            assert_eq!(left.count(), 1, "{}", organization.id);
        }
    }

    async fn invitations_are_followed_to_their_end(app) {
        let acme = app.organization("acme").await;
        let invite = |name: &str| {
            let new = NewInvitation::new(format!("{name}@example.com"), "org:member");
            app.clerk.invite(&acme.id, new).unwrap().id
        };
        let (_, other) = (invite("mel"), invite("noa"));
        tell(&app).await;
        app.clerk.revoke_invitation(&other).unwrap();
        tell(&app).await;
        let told = by_clerk(&acme).await;
        let of = |action: &str| told.iter().filter(|(told, ..)| told == action).count();
        assert_eq!((of("invitation.created"), of("invitation.revoked")), (2, 1), "{told:?}");
    }

    async fn the_webhook_that_follows_upon_our_own_request_records_nothing(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let path = format!("/api/members/{}", sam.user_id);
        assert_eq!(acme.admin().patch(&path, json!({"role": "org:admin"})).await.summary(), "200");
        assert_eq!(acme.admin().delete(&path).await.summary(), "204");
        let before = log(&acme).await.len();
        tell(&app).await;
        assert_eq!(log(&acme).await.len(), before);
    }
}
