//! A deleted task is in the trash and nowhere else, until it is restored.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use clerk_emulator::TokenRequest;
use serde_json::{Value, json};

use super::{each, found, pages, restore, without};
use crate::support::{Caller, Setup, TaskRef, new_user};

/// A task that every filter finds, and another beside it.
async fn two_tasks(admin: &Caller) -> TaskRef {
    admin.create_task("Stays").await;
    let body = json!({
        "title": "Ship it", "description": "needle", "labels": ["a"], "category": "red", "priority": "high",
        "status": "started", "assignee_id": admin.user_id, "due_date": "2020-01-01T00:00:00Z",
    });
    admin.create(body).await
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

on_both_databases! {
    async fn a_deleted_task_is_in_no_list_and_no_number(app) {
        let admin = app.organization("acme").await.admin();
        let task = two_tasks(&admin).await;
        assert_eq!(admin.delete(task.path()).await.summary(), "204");
        for query in [
            "", "label=a,b", "category=red", "priority=high", "status=started", "assignee=me", "search=needle",
            "due_before=2031-01-01T00:00:00Z", "created_by=me", "sort_by=due_date&sort_order=asc", "sort_by=title",
        ] {
            for base in ["/api/tasks".to_owned(), format!("/api/{}/tasks", admin.user_id)] {
                let answer = admin.get(format!("{base}?count=exact&{query}")).await;
                let rest: Vec<String> = answer.each("title").into_iter().filter(|title| title != "Stays").collect();
                assert!(rest.is_empty(), "{base}?{query} shows what is in the trash");
                let count = answer.list().len().to_string();
                assert_eq!(answer.header("x-total-count"), Some(count.as_str()), "{query} counts what is in the trash");
            }
        }
        for path in ["/api/tasks/stats".to_owned(), format!("/api/{}/stats", admin.user_id)] {
            let numbers = admin.get(path).await.json();
            assert_eq!((&numbers["total"], &numbers["overdue"], &numbers["started"]), (&json!(1), &json!(0), &json!(0)));
        }
        assert_eq!(admin.get("/api/organization").await.json()["usage"]["tasks"], 1);
    }

    async fn a_deleted_task_is_not_found_by_any_other_address(app) {
        let admin = app.organization("acme").await.admin();
        let task = two_tasks(&admin).await;
        let said = admin.post(format!("{}/comments", task.path()), json!({"body": "Done"})).await;
        let comment = said.header("location").unwrap().to_owned();
        admin.delete(task.path()).await;
        for one in [task.path(), format!("/api/{}/tasks/{}", admin.user_id, task.id)] {
            for (name, value) in [("x-request-id", "plain"), ("if-match", "*"), ("if-match", "\"v1\""), ("if-match", "\"v2\"")] {
                let caller = admin.clone().header(name, value);
                for (method, path, body) in [
                    (Method::GET, one.clone(), None),
                    (Method::PUT, one.clone(), Some(json!({"title": "Back"}))),
                    (Method::PATCH, one.clone(), Some(json!({}))),
                    (Method::PATCH, one.clone(), Some(json!({"labels": ["b"], "assignee_id": admin.user_id}))),
                    (Method::PATCH, format!("{one}/complete"), None),
                    (Method::DELETE, one.clone(), None),
                ] {
                    let body = body.map(|body| body.to_string().into_bytes());
                    let answer = caller.request(method.clone(), &path, body).await;
                    assert_eq!(answer.summary(), "404 task_not_found", "{method} {path} with {name}: {value}");
                }
            }
        }
        for (method, path, body) in [
            (Method::GET, format!("{}/comments", task.path()), None),
            (Method::POST, format!("{}/comments", task.path()), Some(json!({"body": "More"}))),
            (Method::GET, comment.clone(), None),
            (Method::PATCH, comment.clone(), Some(json!({"body": "Other"}))),
            (Method::DELETE, comment.clone(), None),
        ] {
            let body = body.map(|body| body.to_string().into_bytes());
            let answer = admin.request(method.clone(), &path, body).await;
            assert_eq!(answer.summary(), "404 task_not_found", "{method} {path}");
        }
        restore(&admin, &task.id).await;
        assert_eq!(admin.get(comment).await.json(), said.json(), "what was refused changed something");
    }

    async fn the_trash_says_who_deleted_it_when_and_until_when_it_can_be_restored(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = two_tasks(&admin).await;
        let other = acme.member("org:admin").await;
        let before = Utc::now();
        other.delete(task.path()).await;
        let list = admin.get("/api/tasks/trash").await.list();
        assert_eq!(list.len(), 1);
        assert_eq!(without(&list[0], &["deleted_at", "deleted_by", "purge_at"]), task.body);
        assert_eq!(list[0]["deleted_by"], json!(other.user_id));
        let (deleted, purge) = (time(&list[0]["deleted_at"]), time(&list[0]["purge_at"]));
        assert!((before - TimeDelta::milliseconds(1)..=Utc::now()).contains(&deleted));
        assert_eq!(purge - deleted, TimeDelta::days(30));
        let one = admin.get(format!("/api/tasks/trash/{}", task.id)).await;
        assert_eq!((one.json(), one.header("etag")), (list[0].clone(), Some("\"v2\"")));
        let known = admin.clone().header("if-none-match", "\"v2\"");
        assert_eq!(known.get(format!("/api/tasks/trash/{}", task.id)).await.summary(), "304");
    }

    async fn a_restored_task_is_as_it_was_under_a_version_of_its_own(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = two_tasks(&admin).await;
        let said = admin.post(format!("{}/comments", task.path()), json!({"body": "Done"})).await.json();
        let other = acme.member("org:admin").await;
        admin.delete(task.path()).await;
        let answer = restore(&other, &task.id).await;
        assert_eq!((answer.summary().as_str(), answer.header("etag")), ("200", Some("\"v3\"")));
        let changed = ["updated_at", "updated_by"];
        assert_eq!(without(&answer.json(), &changed), without(&task.body, &changed));
        assert_eq!(answer.json()["updated_by"], json!(other.user_id));
        assert_eq!(admin.get(task.path()).await.json(), answer.json());
        assert_eq!(found(&admin, "label=a&search=needle&assignee=me").await, ["Ship it"]);
        assert_eq!(admin.get(format!("{}/comments", task.path())).await.list(), [said]);
        assert!(admin.get("/api/tasks/trash").await.list().is_empty());
        for old in [task.etag.as_str(), "\"v2\""] {
            let late = admin.clone().header("if-match", old);
            assert_eq!(late.patch(task.path(), json!({"title": "Late"})).await.summary(), "412 precondition_failed");
            assert_eq!(late.delete(task.path()).await.summary(), "412 precondition_failed");
        }
        assert_eq!(restore(&admin, &task.id).await.summary(), "404 task_not_in_trash", "it is not there any more");
    }

    async fn a_restore_under_a_key_is_done_once(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        admin.delete(task.path()).await;
        let keyed = admin.clone().header("idempotency-key", "back");
        let first = restore(&keyed, &task.id).await;
        let again = restore(&keyed, &task.id).await;
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
        assert_eq!((&again.body, again.header("etag")), (&first.body, Some("\"v3\"")));
        let refused = keyed.post(format!("{}/restore", task.path()), json!({"title": "no"})).await;
        assert!(refused.summary().starts_with("422"), "{}", refused.summary());
        assert_eq!(admin.post(format!("{}/restore", task.path()), json!({})).await.summary(), "404 task_not_in_trash");
    }

    async fn the_trash_has_pages_the_latest_to_be_deleted_first(app) {
        let admin = app.organization("acme").await.admin();
        let mut tasks = Vec::new();
        for title in ["a", "b", "c", "d", "e"] {
            tasks.push(admin.create_task(title).await);
        }
        for index in [3, 0, 4, 1, 2] {
            admin.delete(tasks[index].path()).await;
        }
        let walked = pages(&admin, "/api/tasks/trash?limit=2&count=exact").await;
        assert_eq!(each(&walked, "title"), ["c", "b", "e", "a", "d"]);
        assert!(walked.iter().all(|page| page.header("x-total-count") == Some("5")));
        assert_eq!(admin.get("/api/tasks/trash?limit=2&offset=3").await.each("title"), ["a", "d"]);
        let foreign = admin.get("/api/tasks/trash?limit=1").await.next().unwrap().replace("/trash?", "?");
        assert_eq!(admin.get(foreign).await.mistakes(), "422 validation_failed cursor contradiction");
        assert_eq!(admin.get("/api/tasks/trash?status=pending").await.mistakes(), "422 validation_failed status unknown_parameter");
    }

    async fn who_may_delete_may_restore_and_the_trash_is_for_those_who_also_see_tasks(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        let deleter = acme.member_with(&["org:tasks:delete"]).await;
        let editor = acme.member_with(&["org:tasks:view", "org:tasks:create", "org:tasks:edit"]).await;
        assert_eq!(deleter.delete(task.path()).await.summary(), "204");
        for (caller, lacks) in [(&deleter, "org:tasks:view"), (&editor, "org:tasks:delete")] {
            for path in ["/api/tasks/trash".to_owned(), format!("/api/tasks/trash/{}", task.id)] {
                let answer = caller.get(path).await;
                assert_eq!((answer.summary().as_str(), &answer.json()["permission"]), ("403 permission_missing", &json!(lacks)));
            }
        }
        assert_eq!(restore(&editor, &task.id).await.summary(), "403 permission_missing");
        assert_eq!(restore(&deleter, &task.id).await.summary(), "200");
    }

    async fn who_leaves_gives_back_what_is_in_the_trash_too(app) {
        let acme = app.organization("acme").await;
        let (admin, leaves, stays) = (acme.admin(), acme.member("org:member").await, acme.member("org:member").await);
        let of = async |person: &Caller| {
            let task = admin.create(json!({"title": "Ship it", "assignee_id": person.user_id})).await;
            admin.delete(task.path()).await;
            task
        };
        let (theirs, others) = (of(&leaves).await, of(&stays).await);
        app.clerk.remove_member(&acme.id, &leaves.user_id).unwrap();
        app.deliver_webhooks().await;
        app.run_jobs().await;
        assert_eq!(restore(&admin, &theirs.id).await.json()["assignee_id"], Value::Null);
        assert_eq!(restore(&admin, &others.id).await.json()["assignee_id"], json!(stays.user_id));
        assert!(admin.get(format!("/api/tasks?assignee={}", leaves.user_id)).await.list().is_empty());
    }

    async fn another_organizations_trash_does_not_exist(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        admin.delete(task.path()).await;
        let rival = app.organization("rival").await.admin();
        assert!(rival.get("/api/tasks/trash").await.list().is_empty());
        assert_eq!(restore(&rival, &task.id).await.summary(), "404 task_not_in_trash");
        assert_eq!(rival.get(format!("/api/tasks/trash/{}", task.id)).await.summary(), "404 task_not_in_trash");
        assert_eq!(rival.delete(format!("/api/tasks/trash/{}", task.id)).await.summary(), "404 task_not_in_trash");
        assert_eq!(restore(&admin, &task.id).await.summary(), "200");
    }

    async fn a_workspace_of_ones_own_has_a_trash(app) {
        let app = app.another_instance(&Setup { personal_workspaces: true, ..Setup::default() }).await;
        let user = new_user(&app, "ann");
        let ann = app.bearer(app.clerk.session_token(TokenRequest::for_user(&user)).unwrap());
        let task = ann.create_task("Mine").await;
        assert_eq!(ann.delete(format!("/api/{user}/tasks/{}", task.id)).await.summary(), "204");
        assert_eq!(ann.get("/api/tasks/trash").await.each("title"), ["Mine"]);
        assert_eq!(restore(&ann, &task.id).await.summary(), "200");
    }
}
