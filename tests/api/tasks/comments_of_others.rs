//! Other people's comments: read by whoever sees the task, changed by nobody, deleted by administrators.

use axum::http::Method;
use serde_json::json;

use super::comments::{place, say};
use crate::support::Caller;

const ALL: [&str; 4] = ["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"];

async fn edit(caller: &Caller, path: &str) -> String {
    caller.patch(path, json!({"body": "Put into their mouth"})).await.summary()
}

on_both_databases! {
    async fn whoever_sees_a_task_comments_on_it(app) {
        let acme = app.organization("acme").await;
        let task = acme.admin().create_task("Ship it").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        let said = say(&viewer, &task, "Done").await;
        assert_eq!(edit(&viewer, &place(&said)).await, "200");
        assert_eq!(viewer.delete(place(&said)).await.summary(), "204");
        let blind = acme.member_with(&ALL[1..]).await;
        for (method, path, body) in [
            (Method::GET, format!("{}/comments", task.path()), None),
            (Method::POST, format!("{}/comments", task.path()), Some("{\"body\": \"Done\"}")),
            (Method::GET, place(&said), None),
            (Method::PATCH, place(&said), Some("{}")),
            (Method::DELETE, place(&said), None),
        ] {
            let answer = blind.request(method, path, body.map(|body| body.as_bytes().to_vec())).await;
            assert_eq!((answer.summary().as_str(), &answer.json()["permission"]), ("403 permission_missing", &json!("org:tasks:view")));
        }
    }

    async fn nobody_changes_anothers_words(app) {
        let acme = app.organization("acme").await;
        let (admin, member, author) = (acme.admin(), acme.member_with(&ALL).await, acme.member("org:member").await);
        let task = admin.create_task("Ship it").await;
        let said = say(&author, &task, "Done").await;
        for other in [&admin, &member] {
            assert_eq!(other.get(place(&said)).await.json(), said.json());
            assert_eq!(edit(other, &place(&said)).await, "403 not_the_author");
            assert_eq!(other.patch(place(&said), json!({})).await.summary(), "403 not_the_author");
            assert_eq!(edit(&other.clone().header("if-match", "\"v9\""), &place(&said)).await, "403 not_the_author");
        }
        assert_eq!(admin.get(place(&said)).await.header("etag"), Some("\"v1\""));
    }

    async fn administrators_delete_anybodys_comment_and_members_their_own(app) {
        let acme = app.organization("acme").await;
        let (admin, member, author) = (acme.admin(), acme.member_with(&ALL).await, acme.member("org:member").await);
        let task = admin.create_task("Ship it").await;
        let said = say(&author, &task, "Done").await;
        assert_eq!(member.delete(place(&said)).await.summary(), "403 not_the_author");
        assert_eq!(admin.clone().header("if-match", "\"v9\"").delete(place(&said)).await.summary(), "412 precondition_failed");
        assert_eq!(admin.delete(place(&said)).await.summary(), "204");
        let by_admin = say(&admin, &task, "Mine").await;
        assert_eq!(author.delete(place(&by_admin)).await.summary(), "403 not_the_author");
    }

    async fn a_former_administrator_takes_another_token_first(app) {
        let acme = app.organization("acme").await;
        let (admin, former) = (acme.admin(), acme.member("org:admin").await);
        let task = admin.create_task("Ship it").await;
        let (said, own) = (say(&admin, &task, "Done").await, say(&former, &task, "Mine").await);
        app.clerk.set_role(&acme.id, &former.user_id, "org:member").unwrap();
        app.deliver_webhooks().await;
        assert_eq!(former.delete(place(&said)).await.summary(), "401 token_stale");
        assert_eq!(former.delete(place(&own)).await.summary(), "204", "for one's own no power is needed");
        assert_eq!(admin.get(place(&said)).await.summary(), "200");
    }

    async fn comments_stay_when_their_author_leaves(app) {
        let acme = app.organization("acme").await;
        let (admin, author) = (acme.admin(), acme.member("org:member").await);
        let task = admin.create_task("Ship it").await;
        let said = say(&author, &task, "Done").await;
        app.clerk.remove_member(&acme.id, &author.user_id).unwrap();
        app.deliver_webhooks().await;
        assert_eq!(author.get(place(&said)).await.summary(), "401 token_stale");
        assert_eq!(admin.get(place(&said)).await.json(), said.json());
    }

    async fn a_comment_is_found_on_its_own_task_alone(app) {
        let admin = app.organization("acme").await.admin();
        let (task, other) = (admin.create_task("Ship it").await, admin.create_task("Other").await);
        let said = say(&admin, &task, "Done").await;
        let elsewhere = place(&said).replace(&task.id, &other.id);
        assert_eq!(admin.get(&elsewhere).await.summary(), "404 comment_not_found");
        assert_eq!(edit(&admin, &elsewhere).await, "404 comment_not_found");
        assert_eq!(admin.delete(&elsewhere).await.summary(), "404 comment_not_found");
        let nowhere = place(&said).replace(&task.id, "0199aaaa-0000-7000-8000-000000000000");
        assert_eq!(admin.get(&nowhere).await.summary(), "404 task_not_found");
        assert_eq!(admin.get(format!("{}/comments/x", task.path())).await.summary(), admin.get("/api/tasks/x").await.summary());
    }

    async fn another_organization_finds_neither_task_nor_comment(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let said = say(&admin, &task, "Done").await;
        let rival = app.organization("rival").await;
        let same_person = rival.add(&admin.user_id, "org:admin").await;
        for outsider in [rival.admin(), same_person] {
            let own = outsider.create_task("Theirs").await;
            for path in [place(&said), place(&said).replace(&task.id, &own.id)] {
                for answer in [outsider.get(&path).await.summary(), edit(&outsider, &path).await, outsider.delete(&path).await.summary()] {
                    assert!(answer.starts_with("404"), "{answer}");
                }
            }
            let comments = format!("{}/comments", task.path());
            assert_eq!(outsider.get(&comments).await.summary(), "404 task_not_found");
            assert_eq!(outsider.post(&comments, json!({"body": "Hello"})).await.summary(), "404 task_not_found");
            assert!(outsider.get(format!("{}/comments", own.path())).await.list().is_empty());
        }
        assert_eq!(admin.get(format!("{}/comments", task.path())).await.list(), [said.json()]);
    }
}
