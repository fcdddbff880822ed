//! Another organization's tasks do not exist, whichever way one asks.

use axum::http::Method;
use serde_json::json;

use super::found;
use crate::support::{Caller, TestApp};

/// An admin of acme, and those who must not see acme's tasks though each may do everything in an organization of their own.
async fn insiders_and_outsiders(app: &TestApp) -> (Caller, Vec<Caller>) {
    let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
    let admin = acme.admin();
    // The same person, with the other organization active.
    let elsewhere = rival.add(&admin.user_id, "org:admin").await;
    (admin, vec![rival.admin(), elsewhere])
}

on_both_databases! {
    async fn another_organization_cannot_see_our_task(app) {
        let task = app.organization("acme").await.admin().create_task("Ship it").await;
        let rival = app.organization("rival").await.admin();
        assert_eq!(rival.get(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(rival.patch(task.path(), json!({"title": "Ours"})).await.summary(), "404 task_not_found");
        assert_eq!(rival.delete(task.path()).await.summary(), "404 task_not_found");
        assert!(rival.get("/api/tasks").await.list().is_empty());
    }

    async fn every_route_to_one_task_says_404_and_changes_nothing(app) {
        let (admin, outsiders) = insiders_and_outsiders(&app).await;
        let sent = json!({"title": "Ship it", "labels": ["a"], "status": "started", "due_date": "2031-01-01T00:00:00Z"});
        let task = admin.create(sent).await;
        for outsider in outsiders {
            for base in ["/api/tasks".to_owned(), format!("/api/{}/tasks", outsider.user_id)] {
                let one = format!("{base}/{}", task.id);
                for (name, value) in [("x-request-id", "plain"), ("if-match", "*"), ("if-match", task.etag.as_str())] {
                    let outsider = outsider.clone().header(name, value);
                    for (method, path, body) in [
                        (Method::GET, one.clone(), None),
                        (Method::PUT, one.clone(), Some(json!({"title": "Ours"}))),
                        (Method::PUT, one.clone(), Some(json!({}))),
                        (Method::PATCH, one.clone(), Some(json!({"labels": ["ours"]}))),
                        (Method::PATCH, one.clone(), Some(json!({"assignee_id": outsider.user_id}))),
                        (Method::PATCH, format!("{one}/complete"), None),
                        (Method::PATCH, format!("{one}/complete"), Some(json!({"completed": true}))),
                        (Method::PATCH, format!("{one}/complete"), Some(json!({"completed": false}))),
                        (Method::DELETE, one.clone(), None),
                    ] {
                        let body = body.map(|body| body.to_string().into_bytes());
                        let answer = outsider.request(method.clone(), &path, body).await;
                        assert_eq!(answer.summary(), "404 task_not_found", "{method} {path} with {name}: {value}");
                        assert_eq!(answer.header("etag"), None, "a refusal must not tell the version");
                    }
                }
                for tag in ["*", task.etag.as_str()] {
                    let reader = outsider.clone().header("if-none-match", tag);
                    assert_eq!(reader.get(&one).await.summary(), "404 task_not_found", "a 304 would tell that it is there");
                }
            }
        }
        let untouched = admin.get(task.path()).await;
        assert_eq!((untouched.json(), untouched.header("etag")), (task.body, Some("\"v1\"")));
        assert_eq!(found(&admin, "label=a").await, ["Ship it"]);
    }

    async fn no_list_filter_or_number_shows_it(app) {
        let (admin, outsiders) = insiders_and_outsiders(&app).await;
        let sent = json!({
            "title": "Ship it", "description": "secret plan", "labels": ["a"], "category": "red", "priority": "high",
            "assignee_id": admin.user_id, "due_date": "2020-01-01T00:00:00Z",
        });
        admin.create(sent).await;
        for outsider in outsiders {
            for query in [
                String::new(),
                "label=a".into(),
                "label=a,b&category=red".into(),
                "search=secret".into(),
                "assignee=me,none".into(),
                format!("assignee={}", admin.user_id),
                format!("created_by={},me", admin.user_id),
                "due_before=2031-01-01T00:00:00Z".into(),
                "sort_by=priority&status=pending&completed=false".into(),
            ] {
                let answer = outsider.get(format!("/api/tasks?count=exact&{query}")).await;
                assert!(answer.list().is_empty(), "{query} shows another organization's task");
                assert_eq!(answer.header("x-total-count"), Some("0"), "{query} counts another organization's task");
            }
            for path in ["/api/tasks/stats".to_owned(), format!("/api/{}/stats", outsider.user_id)] {
                let numbers = outsider.get(&path).await.json();
                assert_eq!((&numbers["total"], &numbers["overdue"]), (&json!(0), &json!(0)), "{path}");
            }
        }
    }

    async fn the_same_label_in_two_organizations_finds_each_its_own(app) {
        for slug in ["acme", "rival"] {
            let admin = app.organization(slug).await.admin();
            admin.create(json!({"title": slug, "labels": ["urgent"]})).await;
        }
        for slug in ["acme", "rival"] {
            assert_eq!(found(&app.organization(slug).await.admin(), "label=urgent").await, [slug]);
        }
    }
}
