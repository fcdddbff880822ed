//! `PATCH /api/me`: one's own names, which Clerk keeps.

use axum::http::Method;
use clerk_emulator::{TokenRequest, UserChanges};
use sea_orm::EntityTrait;
use serde_json::json;
use tenantry::directory::user;

use crate::members::{asking, backend::Backend};
use crate::support::{TestApp, new_user};

async fn stored(app: &TestApp, id: &str) -> Option<user::Model> {
    user::Entity::find_by_id(id).one(&app.db.system()).await.unwrap()
}

on_both_databases! {
    async fn names_change_at_clerk_and_show_at_once(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let before = sam.get("/api/me").await.json();
        let renamed = sam.patch("/api/me", json!({"first_name": " Nora ", "last_name": "Okafor"})).await;
        assert_eq!((renamed.summary().as_str(), &renamed.json()["profile"]["name"]), ("200", &json!("Nora Okafor")));
        assert_eq!(renamed.json()["profile"]["email"], before["profile"]["email"]);
        assert_eq!(sam.get("/api/me").await.json(), renamed.json());
        assert!(acme.admin().get("/api/members?search=okafor").await.each("name").contains(&"Nora Okafor".to_owned()));
        assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary() == "200"));
        assert_eq!(sam.get("/api/me").await.json(), renamed.json(), "the webhook changes nothing");

        let cleared = sam.patch("/api/me", json!({"last_name": null})).await.json();
        assert_eq!(cleared["profile"]["name"], "Nora", "absent stays, null clears");
        assert_eq!(sam.patch("/api/me", json!({})).await.json(), cleared);
    }

    async fn a_person_needs_no_organization_and_may_come_before_their_webhook(app) {
        let uma = new_user(&app, "uma");
        let token = app.clerk.session_token(TokenRequest::for_user(&*uma)).unwrap();
        assert_eq!(stored(&app, &uma).await, None);
        let renamed = app.bearer(token).patch("/api/me", json!({"first_name": "Uma", "last_name": null})).await;
        assert_eq!((renamed.summary().as_str(), &renamed.json()["profile"]["name"]), ("200", &json!("Uma")));
        let answered = stored(&app, &uma).await.unwrap();
        app.deliver_webhooks().await;
        let told = stored(&app, &uma).await.unwrap();
        assert_eq!((&told.first_name, &told.last_name, &told.folded), (&answered.first_name, &answered.last_name, &answered.folded));
        assert_eq!((answered.source_event_at, told.source_event_at > 0), (0, true), "the webhook has the last word");
    }

    async fn an_old_answer_does_not_undo_a_newer_name(app) {
        let acme = app.organization("acme").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let renaming = tokio::spawn(async move { admin.patch("/api/me", json!({"first_name": "Old"})).await });
        gate.reached().await;
        let newer = UserChanges { first_name: Some(Some("New".into())), ..UserChanges::default() };
        app.clerk.update_user(&acme.admin_id, newer).unwrap();
        app.deliver_webhooks().await;
        gate.open();
        assert_eq!(renaming.await.unwrap().summary(), "200");
        assert_eq!(stored(&app, &acme.admin_id).await.unwrap().first_name.as_deref(), Some("New"));
    }

    async fn what_is_no_name_is_refused_before_clerk_is_asked_and_clerk_away_is_503(app) {
        let acme = app.organization("acme").await;
        let before = stored(&app, &acme.admin_id).await;
        let backend = Backend::answering(500, &[], "").await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let long = json!({"first_name": "x".repeat(256), "last_name": " "}).to_string();
        for (body, mistakes) in [
            (long.as_str(), "422 validation_failed /first_name too_long /last_name empty"),
            (r#"{"first_name": 1}"#, "422 validation_failed /first_name invalid_type"),
            (r#"{"name": "Uma"}"#, "422 validation_failed /name unknown_field"),
            (r#"{"first_name": "a\u0000b"}"#, "422 validation_failed /first_name invalid_character"),
        ] {
            let answer = admin.request(Method::PATCH, "/api/me", Some(body.into())).await;
            assert_eq!(answer.mistakes(), mistakes, "{body}");
        }
        assert!(backend.asked().is_empty());
        assert_eq!(admin.patch("/api/me", json!({"first_name": "Uma"})).await.summary(), "503 clerk_unavailable");
        assert_eq!(app.nobody().patch("/api/me", json!({"first_name": "Uma"})).await.summary(), "401 token_missing");
        assert_eq!(stored(&app, &acme.admin_id).await, before);
    }


    async fn a_name_that_stays_the_same_leaves_no_entry(app) {
        let acme = app.organization("acme").await;
        let recorded = async || acme.admin().get("/api/audit-log?action=profile.updated").await.list();
        for body in [json!({}), json!({"first_name": "admin-acme"}), json!({"first_name": "admin-acme", "last_name": "Tester"})] {
            assert_eq!(acme.admin().patch("/api/me", body.clone()).await.summary(), "200");
            assert_eq!(recorded().await, [json!(null); 0], "{body}");
        }
        for _ in 0..2 {
            let names = json!({"first_name": "Ada", "last_name": "Tester"});
            assert_eq!(acme.admin().patch("/api/me", names).await.summary(), "200");
            let entries = recorded().await;
            assert_eq!(entries.len(), 1, "{entries:?}");
            assert_eq!((&entries[0]["before"], &entries[0]["after"]), (&json!({"first_name": "admin-acme"}), &json!({"first_name": "Ada"})));
        }
    }
}
