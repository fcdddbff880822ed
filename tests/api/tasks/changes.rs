//! PUT and PATCH, which do the same, and DELETE.

use axum::http::Method;
use serde_json::{Value, json};

use super::{found, titles, without};
use crate::support::{Answer, Caller, TaskRef};

/// What every change changes.
const STAMPS: [&str; 2] = ["updated_by", "updated_at"];

async fn change(caller: &Caller, method: &Method, path: String, body: Value) -> Answer {
    caller.request(method.clone(), path, Some(body.to_string().into())).await
}

async fn complete_in_every_field(caller: &Caller) -> TaskRef {
    let sent = json!({
        "title": "Ship it", "description": "Soon.", "status": "started", "priority": "high", "category": "release",
        "labels": ["a", "b"], "assignee_id": caller.user_id, "due_date": "2031-05-06T07:08:09.123456Z",
    });
    caller.create(sent).await
}

on_both_databases! {
    async fn only_the_field_that_was_sent_changes(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let editor = acme.member_with(&["org:tasks:edit"]).await;
        for method in [Method::PUT, Method::PATCH] {
            for (field, value) in [
                ("title", json!("Ship it now")),
                ("description", json!("Now.")),
                ("status", json!("pending")),
                ("priority", json!("low")),
                ("category", json!("marketing")),
                ("labels", json!(["c", "a"])),
                ("assignee_id", json!(editor.user_id)),
                ("due_date", json!("2032-01-01T00:00:00.000001Z")),
            ] {
                let task = complete_in_every_field(&admin).await;
                let answer = change(&editor, &method, task.path(), json!({field: value})).await;
                assert_eq!((answer.summary().as_str(), answer.header("etag")), ("200", Some("\"v2\"")), "{method} {field}");
                let mut expected = without(&task.body, &STAMPS);
                expected[field] = value;
                assert_eq!(without(&answer.json(), &STAMPS), expected, "{method} {field}");
                assert_eq!(answer.json()["updated_by"], json!(editor.user_id));
                assert_eq!(answer.json()["created_by"], json!(admin.user_id));
                assert!(answer.json()["updated_at"].as_str() > task.body["updated_at"].as_str());
                assert_eq!(admin.get(task.path()).await.json(), answer.json(), "the answer is what is stored");
            }
        }
    }

    async fn null_clears_and_absent_keeps(app) {
        let admin = app.organization("acme").await.admin();
        for method in [Method::PUT, Method::PATCH] {
            for (field, cleared) in [
                ("description", json!(null)),
                ("category", json!(null)),
                ("labels", json!([])),
                ("assignee_id", json!(null)),
                ("due_date", json!(null)),
            ] {
                let task = complete_in_every_field(&admin).await;
                let answer = change(&admin, &method, task.path(), json!({field: null})).await;
                let mut expected = without(&task.body, &STAMPS);
                expected[field] = cleared;
                assert_eq!(without(&answer.json(), &STAMPS), expected, "{method} {field}: null");
            }
        }
    }

    async fn what_cannot_be_null_is_not_cleared(app) {
        let admin = app.organization("acme").await.admin();
        let task = complete_in_every_field(&admin).await;
        for field in ["title", "status", "priority", "completed"] {
            let answer = admin.patch(task.path(), json!({field: null})).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed /{field} null"));
        }
        assert_eq!(admin.get(task.path()).await.json(), task.body);
    }

    async fn a_body_that_says_nothing_changes_nothing(app) {
        let admin = app.organization("acme").await.admin();
        let task = complete_in_every_field(&admin).await;
        for method in [Method::PUT, Method::PATCH] {
            let answer = change(&admin, &method, task.path(), json!({})).await;
            assert_eq!((answer.summary().as_str(), answer.json()), ("200", task.body.clone()));
            assert_eq!(answer.header("etag"), Some(task.etag.as_str()));
        }
    }

    async fn several_fields_change_together(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let sent = json!({
            "title": "  Shipped ", "description": "Done.", "status": "completed", "priority": "low", "category": " release ",
            "labels": [" b ", "a", "b"], "assignee_id": admin.user_id, "due_date": "2031-05-06T09:08:09.123456+02:00",
        });
        let changed = admin.put(task.path(), sent).await.json();
        assert_eq!(changed["title"], "Shipped");
        assert_eq!(changed["description"], "Done.");
        assert_eq!((&changed["status"], &changed["completed"]), (&json!("completed"), &json!(true)));
        assert_eq!(changed["priority"], "low");
        assert_eq!(changed["category"], "release");
        assert_eq!(changed["labels"], json!(["b", "a"]));
        assert_eq!(changed["assignee_id"], json!(admin.user_id));
        assert_eq!(changed["due_date"], "2031-05-06T07:08:09.123456Z");
        assert_eq!(admin.get(task.path()).await.json(), changed);
    }

    async fn a_refused_change_names_every_mistake_and_changes_nothing(app) {
        let admin = app.organization("acme").await.admin();
        let task = complete_in_every_field(&admin).await;
        let sent = json!({
            "title": " \n", "description": "é".repeat(10_001), "priority": null, "category": " ", "labels": ["fine", ""],
            "due_date": "9999-12-31T00:00:00Z",
        });
        for method in [Method::PUT, Method::PATCH] {
            let answer = change(&admin, &method, task.path(), sent.clone()).await;
            assert_eq!(
                answer.mistakes(),
                "422 validation_failed /title empty /description too_long /priority null /category empty \
                 /due_date out_of_range /labels/1 empty",
            );
            let answer = change(&admin, &method, task.path(), json!({"title": "x", "assignee_id": "user_nobody"})).await;
            assert_eq!(answer.mistakes(), "422 validation_failed /assignee_id not_a_member");
            for field in ["id", "org_id", "created_by", "updated_at", "completed_at", "version", "colour"] {
                let answer = change(&admin, &method, task.path(), json!({"title": "x", field: "x"})).await;
                assert_eq!(answer.mistakes(), format!("422 validation_failed /{field} unknown_field"));
            }
            let answer = admin.request(method.clone(), task.path(), Some("{".into())).await;
            assert_eq!(answer.summary(), "400 json_malformed");
        }
        let unchanged = admin.get(task.path()).await;
        assert_eq!((unchanged.json(), unchanged.header("etag")), (task.body.clone(), Some(task.etag.as_str())));
    }

    async fn completed_is_another_word_for_status(app) {
        let admin = app.organization("acme").await.admin();
        for method in [Method::PUT, Method::PATCH] {
            for (before, sent, after) in [
                ("pending", json!({"completed": true}), "completed"),
                ("started", json!({"completed": true}), "completed"),
                ("completed", json!({"completed": true}), "completed"),
                ("completed", json!({"completed": false}), "pending"),
                ("started", json!({"completed": false}), "started"),
                ("pending", json!({"completed": false}), "pending"),
                ("pending", json!({"completed": true, "status": "completed"}), "completed"),
                ("completed", json!({"completed": false, "status": "started"}), "started"),
            ] {
                let task = admin.create(json!({"title": "Ship it", "status": before})).await;
                let changed = change(&admin, &method, task.path(), sent.clone()).await.json();
                assert_eq!(changed["status"], after, "{before}, then {method} {sent}");
                assert_eq!(changed["completed"], json!(after == "completed"));
                assert_eq!(changed["completed_at"].is_null(), after != "completed");
            }
            for sent in [
                json!({"completed": true, "status": "pending"}),
                json!({"completed": true, "status": "started"}),
                json!({"completed": false, "status": "completed"}),
            ] {
                let task = admin.create_task("Ship it").await;
                let answer = change(&admin, &method, task.path(), sent).await;
                assert_eq!(answer.mistakes(), "422 validation_failed /completed contradiction");
                assert_eq!(admin.get(task.path()).await.json(), task.body);
            }
        }
    }

    async fn new_labels_are_the_ones_a_task_is_found_by(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "labels": ["a", "b"]})).await;
        admin.patch(task.path(), json!({"labels": ["b", "c"]})).await;
        assert!(found(&admin, "label=a").await.is_empty());
        assert_eq!(found(&admin, "label=b").await, ["Ship it"]);
        assert_eq!(found(&admin, "label=c").await, ["Ship it"]);
        admin.patch(task.path(), json!({"title": "Shipped"})).await;
        assert_eq!(found(&admin, "label=c").await, ["Shipped"], "a change of something else keeps the labels");
        admin.patch(task.path(), json!({"labels": null})).await;
        assert!(found(&admin, "label=b,c").await.is_empty());
    }

    async fn a_refused_change_leaves_the_labels_a_task_is_found_by(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "labels": ["a"]})).await;
        let late = admin.clone().header("if-match", "\"v9\"");
        assert_eq!(late.patch(task.path(), json!({"labels": ["b"]})).await.summary(), "412 precondition_failed");
        let refused = admin.patch(task.path(), json!({"labels": ["b"], "assignee_id": "user_nobody"})).await;
        assert_eq!(refused.summary(), "422 validation_failed");
        assert_eq!(found(&admin, "label=a").await, ["Ship it"]);
        assert!(found(&admin, "label=b").await.is_empty());
    }

    async fn a_new_title_is_the_one_a_task_is_found_and_sorted_by(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Alpha", "description": "first"})).await;
        admin.create_task("Beta").await;
        admin.patch(task.path(), json!({"title": "GAMMA", "description": "LAST"})).await;
        assert!(found(&admin, "search=alpha").await.is_empty());
        assert!(found(&admin, "search=first").await.is_empty());
        assert_eq!(found(&admin, "search=gamma").await, ["GAMMA"]);
        assert_eq!(found(&admin, "search=last").await, ["GAMMA"]);
        assert_eq!(titles(&admin, "sort_by=title&sort_order=asc").await, ["Beta", "GAMMA"]);
        admin.patch(task.path(), json!({"description": null})).await;
        assert!(found(&admin, "search=last").await.is_empty());
    }

    async fn a_deleted_task_is_gone(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "labels": ["a"]})).await;
        let kept = admin.create(json!({"title": "Keep it", "labels": ["a"]})).await;
        let answer = admin.delete(task.path()).await;
        assert_eq!((answer.summary().as_str(), answer.body.len()), ("204", 0));
        assert_eq!(admin.get(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(admin.delete(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(found(&admin, "label=a").await, ["Keep it"]);
        assert_eq!(admin.get(kept.path()).await.json(), kept.body);
    }

    async fn a_task_that_is_not_there_is_not_made_by_a_change(app) {
        let admin = app.organization("acme").await.admin();
        let path = "/api/tasks/0199aaaa-0000-7000-8000-000000000000";
        let complete = format!("{path}/complete");
        assert_eq!(admin.get(path).await.summary(), "404 task_not_found");
        for body in [json!({}), json!({"title": "Ours"}), json!({"labels": ["a"]})] {
            assert_eq!(admin.put(path, body.clone()).await.summary(), "404 task_not_found", "{body}");
            assert_eq!(admin.patch(path, body).await.summary(), "404 task_not_found");
        }
        assert_eq!(admin.delete(path).await.summary(), "404 task_not_found");
        assert_eq!(admin.request(Method::PATCH, &complete, None).await.summary(), "404 task_not_found");
        for completed in [true, false] {
            assert_eq!(admin.patch(&complete, json!({"completed": completed})).await.summary(), "404 task_not_found");
        }
        assert!(admin.get("/api/tasks").await.list().is_empty());
    }

    async fn a_malformed_id_is_unacceptable(app) {
        let admin = app.organization("acme").await.admin();
        for id in ["1", "me", "0199aaaa-0000-7000-8000-00000000000", "0199aaaa-0000-7000-8000-00000000000g", "%20", "null"] {
            let path = format!("/api/tasks/{id}");
            let expected = "422 validation_failed id invalid_value";
            assert_eq!(admin.get(&path).await.mistakes(), expected, "{id}");
            assert_eq!(admin.put(&path, json!({"title": "x"})).await.mistakes(), expected, "{id}");
            assert_eq!(admin.patch(&path, json!({"title": "x"})).await.mistakes(), expected, "{id}");
            assert_eq!(admin.delete(&path).await.mistakes(), expected, "{id}");
            let toggled = admin.request(Method::PATCH, format!("{path}/complete"), None).await;
            assert_eq!(toggled.mistakes(), expected, "{id}");
        }
    }

    async fn a_method_that_an_address_lacks_is_not_allowed(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let complete = format!("{}/complete", task.path());
        for (method, path, allowed) in [
            (Method::POST, task.path(), "PATCH"),
            (Method::DELETE, "/api/tasks".into(), "POST"),
            (Method::PUT, "/api/tasks".into(), "GET"),
            (Method::POST, complete.clone(), "PATCH"),
            (Method::GET, complete, "PATCH"),
        ] {
            let answer = admin.request(method.clone(), &path, None).await;
            assert_eq!(answer.summary(), "405 method_not_allowed", "{method} {path}");
            let allow = answer.header("allow").unwrap_or_default();
            assert!(allow.contains(allowed), "{method} {path} says Allow: {allow}");
        }
    }
}
