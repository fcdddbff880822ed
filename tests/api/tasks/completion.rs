//! `PATCH /api/tasks/{id}/complete`, and how `status`, `completed` and `completed_at` stay in step.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TaskRef};

async fn toggle(caller: &Caller, task: &TaskRef) -> Answer {
    let answer = caller.request(Method::PATCH, format!("{}/complete", task.path()), None).await;
    assert_eq!(answer.summary(), "200");
    answer
}

async fn set(caller: &Caller, task: &TaskRef, completed: bool) -> Answer {
    let answer = caller.patch(format!("{}/complete", task.path()), json!({"completed": completed})).await;
    assert_eq!(answer.summary(), "200");
    answer
}

fn status(task: &Value) -> &str {
    let status = task["status"].as_str().unwrap();
    assert_eq!(task["completed"], json!(status == "completed"), "completed is out of step: {task}");
    assert_eq!(task["completed_at"].is_null(), status != "completed", "completed_at is out of step: {task}");
    status
}

on_both_databases! {
    async fn without_a_body_it_toggles(app) {
        let admin = app.organization("acme").await.admin();
        for (before, first, second) in [
            ("pending", "completed", "pending"),
            ("started", "completed", "pending"),
            ("completed", "pending", "completed"),
        ] {
            let task = admin.create(json!({"title": "Ship it", "status": before})).await;
            let once = toggle(&admin, &task).await;
            assert_eq!((status(&once.json()), once.header("etag")), (first, Some("\"v2\"")));
            let twice = toggle(&admin, &task).await;
            assert_eq!((status(&twice.json()), twice.header("etag")), (second, Some("\"v3\"")));
            assert_eq!(admin.get(task.path()).await.json(), twice.json());
        }
    }

    async fn with_a_body_it_sets_however_often(app) {
        let admin = app.organization("acme").await.admin();
        for (before, completed, after) in [
            ("pending", true, "completed"),
            ("started", true, "completed"),
            ("completed", true, "completed"),
            ("completed", false, "pending"),
            ("started", false, "started"),
            ("pending", false, "pending"),
        ] {
            let task = admin.create(json!({"title": "Ship it", "status": before})).await;
            let once = set(&admin, &task, completed).await;
            assert_eq!(status(&once.json()), after, "{before}, then completed: {completed}");
            let twice = set(&admin, &task, completed).await;
            assert_eq!(twice.json(), once.json(), "the second time must change nothing, not even updated_at");
            assert_eq!(twice.header("etag"), once.header("etag"));
            let changed = before != after;
            assert_eq!(once.header("etag") != Some(task.etag.as_str()), changed, "{before}, then completed: {completed}");
        }
    }

    async fn whoever_completes_a_task_is_who_changed_it(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        let editor = acme.member_with(&["org:tasks:edit"]).await;
        let done = set(&editor, &task, true).await.json();
        assert_eq!(done["updated_by"], json!(editor.user_id));
        assert_eq!(done["created_by"], task.body["created_by"]);
        assert!(done["completed_at"].as_str() > task.body["created_at"].as_str());
        let again = set(&acme.admin(), &task, true).await.json();
        assert_eq!(again["updated_by"], json!(editor.user_id), "nothing was changed the second time");
    }

    async fn an_empty_body_toggles_whatever_its_media_type(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let path = format!("{}/complete", task.path());
        for (media_type, after) in [("application/json", "completed"), ("text/plain", "pending")] {
            let answer = admin.clone().header("content-type", media_type).request(Method::PATCH, &path, Some(vec![])).await;
            assert_eq!(status(&answer.json()), after, "an empty body of {media_type}");
        }
    }

    async fn a_body_that_does_not_say_which_changes_nothing(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let path = format!("{}/complete", task.path());
        for (body, answered) in [
            ("{\"completed\": \"yes\"}", "422 validation_failed /completed invalid_type"),
            ("{\"completed\": null}", "422 validation_failed /completed invalid_type"),
            ("{\"completed\": 1}", "422 validation_failed /completed invalid_type"),
            ("{\"done\": true}", "422 validation_failed /done unknown_field"),
            ("{}", "422 validation_failed /completed required"),
            ("null", "422 validation_failed  invalid_type"),
            ("[true]", "422 validation_failed  invalid_type"),
            ("true", "422 validation_failed  invalid_type"),
            ("{", "400 json_malformed"),
        ] {
            let answer = admin.request(Method::PATCH, &path, Some(body.into())).await;
            assert_eq!(answer.mistakes(), answered, "{body}");
        }
        let form = admin.clone().header("content-type", "text/plain");
        let answer = form.request(Method::PATCH, &path, Some("{\"completed\": true}".into())).await;
        assert_eq!(answer.summary(), "415 unsupported_media_type");
        assert_eq!(admin.get(task.path()).await.json(), task.body);
    }

    async fn the_time_of_completion_stays_while_a_task_stays_completed(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "status": "completed"})).await;
        let completed_at = task.body["completed_at"].clone();
        for sent in [
            json!({"status": "completed"}),
            json!({"completed": true}),
            json!({"title": "Shipped"}),
            json!({"status": "completed", "completed": true, "labels": ["a"]}),
        ] {
            let changed = admin.patch(task.path(), sent.clone()).await.json();
            assert_eq!(changed["completed_at"], completed_at, "{sent}");
        }
        let reopened = admin.patch(task.path(), json!({"status": "started"})).await.json();
        assert_eq!(status(&reopened), "started");
        let again = admin.patch(task.path(), json!({"status": "completed"})).await.json();
        assert_eq!(status(&again), "completed");
        assert!(again["completed_at"].as_str() > completed_at.as_str(), "completed anew, at a new time");
    }

    async fn every_way_between_statuses_keeps_them_in_step(app) {
        let admin = app.organization("acme").await.admin();
        let statuses = ["pending", "started", "completed"];
        for (from, to) in statuses.iter().flat_map(|from| statuses.map(|to| (*from, to))) {
            let task = admin.create(json!({"title": "Ship it", "status": from})).await;
            assert_eq!(status(&task.body), from);
            let changed = admin.put(task.path(), json!({"status": to})).await.json();
            assert_eq!(status(&changed), to, "{from} to {to}");
            assert_eq!(admin.get(task.path()).await.json(), changed);
        }
    }
}
