//! Comments, from writing to deleting: what the API promises of one's own.

use clerk_emulator::TokenRequest;
use serde_json::json;
use tokio::task::JoinSet;

use super::{each, pages};
use crate::support::{Answer, Caller, Setup, TaskRef, TestApp, new_user};

/// Says something about a task.
pub async fn say(caller: &Caller, task: &TaskRef, body: &str) -> Answer {
    let answer = caller.post(format!("{}/comments", task.path()), json!({"body": body})).await;
    assert_eq!(answer.summary(), "201", "{}", String::from_utf8_lossy(&answer.body));
    answer
}

/// Where a comment is.
pub fn place(said: &Answer) -> String {
    said.header("location").unwrap().to_owned()
}

async fn admin_with_task(app: &TestApp) -> (Caller, TaskRef) {
    let admin = app.organization("acme").await.admin();
    let task = admin.create_task("Ship it").await;
    (admin, task)
}

on_both_databases! {
    async fn a_comment_is_written_read_edited_and_deleted(app) {
        let (admin, task) = admin_with_task(&app).await;
        let said = say(&admin, &task, "  Done\nby noon\t").await;
        let comment = said.json();
        let id = comment["id"].as_str().unwrap();
        assert_eq!(place(&said), format!("{}/comments/{id}", task.path()));
        assert_eq!(comment, json!({
            "id": id, "task_id": task.id, "author_id": admin.user_id, "body": "Done\nby noon", "edited": false,
            "created_at": comment["created_at"], "updated_at": comment["created_at"],
        }));
        let read = admin.get(place(&said)).await;
        assert_eq!((read.json(), read.header("etag")), (comment.clone(), Some("\"v1\"")));
        let known = admin.clone().header("if-none-match", "\"v1\"");
        assert_eq!(known.get(place(&said)).await.summary(), "304");

        let edited = admin.patch(place(&said), json!({"body": " Done by one "})).await;
        assert_eq!((edited.summary().as_str(), edited.header("etag")), ("200", Some("\"v2\"")));
        let now = edited.json();
        assert_eq!((&now["body"], &now["edited"], &now["created_at"]), (&json!("Done by one"), &json!(true), &comment["created_at"]));
        assert!(now["updated_at"].as_str() > comment["updated_at"].as_str());
        assert_eq!(admin.patch(place(&said), json!({})).await.header("etag"), Some("\"v2\""), "nothing was sent");
        assert_eq!(admin.get(format!("{}/comments", task.path())).await.list(), [now]);

        assert_eq!(admin.delete(place(&said)).await.summary(), "204");
        assert_eq!(admin.get(place(&said)).await.summary(), "404 comment_not_found");
        assert_eq!(admin.delete(place(&said)).await.summary(), "404 comment_not_found");
        assert_eq!(admin.patch(place(&said), json!({"body": "Late"})).await.summary(), "404 comment_not_found");
        assert!(admin.get(format!("{}/comments", task.path())).await.list().is_empty());
    }

    async fn a_comment_holds_1_to_10_000_characters(app) {
        let (admin, task) = admin_with_task(&app).await;
        let (comments, longest) = (format!("{}/comments", task.path()), "ü".repeat(10_000));
        let said = say(&admin, &task, &format!(" {longest} ")).await;
        assert_eq!(said.json()["body"], json!(longest));
        for (body, mistake) in [
            (json!({}), "required"),
            (json!({"body": null}), "required"),
            (json!({"body": ""}), "empty"),
            (json!({"body": " \n\t "}), "empty"),
            (json!({"body": format!("{longest}x")}), "too_long"),
            (json!({"body": "a\u{0}b"}), "invalid_character"),
        ] {
            let answer = admin.post(&comments, body.clone()).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed /body {mistake}"), "{body:.60}");
            if mistake != "required" {
                assert_eq!(admin.patch(place(&said), body).await.mistakes(), answer.mistakes());
            }
        }
        assert_eq!(admin.patch(place(&said), json!({"body": null})).await.mistakes(), "422 validation_failed /body null");
        for body in [json!({"body": "x", "author_id": "user_1"}), json!({"text": "x"})] {
            assert!(admin.post(&comments, body.clone()).await.summary().starts_with("422"), "{body}");
        }
        assert_eq!(admin.get(&comments).await.list(), [said.json()], "what was refused was written");
    }

    async fn comments_have_pages_from_either_end(app) {
        let (admin, task) = admin_with_task(&app).await;
        let (other, comments) = (admin.create_task("Other").await, format!("{}/comments", task.path()));
        for body in ["a", "b", "c", "d", "e"] {
            say(&admin, &task, body).await;
            say(&admin, &other, "elsewhere").await;
        }
        let newest = pages(&admin, &format!("{comments}?limit=2&count=exact")).await;
        assert_eq!(each(&newest, "body"), ["e", "d", "c", "b", "a"], "the newest come first");
        assert!(newest.iter().all(|page| page.header("x-total-count") == Some("5")));
        let oldest = pages(&admin, &format!("{comments}?limit=2&sort_order=asc")).await;
        assert_eq!(each(&oldest, "body"), ["a", "b", "c", "d", "e"]);
        assert_eq!(admin.get(format!("{comments}?offset=1&limit=2")).await.each("body"), ["d", "c"]);
        let turned = newest[0].next().unwrap() + "&sort_order=asc";
        assert_eq!(admin.get(turned).await.mistakes(), "422 validation_failed cursor contradiction");
        assert_eq!(admin.get(format!("{comments}?author=me")).await.mistakes(), "422 validation_failed author unknown_parameter");
        assert_eq!(admin.get(format!("{comments}?limit=0")).await.mistakes(), "422 validation_failed limit out_of_range");
    }

    async fn a_comment_under_a_key_is_written_once(app) {
        let (admin, task) = admin_with_task(&app).await;
        let keyed = admin.clone().header("idempotency-key", "said");
        let (first, again) = (say(&keyed, &task, "Done").await, say(&keyed, &task, "Done").await);
        assert_eq!((&first.body, place(&first)), (&again.body, place(&again)));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let comments = format!("{}/comments", task.path());
        assert_eq!(keyed.post(&comments, json!({"body": "Other"})).await.summary(), "422 idempotency_key_reused");
        assert_eq!(admin.get(&comments).await.list().len(), 1);
        let refused = admin.clone().header("idempotency-key", "later").post("/api/tasks/0199aaaa-0000-7000-8000-000000000000/comments", json!({"body": "Done"})).await;
        assert_eq!(refused.summary(), "404 task_not_found");
    }

    async fn a_stale_version_is_refused(app) {
        let (admin, task) = admin_with_task(&app).await;
        let said = say(&admin, &task, "0").await;
        admin.patch(place(&said), json!({"body": "1"})).await;
        let late = admin.clone().header("if-match", "\"v1\"");
        for answer in [
            late.patch(place(&said), json!({"body": "2"})).await,
            late.patch(place(&said), json!({})).await,
            late.delete(place(&said)).await,
        ] {
            assert_eq!((answer.summary().as_str(), answer.header("etag")), ("412 precondition_failed", Some("\"v2\"")));
        }
        let current = admin.clone().header("if-match", "\"v2\"");
        assert_eq!(current.patch(place(&said), json!({"body": "2"})).await.header("etag"), Some("\"v3\""));
        assert_eq!(admin.clone().header("if-match", "*").delete(place(&said)).await.summary(), "204");
    }

    async fn of_many_edits_of_one_version_one_succeeds(app) {
        let (admin, task) = admin_with_task(&app).await;
        let said = say(&admin, &task, "0").await;
        let mut everybody = JoinSet::new();
        for number in 0..20 {
            let (caller, path) = (admin.clone().header("if-match", "\"v1\""), place(&said));
            everybody.spawn(async move { caller.patch(path, json!({"body": number.to_string()})).await.summary() });
        }
        let mut answers = everybody.join_all().await;
        answers.sort();
        assert_eq!((answers[0].as_str(), answers[1].as_str(), answers[19].as_str()), ("200", "412 precondition_failed", "412 precondition_failed"));
    }

    async fn commenting_leaves_the_task_as_it_is(app) {
        let (admin, task) = admin_with_task(&app).await;
        let said = say(&admin, &task, "Done").await;
        admin.patch(place(&said), json!({"body": "Done by noon"})).await;
        let now = admin.get(task.path()).await;
        assert_eq!((now.json(), now.header("etag")), (task.body, Some("\"v1\"")));
    }

    async fn a_workspace_of_ones_own_has_comments(app) {
        let app = app.another_instance(&Setup { personal_workspaces: true, ..Setup::default() }).await;
        let user = new_user(&app, "ann");
        let ann = app.bearer(app.clerk.session_token(TokenRequest::for_user(&user)).unwrap());
        let task = ann.create_task("Mine").await;
        let said = say(&ann, &task, "Done").await;
        assert_eq!(said.json()["author_id"], json!(user));
        assert_eq!(ann.patch(place(&said), json!({"body": "Done by noon"})).await.summary(), "200");
        assert_eq!(ann.delete(place(&said)).await.summary(), "204");
    }
}
