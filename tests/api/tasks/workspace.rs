//! Tasks of a person without an active organization.

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::json;

use super::{each, pages};
use crate::support::{Caller, Setup, TestApp, new_user};

/// Somebody whose token names no organization.
fn alone(app: &TestApp, user: &str) -> Caller {
    let token = app.clerk.session_token(TokenRequest::for_user(user)).unwrap();
    let mut caller = app.bearer(token);
    caller.user_id = user.to_owned();
    caller
}

/// The service with personal workspaces.
async fn with_workspaces(app: &TestApp) -> TestApp {
    app.another_instance(&Setup { personal_workspaces: true, ..Setup::default() }).await
}

on_both_databases! {
    async fn an_organization_is_required_where_workspaces_are_off(app) {
        let ann = alone(&app, &new_user(&app, "ann"));
        let (own, id) = (format!("/api/{}", ann.user_id), "0199aaaa-0000-7000-8000-000000000000");
        for base in ["/api/tasks".to_owned(), format!("{own}/tasks")] {
            for (method, path) in [
                (Method::GET, base.clone()),
                (Method::POST, base.clone()),
                (Method::GET, format!("{base}/{id}")),
                (Method::PUT, format!("{base}/{id}")),
                (Method::PATCH, format!("{base}/{id}")),
                (Method::DELETE, format!("{base}/{id}")),
                (Method::PATCH, format!("{base}/{id}/complete")),
            ] {
                let answer = ann.request(method.clone(), &path, Some(b"{\"title\": \"Mine\"}".to_vec())).await;
                assert_eq!(answer.summary(), "403 organization_required", "{method} {path}");
            }
        }
        assert_eq!(ann.get("/api/tasks/stats").await.summary(), "403 organization_required");
        assert_eq!(ann.get(format!("{own}/stats")).await.summary(), "403 organization_required");
        let later = alone(&with_workspaces(&app).await, &ann.user_id);
        assert!(later.get("/api/tasks").await.list().is_empty(), "nothing was stored");
    }

    async fn a_person_does_everything_in_a_workspace_of_their_own(app) {
        let app = with_workspaces(&app).await;
        let ann = alone(&app, &new_user(&app, "ann"));
        let task = ann.create(json!({"title": "Ship it", "labels": ["a"], "assignee_id": ann.user_id})).await;
        assert_eq!(task.body["org_id"], json!(null));
        assert_eq!(task.body["created_by"], json!(ann.user_id));
        assert_eq!(ann.get(task.path()).await.json(), task.body);
        assert_eq!(ann.put(task.path(), json!({"title": "Shipped"})).await.summary(), "200");
        assert_eq!(ann.patch(task.path(), json!({"priority": "high"})).await.header("etag"), Some("\"v3\""));
        let completed = ann.patch(format!("{}/complete", task.path()), json!({"completed": true})).await.json();
        assert_eq!((&completed["completed"], &completed["org_id"]), (&json!(true), &json!(null)));
        assert_eq!(ann.get("/api/tasks?label=a&assignee=me&completed=true").await.each("title"), ["Shipped"]);
        assert_eq!(ann.get(format!("/api/{}/tasks/{}", ann.user_id, task.id)).await.json(), completed);
        assert_eq!(ann.get("/api/tasks/stats").await.json()["by_priority"]["high"], 1);
        assert_eq!(ann.delete(task.path()).await.summary(), "204");
        assert_eq!(ann.get("/api/tasks/stats").await.json()["total"], 0);
    }

    async fn nobody_else_sees_a_personal_workspace(app) {
        let app = with_workspaces(&app).await;
        let ann = alone(&app, &new_user(&app, "ann"));
        let task = ann.create(json!({"title": "Private", "labels": ["a"]})).await;
        let acme = app.organization("acme").await;
        let own_organization = acme.add(&ann.user_id, "org:admin").await;
        for other in [alone(&app, &new_user(&app, "bob")), acme.admin(), own_organization] {
            assert!(other.get("/api/tasks").await.list().is_empty());
            assert!(other.get("/api/tasks?label=a&search=private").await.list().is_empty());
            assert!(other.get(format!("/api/tasks?created_by={}", ann.user_id)).await.list().is_empty());
            assert_eq!(other.get("/api/tasks/stats").await.json()["total"], 0);
            assert_eq!(other.get(task.path()).await.summary(), "404 task_not_found");
            assert_eq!(other.put(task.path(), json!({"title": "Mine"})).await.summary(), "404 task_not_found");
            assert_eq!(other.patch(task.path(), json!({"labels": ["b"]})).await.summary(), "404 task_not_found");
            assert_eq!(other.delete(task.path()).await.summary(), "404 task_not_found");
            let toggled = other.request(Method::PATCH, format!("{}/complete", task.path()), None).await;
            assert_eq!(toggled.summary(), "404 task_not_found");
        }
        assert_eq!(ann.get("/api/tasks").await.list(), [task.body]);
    }

    async fn an_organizations_tasks_are_not_in_a_members_workspace(app) {
        let app = with_workspaces(&app).await;
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ours").await;
        assert!(task.body["org_id"].is_string());
        let same_person = alone(&app, &admin.user_id);
        assert!(same_person.get("/api/tasks").await.list().is_empty());
        assert_eq!(same_person.get(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(same_person.delete(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(admin.get(task.path()).await.summary(), "200");
    }

    async fn a_member_without_permission_does_not_gain_it_by_workspaces(app) {
        let app = with_workspaces(&app).await;
        let member = app.organization("acme").await.member_with(&[]).await;
        assert_eq!(member.get("/api/tasks").await.summary(), "403 permission_missing");
        assert_eq!(member.post("/api/tasks", json!({"title": "Ours"})).await.summary(), "403 permission_missing");
    }

    async fn in_a_workspace_nobody_else_can_be_given_a_task(app) {
        let app = with_workspaces(&app).await;
        let ann = alone(&app, &new_user(&app, "ann"));
        let bob = new_user(&app, "bob");
        let answer = ann.post("/api/tasks", json!({"title": "Ship it", "assignee_id": bob})).await;
        assert_eq!(answer.mistakes(), "422 validation_failed /assignee_id not_a_member");
        let task = ann.create_task("Ship it").await;
        let answer = ann.patch(task.path(), json!({"assignee_id": bob})).await;
        assert_eq!(answer.mistakes(), "422 validation_failed /assignee_id not_a_member");
    }

    async fn a_workspace_has_pages_like_an_organization(app) {
        let app = with_workspaces(&app).await;
        let ann = alone(&app, &new_user(&app, "ann"));
        let bob = alone(&app, &new_user(&app, "bob"));
        for title in ["a", "b", "c"] {
            ann.create_task(title).await;
            bob.create_task("not hers").await;
        }
        assert_eq!(each(&pages(&ann, "/api/tasks?limit=1").await, "title"), ["c", "b", "a"]);
        let next = bob.get("/api/tasks?limit=1").await.next().unwrap();
        assert!(ann.get(next).await.each("title").iter().all(|title| title != "not hers"));
    }

    async fn both_versions_of_a_token_name_the_same_workspace(app) {
        let app = with_workspaces(&app).await;
        let ann = alone(&app, &new_user(&app, "ann"));
        let task = ann.create_task("Ship it").await;
        let first = app.clerk.session_token(TokenRequest::for_user(&ann.user_id).version(1)).unwrap();
        assert_eq!(app.bearer(first).get(task.path()).await.json(), task.body);
    }
}
