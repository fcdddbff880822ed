//! Entity tags, `If-Match` on every write and `If-None-Match` on reading.

use axum::http::Method;
use serde_json::{Value, json};

use super::found;
use crate::support::{Answer, Caller, TaskRef};

/// Every write to one task.
const WRITES: [&str; 5] = ["PUT", "PATCH", "PATCH labels", "PATCH complete", "DELETE"];

/// Does a write under a condition.
async fn write(caller: &Caller, task: &TaskRef, what: &str, if_match: &str) -> Answer {
    let caller = caller.clone().header("if-match", if_match);
    match what {
        "PUT" => caller.put(task.path(), json!({"title": "Changed"})).await,
        "PATCH" => caller.patch(task.path(), json!({"title": "Changed"})).await,
        "PATCH labels" => caller.patch(task.path(), json!({"labels": ["changed"]})).await,
        "PATCH complete" => caller.request(Method::PATCH, format!("{}/complete", task.path()), None).await,
        _ => caller.delete(task.path()).await,
    }
}

/// A task in its second version.
async fn changed_once(caller: &Caller) -> (TaskRef, Value) {
    let task = caller.create(json!({"title": "Ship it", "labels": ["first"]})).await;
    let body = caller.patch(task.path(), json!({"description": "Soon."})).await.json();
    (task, body)
}

on_both_databases! {
    async fn a_write_under_an_old_version_is_refused_with_the_current_one(app) {
        let admin = app.organization("acme").await.admin();
        let (task, body) = changed_once(&admin).await;
        for what in WRITES {
            for old in ["\"v1\"", "\"v3\"", "W/\"v2\"", "\"v02\"", "\"2\"", "\"\"", "\"other\"", "\"v1\", W/\"v2\""] {
                let answer = write(&admin, &task, what, old).await;
                assert_eq!(answer.summary(), "412 precondition_failed", "{what} under {old}");
                assert_eq!(answer.header("etag"), Some("\"v2\""), "a 412 carries the version to read or retry with");
            }
            let stored = admin.get(task.path()).await;
            assert_eq!((stored.json(), stored.header("etag")), (body.clone(), Some("\"v2\"")), "{what} changed something");
        }
        assert_eq!(found(&admin, "label=first").await, ["Ship it"]);
    }

    async fn a_write_under_the_current_version_is_done(app) {
        let admin = app.organization("acme").await.admin();
        for what in WRITES {
            for current in ["\"v2\"", "*", "\"v1\", \"v2\"", "\"other\",\"v2\" , W/\"v7\""] {
                let (task, _) = changed_once(&admin).await;
                let answer = write(&admin, &task, what, current).await;
                if what == "DELETE" {
                    assert_eq!(answer.summary(), "204", "{what} under {current}");
                } else {
                    assert_eq!(answer.summary(), "200", "{what} under {current}");
                    assert_eq!(answer.header("etag"), Some("\"v3\""), "{what} under {current}");
                }
            }
        }
    }

    async fn a_write_under_no_version_wins(app) {
        let admin = app.organization("acme").await.admin();
        let (task, _) = changed_once(&admin).await;
        assert_eq!(admin.patch(task.path(), json!({"title": "Changed"})).await.header("etag"), Some("\"v3\""));
        assert_eq!(admin.delete(task.path()).await.summary(), "204");
    }

    async fn a_condition_that_cannot_be_read_is_malformed(app) {
        let admin = app.organization("acme").await.admin();
        let (task, body) = changed_once(&admin).await;
        for bad in ["v2", "\"v2", "2", "", "\"v2\" \"v3\"", "w/\"v2\"", "\u{fc}"] {
            for what in WRITES {
                assert_eq!(write(&admin, &task, what, bad).await.summary(), "400 etag_malformed", "{what} under {bad}");
            }
            let reader = admin.clone().header("if-none-match", bad);
            assert_eq!(reader.get(task.path()).await.summary(), "400 etag_malformed", "GET unless {bad}");
        }
        assert_eq!(admin.get(task.path()).await.json(), body);
    }

    async fn a_task_that_is_not_there_is_404_under_any_condition(app) {
        let admin = app.organization("acme").await.admin();
        let (task, _) = changed_once(&admin).await;
        admin.delete(task.path()).await;
        for what in WRITES {
            for condition in ["*", "\"v2\""] {
                assert_eq!(write(&admin, &task, what, condition).await.summary(), "404 task_not_found", "{what}");
            }
        }
        let known = admin.header("if-none-match", "\"v2\"");
        assert_eq!(known.get(task.path()).await.summary(), "404 task_not_found");
    }

    async fn a_write_that_changes_nothing_still_keeps_to_the_condition(app) {
        let admin = app.organization("acme").await.admin();
        let (task, _) = changed_once(&admin).await;
        let (late, current) = (admin.clone().header("if-match", "\"v1\""), admin.clone().header("if-match", "\"v2\""));
        let complete = format!("{}/complete", task.path());
        assert_eq!(late.patch(task.path(), json!({})).await.summary(), "412 precondition_failed");
        assert_eq!(late.put(task.path(), json!({})).await.summary(), "412 precondition_failed");
        assert_eq!(late.patch(&complete, json!({"completed": false})).await.summary(), "412 precondition_failed");
        assert_eq!(current.patch(task.path(), json!({})).await.header("etag"), Some("\"v2\""));
        assert_eq!(current.patch(&complete, json!({"completed": false})).await.header("etag"), Some("\"v2\""));
        assert_eq!(late.patch(&complete, json!({"completed": true})).await.summary(), "412 precondition_failed");
        assert_eq!(current.patch(&complete, json!({"completed": true})).await.header("etag"), Some("\"v3\""));
    }

    async fn a_reader_who_has_this_version_gets_304(app) {
        let admin = app.organization("acme").await.admin();
        let (task, body) = changed_once(&admin).await;
        for known in ["\"v2\"", "W/\"v2\"", "\"v1\", \"v2\"", "*"] {
            let answer = admin.clone().header("if-none-match", known).get(task.path()).await;
            assert_eq!((answer.summary().as_str(), answer.body.len()), ("304", 0), "{known}");
            assert_eq!(answer.header("etag"), Some("\"v2\""), "a 304 carries the ETag (RFC 9110 section 15.4.5)");
            assert_eq!(answer.header("content-type"), None, "a 304 has no content to describe");
        }
        for other in ["\"v1\"", "\"v3\", W/\"v1\"", "\"\""] {
            let answer = admin.clone().header("if-none-match", other).get(task.path()).await;
            assert_eq!((answer.summary().as_str(), answer.json()), ("200", body.clone()), "{other}");
        }
    }

    async fn every_change_makes_another_version(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        assert_eq!(task.etag, "\"v1\"");
        let mut tag = task.etag.clone();
        for (index, what) in ["PUT", "PATCH", "PATCH labels", "PATCH complete"].into_iter().enumerate() {
            let answer = write(&admin, &task, what, &tag).await;
            tag = answer.header("etag").unwrap().to_owned();
            assert_eq!(tag, format!("\"v{}\"", index + 2), "{what}");
            assert_eq!(admin.get(task.path()).await.header("etag"), Some(tag.as_str()));
        }
    }
}
