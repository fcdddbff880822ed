//! Who may do what with tasks, by both versions of token, and under a plan without them.

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::json;

use crate::support::{Answer, Caller, Organization, TestApp};

/// Every route of tasks: what it is, and the permission it needs.
const ROUTES: [(&str, &str, &str); 8] = [
    ("GET", "", "org:tasks:view"),
    ("GET", "/stats", "org:tasks:view"),
    ("GET", "/{id}", "org:tasks:view"),
    ("POST", "", "org:tasks:create"),
    ("PUT", "/{id}", "org:tasks:edit"),
    ("PATCH", "/{id}", "org:tasks:edit"),
    ("PATCH", "/{id}/complete", "org:tasks:edit"),
    ("DELETE", "/{id}", "org:tasks:delete"),
];

const ALL: [&str; 4] = ["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"];

/// An acceptable request to a route.
async fn call(caller: &Caller, (method, route, _): (&str, &str, &str), id: &str) -> Answer {
    let body = match (method, route) {
        ("GET" | "DELETE", _) => None,
        ("PATCH", "/{id}/complete") => Some(json!({"completed": true})),
        _ => Some(json!({"title": "Ship it"})),
    };
    let path = format!("/api/tasks{}", route.replace("{id}", id));
    let body = body.map(|body| body.to_string().into_bytes());
    caller.request(Method::from_bytes(method.as_bytes()).unwrap(), path, body).await
}

/// The same person with a token of version 1.
fn with_first_version(app: &TestApp, organization: &Organization, caller: &Caller) -> Caller {
    let request = TokenRequest::for_user(&caller.user_id).organization(&*organization.id).version(1);
    let mut caller = caller.clone();
    caller.token = Some(app.clerk.session_token(&request).unwrap());
    caller
}

on_both_databases! {
    async fn each_route_needs_its_permission_and_no_other(app) {
        let acme = app.organization("acme").await;
        for permission in ALL {
            let others: Vec<&str> = ALL.into_iter().filter(|other| *other != permission).collect();
            let holder = acme.member_with(&[permission]).await;
            let lacking = acme.member_with(&others).await;
            for route in ROUTES.into_iter().filter(|route| route.2 == permission) {
                for (holder, lacking) in [
                    (holder.clone(), lacking.clone()),
                    (with_first_version(&app, &acme, &holder), with_first_version(&app, &acme, &lacking)),
                ] {
                    let task = acme.admin().create_task("Ship it").await;
                    let refused = call(&lacking, route, &task.id).await;
                    assert_eq!(refused.summary(), "403 permission_missing", "{route:?}");
                    assert_eq!(refused.json()["permission"], permission, "{route:?}");
                    assert_eq!(acme.admin().get(task.path()).await.json(), task.body, "{route:?} changed something");
                    let granted = call(&holder, route, &task.id).await;
                    assert!(granted.status.is_success(), "{route:?} with {permission}: {}", granted.summary());
                }
            }
        }
    }

    async fn a_viewer_is_told_what_is_missing_before_anything_else_is_looked_at(app) {
        let acme = app.organization("acme").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await.header("if-match", "not a tag");
        for (method, path) in [
            (Method::POST, "/api/tasks"),
            (Method::PATCH, "/api/tasks/not-an-id"),
            (Method::PUT, "/api/tasks/0199aaaa-0000-7000-8000-000000000000"),
            (Method::PATCH, "/api/tasks/0199aaaa-0000-7000-8000-000000000000/complete"),
            (Method::DELETE, "/api/tasks/not-an-id"),
        ] {
            let answer = viewer.request(method.clone(), path, Some(b"not json".to_vec())).await;
            assert_eq!(answer.summary(), "403 permission_missing", "{method} {path}");
        }
    }

    async fn a_member_without_any_permission_sees_nothing(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        let member = acme.member_with(&[]).await;
        for route in ROUTES {
            assert_eq!(call(&member, route, &task.id).await.summary(), "403 permission_missing", "{route:?}");
        }
    }

    async fn a_permission_of_another_feature_is_none_of_these(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        let member = acme.member_with(&["org:members:view", "org:members:manage"]).await;
        for version in [member.clone(), with_first_version(&app, &acme, &member)] {
            for route in ROUTES {
                assert_eq!(call(&version, route, &task.id).await.summary(), "403 permission_missing", "{route:?}");
            }
        }
    }

    async fn the_default_member_does_all_but_delete(app) {
        let acme = app.organization("acme").await;
        let member = acme.member("org:member").await;
        for caller in [member.clone(), with_first_version(&app, &acme, &member)] {
            let task = caller.create_task("Ship it").await;
            for route in ROUTES {
                let answer = call(&caller, route, &task.id).await;
                let expected = if route.0 == "DELETE" { "403 permission_missing" } else { "20" };
                assert!(answer.summary().starts_with(expected), "{route:?}: {}", answer.summary());
            }
        }
    }

    async fn both_versions_of_a_token_see_and_do_the_same(app) {
        let acme = app.organization("acme").await;
        let second = acme.admin();
        let first = with_first_version(&app, &acme, &second);
        let task = first.create(json!({"title": "Ship it", "assignee_id": first.user_id})).await;
        assert_eq!(task.body["org_id"], json!(acme.id));
        assert_eq!(task.body["created_by"], json!(second.user_id));
        for query in ["", "?assignee=me", "?created_by=me", "?sort_by=title&limit=1"] {
            let path = format!("/api/tasks{query}");
            assert_eq!(first.get(&path).await.json(), second.get(&path).await.json(), "{path}");
        }
        assert_eq!(second.delete(task.path()).await.summary(), "204");
        assert_eq!(first.get(task.path()).await.summary(), "404 task_not_found");
    }

    async fn a_plan_without_tasks_hides_them_even_from_an_admin(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        app.clerk.set_plan(&acme.id, Some("no_tasks")).unwrap();
        let admin = acme.admin();
        for route in ROUTES {
            let answer = call(&admin, route, &task.id).await;
            assert_eq!(answer.summary(), "403 feature_not_in_plan", "{route:?}");
            assert_eq!(answer.json()["permission"], route.2, "{route:?}");
        }
        app.clerk.set_plan(&acme.id, Some("everything")).unwrap();
        assert_eq!(acme.admin().get(task.path()).await.json(), task.body, "another plan brings them back unchanged");
    }

    async fn under_a_plan_with_tasks_a_missing_permission_is_just_that(app) {
        let acme = app.organization("acme").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        app.clerk.set_plan(&acme.id, Some("everything")).unwrap();
        let viewer = acme.caller(&viewer.user_id);
        assert_eq!(viewer.get("/api/tasks").await.summary(), "200");
        let answer = viewer.post("/api/tasks", json!({"title": "Ship it"})).await;
        assert_eq!(answer.summary(), "403 permission_missing");
        assert_eq!(answer.json()["permission"], "org:tasks:create");
    }

    async fn without_a_token_nothing_is_answered(app) {
        let task = app.organization("acme").await.admin().create_task("Ship it").await;
        for route in ROUTES {
            let answer = call(&app.nobody(), route, &task.id).await;
            assert_eq!(answer.summary(), "401 token_missing", "{route:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
}
