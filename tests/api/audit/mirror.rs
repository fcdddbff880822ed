//! What Clerk announces is recorded once, and what our own requests did is not recorded again by the webhook that follows.

use clerk_emulator::{NewInvitation, OrganizationChanges};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{actions, log, page};
use crate::support::{Organization, TestApp, new_user};

/// Delivers what Clerk has to tell, twice over and then the other way round: every event comes three times.
async fn tell(app: &TestApp) {
    let events = app.clerk.take_events();
    for event in events.iter().chain(&events).chain(events.iter().rev()) {
        assert_eq!(app.deliver(event).await.summary(), "200");
    }
}

/// Delivers each event several times under ids of their own, all at once.
async fn tell_at_once(app: &TestApp) {
    let mut telling = JoinSet::new();
    for event in app.clerk.take_events() {
        for _ in 0..4 {
            let (app, event) = (app.clone(), event.clone());
            telling.spawn(async move { app.deliver(&event).await.summary() });
        }
    }
    assert!(telling.join_all().await.iter().all(|answer| answer == "200"));
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


    async fn of_deliveries_that_tell_the_same_at_once_one_is_recorded(app) {
        let acme = app.organization("acme").await;
        for round in 0..8 {
            let sam = new_user(&app, &format!("sam{round}"));
            app.deliver_webhooks().await;
            app.clerk.add_member(&acme.id, &sam, "org:member").unwrap();
            tell_at_once(&app).await;
            app.clerk.set_role(&acme.id, &sam, "org:admin").unwrap();
            tell_at_once(&app).await;
            app.clerk.remove_member(&acme.id, &sam).unwrap();
            tell_at_once(&app).await;
            let told = page(&acme.admin(), &format!("?target_type=member&target_id={sam}")).await;
            assert_eq!(actions(&told), ["member.removed", "member.updated", "member.added"], "round {round}");
            let name = Some(format!("Acme {round}"));
            let changes = OrganizationChanges { name: name.clone(), ..OrganizationChanges::default() };
            app.clerk.update_organization(&acme.id, changes).unwrap();
            tell_at_once(&app).await;
            let told = page(&acme.admin(), "?action=organization.updated").await;
            let told = told.iter().filter(|entry| entry["after"]["name"].as_str() == name.as_deref());
            assert_eq!(told.count(), 1, "round {round}");
        }
    }

    async fn a_person_who_is_deleted_by_several_deliveries_at_once_leaves_once(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        for round in 0..8 {
            let sam = acme.member("org:member").await;
            rival.add(&sam.user_id, "org:admin").await;
            app.clerk.delete_user(&sam.user_id).unwrap();
            tell_at_once(&app).await;
            for organization in [&acme, &rival] {
                let query = format!("?action=member.removed&target_type=member&target_id={}", sam.user_id);
                assert_eq!(page(&organization.admin(), &query).await.len(), 1, "round {round}");
            }
        }
    }
}
