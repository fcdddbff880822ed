//! `/api/{user_id}/tasks`: the caller's own tasks, for clients that put the person in the path.

use axum::http::Method;
use serde_json::json;

use super::{each, pages};
use crate::support::{Caller, TestApp};

/// An admin and another who may do everything with tasks, each with a task of their own.
async fn two_people(app: &TestApp) -> (Caller, String, Caller, String) {
    let acme = app.organization("acme").await;
    let ann = acme.admin();
    let bob = acme.member_with(&["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"]).await;
    let of_ann = ann.create_task("Ann's").await.id;
    let of_bob = bob.create_task("Bob's").await.id;
    (ann, of_ann, bob, of_bob)
}

on_both_databases! {
    async fn the_callers_own_tasks_are_served_there(app) {
        let (ann, of_ann, bob, _) = two_people(&app).await;
        let base = format!("/api/{}/tasks", ann.user_id);
        let one = format!("{base}/{of_ann}");
        assert_eq!(ann.get(&base).await.each("title"), ["Ann's"]);
        assert_eq!(ann.get(&one).await.json(), ann.get(format!("/api/tasks/{of_ann}")).await.json());
        assert_eq!(ann.put(&one, json!({"priority": "high"})).await.json()["priority"], "high");
        assert_eq!(ann.patch(&one, json!({"title": "Ann's own"})).await.header("etag"), Some("\"v3\""));
        assert_eq!(ann.request(Method::PATCH, format!("{one}/complete"), None).await.json()["completed"], true);
        let late = ann.clone().header("if-match", "\"v1\"");
        assert_eq!(late.delete(&one).await.summary(), "412 precondition_failed");
        let known = ann.clone().header("if-none-match", "\"v4\"");
        assert_eq!(known.get(&one).await.summary(), "304");
        assert_eq!(ann.delete(&one).await.summary(), "204");
        assert!(ann.get(&base).await.list().is_empty());
        assert_eq!(bob.get("/api/tasks").await.each("title"), ["Bob's"]);
    }

    async fn a_task_created_there_says_where_it_is(app) {
        let ann = app.organization("acme").await.admin();
        let base = format!("/api/{}/tasks", ann.user_id);
        let answer = ann.post(&base, json!({"title": "Ship it"})).await;
        assert_eq!(answer.summary(), "201");
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let address = format!("{base}/{id}");
        assert_eq!((answer.header("location"), answer.header("etag")), (Some(address.as_str()), Some("\"v1\"")));
        assert_eq!(ann.get(address).await.json(), answer.json());
        assert_eq!(ann.get("/api/tasks").await.list(), [answer.json()], "it is the same task in the organization's list");
    }

    async fn another_persons_address_is_forbidden(app) {
        let (ann, of_ann, bob, of_bob) = two_people(&app).await;
        for person in [ann.user_id.as_str(), "user_nobody", "me", "%20"] {
            let base = format!("/api/{person}/tasks");
            for id in [&of_ann, &of_bob] {
                let one = format!("{base}/{id}");
                assert_eq!(bob.get(&one).await.summary(), "403 other_person");
                assert_eq!(bob.put(&one, json!({"title": "Mine"})).await.summary(), "403 other_person");
                assert_eq!(bob.patch(&one, json!({"title": "Mine"})).await.summary(), "403 other_person");
                assert_eq!(bob.delete(&one).await.summary(), "403 other_person");
                let toggled = bob.request(Method::PATCH, format!("{one}/complete"), None).await;
                assert_eq!(toggled.summary(), "403 other_person");
            }
            assert_eq!(bob.get(&base).await.summary(), "403 other_person");
            assert_eq!(bob.post(&base, json!({"title": "Mine"})).await.summary(), "403 other_person");
            assert_eq!(bob.get(format!("/api/{person}/stats")).await.summary(), "403 other_person");
        }
        assert_eq!(ann.get("/api/tasks?sort_order=asc").await.each("title"), ["Ann's", "Bob's"]);
        assert_eq!(ann.get(format!("/api/tasks/{of_ann}")).await.header("etag"), Some("\"v1\""));
    }

    async fn a_colleagues_task_is_not_found_under_ones_own_name(app) {
        let (ann, of_ann, bob, _) = two_people(&app).await;
        let one = format!("/api/{}/tasks/{of_ann}", bob.user_id);
        assert_eq!(bob.get(&one).await.summary(), "404 task_not_found");
        assert_eq!(bob.put(&one, json!({"title": "Mine"})).await.summary(), "404 task_not_found");
        assert_eq!(bob.patch(&one, json!({})).await.summary(), "404 task_not_found");
        assert_eq!(bob.patch(&one, json!({"labels": ["mine"]})).await.summary(), "404 task_not_found");
        assert_eq!(bob.delete(&one).await.summary(), "404 task_not_found");
        assert_eq!(bob.request(Method::PATCH, format!("{one}/complete"), None).await.summary(), "404 task_not_found");
        assert_eq!(bob.clone().header("if-match", "*").delete(&one).await.summary(), "404 task_not_found");
        let untouched = ann.get(format!("/api/tasks/{of_ann}")).await;
        assert_eq!((untouched.header("etag"), untouched.json()["labels"].clone()), (Some("\"v1\""), json!([])));
        assert_eq!(bob.get(format!("/api/tasks/{of_ann}")).await.summary(), "200", "in the organization's list it is");
    }

    async fn what_counts_is_who_created_a_task_not_who_is_to_do_it(app) {
        let (ann, of_ann, bob, _) = two_people(&app).await;
        let bobs = format!("/api/{}/tasks", bob.user_id);
        bob.patch(format!("/api/tasks/{of_ann}"), json!({"assignee_id": bob.user_id})).await;
        assert_eq!(bob.get(&bobs).await.each("title"), ["Bob's"]);
        assert!(bob.get(format!("{bobs}?assignee=me")).await.list().is_empty());
        assert!(bob.get(format!("{bobs}?created_by={}", ann.user_id)).await.list().is_empty());
        assert_eq!(bob.get("/api/tasks?assignee=me").await.each("title"), ["Ann's"]);
    }

    async fn the_pages_and_numbers_are_of_the_callers_own_tasks(app) {
        let (ann, _, bob, _) = two_people(&app).await;
        for title in ["b", "a", "c"] {
            bob.create(json!({"title": title, "priority": "high", "due_date": "2020-01-01T00:00:00Z"})).await;
            ann.create_task(title).await;
        }
        let first = format!("/api/{}/tasks?sort_by=title&sort_order=asc&limit=2&count=exact", bob.user_id);
        let pages = pages(&bob, &first).await;
        assert_eq!(each(&pages, "title"), ["a", "b", "Bob's", "c"]);
        assert!(pages.iter().all(|page| page.header("x-total-count") == Some("4")));
        let next = pages[0].next().unwrap();
        assert!(next.starts_with(&format!("/api/{}/tasks?", bob.user_id)), "{next} leaves the person's list");
        let numbers = bob.get(format!("/api/{}/stats", bob.user_id)).await;
        let expected = json!({
            "total": 4, "pending": 4, "started": 0, "completed": 0, "overdue": 3, "by_priority": {"low": 0, "medium": 1, "high": 3},
        });
        assert_eq!((numbers.summary().as_str(), numbers.json()), ("200", expected));
    }

    async fn the_active_organization_still_decides_which(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let here = acme.admin();
        let there = rival.add(&here.user_id, "org:admin").await;
        let task = here.create_task("at acme").await;
        let base = format!("/api/{}/tasks", here.user_id);
        assert!(there.get(&base).await.list().is_empty());
        assert_eq!(there.get(format!("{base}/{}", task.id)).await.summary(), "404 task_not_found");
        assert_eq!(there.delete(format!("{base}/{}", task.id)).await.summary(), "404 task_not_found");
        assert_eq!(there.get(format!("/api/{}/stats", here.user_id)).await.json()["total"], 0);
        assert_eq!(here.get(&base).await.each("title"), ["at acme"]);
    }

    async fn the_same_permissions_are_needed(app) {
        let viewer = app.organization("acme").await.member_with(&["org:tasks:view"]).await;
        let base = format!("/api/{}/tasks", viewer.user_id);
        let one = format!("{base}/0199aaaa-0000-7000-8000-000000000000");
        assert_eq!(viewer.get(&base).await.summary(), "200");
        assert_eq!(viewer.get(format!("/api/{}/stats", viewer.user_id)).await.summary(), "200");
        for (method, path, permission) in [
            (Method::POST, base, "org:tasks:create"),
            (Method::PUT, one.clone(), "org:tasks:edit"),
            (Method::PATCH, one.clone(), "org:tasks:edit"),
            (Method::PATCH, format!("{one}/complete"), "org:tasks:edit"),
            (Method::DELETE, one, "org:tasks:delete"),
        ] {
            let answer = viewer.request(method.clone(), &path, Some(b"{}".to_vec())).await;
            assert_eq!(answer.summary(), "403 permission_missing", "{method} {path}");
            assert_eq!(answer.json()["permission"], permission);
        }
    }
}
