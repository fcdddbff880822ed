//! What each change leaves in the log.

use clerk_emulator::TokenRequest;
use serde_json::json;

use super::{about, actions, log};

on_both_databases! {
    async fn every_change_of_a_task_leaves_one_entry(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("x-request-id", "req-1").from("192.0.2.7");
        let task = admin.create(json!({"title": "Ship it", "labels": ["a"]})).await;
        admin.patch(task.path(), json!({"title": "Ship it now", "priority": "medium"})).await;
        admin.put(task.path(), json!({"labels": ["b"]})).await;
        admin.request(axum::http::Method::PATCH, format!("{}/complete", task.path()), None).await;
        assert_eq!(admin.delete(task.path()).await.summary(), "204");

        let entries = log(&acme).await;
        let entries = about(&entries, &task.id);
        let names: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(names, ["task.deleted", "task.updated", "task.updated", "task.updated", "task.created"]);
        for entry in &entries {
            assert_eq!(entry["actor"], json!({"type": "user", "id": admin.user_id}));
            assert_eq!((&entry["request_id"], &entry["address"]), (&json!("req-1"), &json!("192.0.2.7")));
            assert_eq!(entry["impersonator"], json!(null));
        }
        let changes = |place: usize| (entries[place]["before"].clone(), entries[place]["after"].clone());
        assert_eq!(entries[4]["after"]["title"], "Ship it");
        assert_eq!(changes(3), (json!({"title": "Ship it"}), json!({"title": "Ship it now"})));
        assert_eq!(changes(2), (json!({"labels": ["a"]}), json!({"labels": ["b"]})));
        let (before, after) = changes(1);
        assert_eq!((&before["status"], &after["status"]), (&json!("pending"), &json!("completed")));
        assert_eq!(entries[0]["before"]["title"], "Ship it now");
    }

    async fn what_was_refused_or_changed_nothing_leaves_none(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = admin.create_task("Ship it").await;
        let before = log(&acme).await;

        let stale = admin.clone().header("if-match", "\"99\"");
        assert_eq!(stale.patch(task.path(), json!({"title": "x"})).await.summary(), "412 precondition_failed");
        assert_eq!(stale.delete(task.path()).await.summary(), "412 precondition_failed");
        assert_eq!(admin.patch(task.path(), json!({"title": ""})).await.status.as_u16(), 422);
        assert_eq!(admin.patch(task.path(), json!({})).await.summary(), "200");
        assert_eq!(admin.patch(format!("{}/complete", task.path()), json!({"completed": false})).await.summary(), "200");
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        assert_eq!(viewer.delete(task.path()).await.summary(), "403 permission_missing");

        let after = log(&acme).await;
        let kept: Vec<_> = after.iter().filter(|entry| entry["target"]["type"] == "task").collect();
        let known: Vec<_> = before.iter().filter(|entry| entry["target"]["type"] == "task").collect();
        assert_eq!(kept, known);
    }

    async fn a_replayed_request_is_recorded_once(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("idempotency-key", "once");
        for _ in 0..3 {
            assert_eq!(admin.post("/api/tasks", json!({"title": "Ship it"})).await.summary(), "201");
        }
        let entries = log(&acme).await;
        assert_eq!(actions(&entries).iter().filter(|action| **action == "task.created").count(), 1);
    }

    async fn whoever_acts_as_somebody_is_named(app) {
        let acme = app.organization("acme").await;
        let support = crate::support::new_user(&app, "support");
        let actor = json!({"iss": "https://dashboard.example", "sid": "sess_1", "sub": support});
        let token = TokenRequest::for_user(&acme.admin_id).organization(&*acme.id).actor(actor);
        let token = app.clerk.session_token(token).unwrap();
        app.bearer(token).create_task("Looked into").await;
        let entries = log(&acme).await;
        assert_eq!(entries[0]["actor"]["id"], acme.admin_id.as_str());
        assert_eq!(entries[0]["impersonator"], support.as_str());
    }
}
