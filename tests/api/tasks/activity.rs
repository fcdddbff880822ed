//! What happened to a task, as everybody who sees it is told.

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::{Value, json};

use super::comments::{place, say};
use super::{each, pages, restore};
use crate::support::{Caller, TaskRef};

async fn activity(caller: &Caller, task: &TaskRef) -> Vec<Value> {
    let answer = caller.get(format!("{}/activity", task.path())).await;
    assert_eq!(answer.summary(), "200", "{}", String::from_utf8_lossy(&answer.body));
    answer.list()
}

fn kinds(activity: &[Value]) -> Vec<&str> {
    activity.iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn everything_that_happens_to_a_task_is_told_latest_first(app) {
        let acme = app.organization("acme").await;
        let (admin, member) = (acme.admin(), acme.member("org:member").await);
        let task = member.create(json!({"title": "Ship it", "priority": "low"})).await;
        admin.patch(task.path(), json!({"title": "Ship it now", "priority": "high"})).await;
        admin.patch(task.path(), json!({"title": "Ship it now"})).await;
        admin.patch(task.path(), json!({"assignee_id": member.user_id})).await;
        member.request(Method::PATCH, format!("{}/complete", task.path()), None).await;
        admin.put(task.path(), json!({"completed": false, "labels": ["late"]})).await;
        admin.patch(task.path(), json!({"assignee_id": null})).await;
        let said = say(&member, &task, "Not yet, says Zebulon").await;
        member.patch(place(&said), json!({"body": "Now, says Zebulon"})).await;
        admin.delete(place(&said)).await;
        admin.delete(task.path()).await;
        restore(&admin, &task.id).await;
        let told = activity(&member, &task).await;
        let expected = [
            "restored", "deleted", "comment_deleted", "comment_edited", "commented", "unassigned", "reopened", "completed",
            "assigned", "updated", "updated", "created",
        ];
        assert_eq!(kinds(&told), expected);
        assert!(!json!(told).to_string().contains("Zebulon"), "what is said in comments is not copied");
        let who: Vec<&Value> = told.iter().map(|item| &item["actor_id"]).collect();
        let (ours, theirs) = (json!(admin.user_id), json!(member.user_id));
        assert_eq!(who, [&ours, &ours, &ours, &theirs, &theirs, &ours, &ours, &theirs, &ours, &ours, &ours, &theirs]);
        assert_eq!(told[10]["changes"], json!({
            "title": {"before": "Ship it", "after": "Ship it now"}, "priority": {"before": "low", "after": "high"},
        }));
        assert_eq!(told[8]["changes"], json!({"assignee_id": {"before": null, "after": member.user_id}}));
        for about in &told[2..5] {
            assert_eq!((&about["comment_id"], &about["changes"]), (&said.json()["id"], &json!({})));
        }
        assert!(told.iter().all(|item| item["impersonated"] == false));
        let times: Vec<&str> = told.iter().map(|item| item["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|later, earlier| later >= earlier), "{times:?}");
    }

    async fn what_is_refused_is_not_told(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = admin.create_task("Ship it").await;
        let late = admin.clone().header("if-match", "\"v9\"");
        late.patch(task.path(), json!({"title": "Late"})).await;
        late.delete(task.path()).await;
        admin.patch(task.path(), json!({})).await;
        admin.patch(task.path(), json!({"assignee_id": "user_nobody"})).await;
        admin.post(format!("{}/comments", task.path()), json!({"body": ""})).await;
        restore(&admin, &task.id).await;
        acme.member_with(&["org:tasks:view"]).await.delete(task.path()).await;
        assert_eq!(kinds(&activity(&admin, &task).await), ["created"]);
    }

    async fn it_has_pages(app) {
        let admin = app.organization("acme").await.admin();
        let (task, other) = (admin.create_task("Ship it").await, admin.create_task("Other").await);
        for title in ["a", "b", "c"] {
            admin.patch(task.path(), json!({"title": title})).await;
            admin.patch(other.path(), json!({"title": title})).await;
        }
        let first = format!("{}/activity?limit=3", task.path());
        let walked = pages(&admin, &first).await;
        assert_eq!((walked.len(), each(&walked, "kind")), (2, ["updated", "updated", "updated", "created"].map(String::from).to_vec()));
        assert_eq!(admin.get(format!("{first}&kind=created")).await.mistakes(), "422 validation_failed kind unknown_parameter");
    }

    async fn that_somebody_was_impersonated_is_told_and_not_by_whom(app) {
        let acme = app.organization("acme").await;
        let support = TokenRequest::for_user(&acme.admin_id).organization(&*acme.id).actor(json!({"sub": "user_support"}));
        let task = app.bearer(app.clerk.session_token(support).unwrap()).create_task("Ship it").await;
        let told = activity(&acme.admin(), &task).await;
        assert_eq!((&told[0]["actor_id"], &told[0]["impersonated"]), (&json!(acme.admin_id), &json!(true)));
        assert!(!json!(told).to_string().contains("user_support"));
    }

    async fn only_who_sees_the_task_is_told(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = admin.create_task("Ship it").await;
        let path = format!("{}/activity", task.path());
        let blind = acme.member_with(&["org:tasks:create", "org:tasks:edit", "org:tasks:delete"]).await;
        assert_eq!(blind.get(&path).await.summary(), "403 permission_missing");
        assert_eq!(app.organization("rival").await.admin().get(&path).await.summary(), "404 task_not_found");
        admin.delete(task.path()).await;
        assert_eq!(admin.get(&path).await.summary(), "404 task_not_found");
    }
}
