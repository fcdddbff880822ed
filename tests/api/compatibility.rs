//! What the clients of the documents this product was asked for rely on: shapes, words and statuses.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, Setup};

/// What those clients show to their users.
fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap_or_else(|| panic!("no detail: {}", answer.summary())).to_owned()
}

/// The titles of a board's three columns.
async fn board(caller: &Caller) -> [Vec<String>; 3] {
    let tasks = caller.get("/api/tasks?sort_by=createdAt&sort_order=asc").await.list();
    ["pending", "started", "completed"].map(|column| {
        let in_it = tasks.iter().filter(|task| task["status"] == column);
        in_it.map(|task| task["title"].as_str().unwrap().to_owned()).collect()
    })
}

on_both_databases! {
    async fn every_refusal_has_a_detail_to_show(app) {
        let acme = app.organization("acme").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        let stranger = app.organization("rival").await.admin();
        let task = acme.admin().create_task("Ship it").await;
        let without = app.bearer(app.clerk.session_token(clerk_emulator::TokenRequest::for_user(&*viewer.user_id)).unwrap());
        let post = async |caller: &Caller, body| caller.post("/api/tasks", body).await;
        for (answer, expected, says) in [
            (app.nobody().get("/api/tasks").await, "401 token_missing", "Send a session token in the Authorization header, as a Bearer token."),
            (app.bearer("nonsense").get("/api/tasks").await, "401 token_invalid", "A session token has three parts separated by dots."),
            (without.get("/api/tasks").await, "403 organization_required", "Choose an organization first; the token names none."),
            (post(&viewer, json!({"title": "No"})).await, "403 permission_missing", "This needs the permission org:tasks:create."),
            (viewer.get(format!("/api/{}/tasks", acme.admin_id)).await, "403 other_person", "Access denied to this user's resources."),
            (stranger.get(task.path()).await, "404 task_not_found", "Task not found."),
            (post(&acme.admin(), json!({})).await, "422 validation_failed", "title is required."),
        ] {
            assert_eq!((answer.summary().as_str(), detail(&answer).as_str()), (expected, says));
            answer.assert_problem(expected);
        }
    }

    async fn a_list_is_a_bare_array_of_whole_tasks(app) {
        let ann = app.organization("acme").await.admin();
        let task = ann.create(json!({"title": "Ship it", "description": "Soon", "due_date": "2030-01-02T03:04:05Z"})).await;
        for path in ["/api/tasks".to_owned(), format!("/api/{}/tasks", ann.user_id)] {
            let list = ann.get(&path).await.list();
            assert_eq!((list.len(), &list[0]), (1, &task.body), "{path}: what POST answered");
            let text = |member: &str| list[0][member].as_str().map(str::to_owned);
            assert_eq!((text("status"), text("priority")), (Some("pending".into()), Some("medium".into())));
            assert_eq!((&list[0]["completed"], &list[0]["category"]), (&json!(false), &Value::Null));
            assert_eq!(text("due_date").unwrap(), "2030-01-02T03:04:05Z");
            assert_eq!(text("org_id").unwrap(), app.organization("acme").await.id);
            assert_eq!((text("created_by").unwrap(), text("created_at").unwrap()), (ann.user_id.clone(), text("updated_at").unwrap()));
            assert!(text("id").unwrap().parse::<uuid::Uuid>().is_ok_and(|id| id.get_version_num() == 7));
        }
    }

    async fn put_changes_what_it_names_and_nothing_else(app) {
        let ann = app.organization("acme").await.admin();
        let before = ann.create(json!({"title": "Ship it", "description": "Soon", "priority": "high", "category": "work"})).await;
        for base in ["/api/tasks".to_owned(), format!("/api/{}/tasks", ann.user_id)] {
            let title = format!("Shipped, says {base}");
            let answer = ann.put(format!("{base}/{}", before.id), json!({"title": title})).await;
            assert_eq!(answer.summary(), "200");
            let mut expected = before.body.clone();
            expected["title"] = json!(title);
            expected["updated_at"] = answer.json()["updated_at"].clone();
            assert_eq!(answer.json(), expected);
            assert!(expected["updated_at"].as_str() > before.body["updated_at"].as_str(), "{expected}");
        }
    }

    async fn what_a_form_may_get_wrong_is_422(app) {
        let ann = app.organization("acme").await.admin();
        let task = ann.create_task("Ship it").await;
        let path = format!("/api/{}/tasks", ann.user_id);
        assert_eq!(ann.post(&path, json!({"description": "no title"})).await.mistakes(), "422 validation_failed /title required");
        assert_eq!(ann.post(&path, json!({"title": "a", "priority": "urgent"})).await.mistakes(), "422 validation_failed /priority invalid_value");
        assert_eq!(ann.put(format!("{path}/{}", task.id), json!({"title": ""})).await.mistakes(), "422 validation_failed /title empty");
        assert_eq!(ann.get(format!("{path}/123")).await.summary(), "422 validation_failed");
        assert_eq!(ann.get(task.path()).await.json(), task.body);
    }

    async fn a_board_moves_a_task_and_takes_a_refused_move_back(app) {
        let acme = app.organization("acme").await;
        let (ann, viewer) = (acme.admin(), acme.member_with(&["org:tasks:view"]).await);
        let mut tasks = Vec::new();
        for title in ["a", "b", "c"] {
            tasks.push(ann.create_task(title).await);
        }
        assert_eq!(ann.put(tasks[1].path(), json!({"status": "started"})).await.json()["completed"], false);
        assert_eq!(ann.put(tasks[2].path(), json!({"status": "completed"})).await.json()["completed"], true);
        let seen = [vec!["a".to_owned()], vec!["b".to_owned()], vec!["c".to_owned()]];
        assert_eq!(board(&viewer).await, seen);
        assert_eq!(viewer.put(tasks[0].path(), json!({"status": "started"})).await.summary(), "403 permission_missing");
        assert_eq!(viewer.delete(tasks[0].path()).await.summary(), "403 permission_missing");
        assert_eq!(board(&viewer).await, seen, "a refused move leaves the board as it was");
    }

    async fn a_task_lives_from_sign_in_to_deletion_and_survives_a_restart(app) {
        let ann = app.organization("acme").await.admin();
        let base = format!("/api/{}/tasks", ann.user_id);
        let created = ann.post(&base, json!({"title": "Ship it"})).await;
        assert_eq!(created.summary(), "201");
        let one = format!("{base}/{}", created.json()["id"].as_str().unwrap());
        assert_eq!(ann.get(&base).await.each("title"), ["Ship it"]);
        let done = ann.request(axum::http::Method::PATCH, format!("{one}/complete"), None).await;
        assert_eq!((&done.json()["completed"], &done.json()["status"]), (&json!(true), &json!("completed")));
        let restarted = ann.clone().at(&app.another_instance(&Setup::default()).await);
        assert_eq!(restarted.get(&one).await.json(), done.json());
        let numbers = restarted.get(format!("/api/{}/stats", ann.user_id)).await.json();
        assert_eq!((&numbers["total"], &numbers["pending"], &numbers["completed"]), (&json!(1), &json!(0), &json!(1)));
        let gone = restarted.delete(&one).await;
        assert_eq!((gone.summary().as_str(), gone.body.len()), ("204", 0), "nothing to parse");
        assert_eq!(ann.get(&one).await.summary(), "404 task_not_found");
        assert!(ann.get(&base).await.list().is_empty());
    }
}
