//! Many at once: no change is lost, and none is done twice.

use axum::http::{Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Answer, Caller};

/// Reads a number, adds one and writes it under the version that was read, until nobody else came between.
async fn add_one(caller: Caller, path: String) -> u32 {
    for attempt in 1.. {
        let read = caller.get(&path).await;
        let number: u32 = read.json()["description"].as_str().unwrap().parse().unwrap();
        let writer = caller.clone().header("if-match", read.header("etag").unwrap());
        let written = writer.patch(&path, json!({"description": (number + 1).to_string()})).await;
        match written.status {
            StatusCode::OK => return attempt,
            status => assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{}", written.summary()),
        }
    }
    unreachable!("attempts do not end")
}

fn count(answers: &[Answer], summary: &str) -> usize {
    answers.iter().filter(|answer| answer.summary() == summary).count()
}

on_both_databases! {
    async fn a_hundred_who_read_change_and_write_lose_nothing(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "counter", "description": "0"})).await;
        let mut everybody = JoinSet::new();
        for _ in 0..100 {
            everybody.spawn(add_one(admin.clone(), task.path()));
        }
        everybody.join_all().await;
        let counted = admin.get(task.path()).await;
        assert_eq!(counted.json()["description"], "100", "a change was lost although each was made under If-Match");
        assert_eq!(counted.header("etag"), Some("\"v101\""));
    }

    async fn of_many_under_the_same_version_one_succeeds(app) {
        let admin = app.organization("acme").await.admin();
        for what in ["PATCH", "PATCH labels", "DELETE"] {
            let task = admin.create_task("Ship it").await;
            let mut everybody = JoinSet::new();
            for index in 0..20 {
                let (caller, path) = (admin.clone().header("if-match", &task.etag), task.path());
                everybody.spawn(async move {
                    match what {
                        "PATCH" => caller.patch(path, json!({"title": index.to_string()})).await,
                        "PATCH labels" => caller.patch(path, json!({"labels": [index.to_string()]})).await,
                        _ => caller.delete(path).await,
                    }
                });
            }
            let answers = everybody.join_all().await;
            let (done, refused) = if what == "DELETE" { ("204", "404 task_not_found") } else { ("200", "412 precondition_failed") };
            assert_eq!((count(&answers, done), count(&answers, refused)), (1, 19), "{what}");
        }
    }

    async fn every_toggle_counts(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let mut everybody = JoinSet::new();
        for _ in 0..31 {
            let (caller, path) = (admin.clone(), format!("{}/complete", task.path()));
            everybody.spawn(async move { caller.request(Method::PATCH, path, None).await });
        }
        let answers = everybody.join_all().await;
        let completed = answers.iter().filter(|answer| answer.json()["completed"] == true).count();
        assert_eq!((count(&answers, "200"), completed), (31, 16), "each toggles what the one before left");
        let now = admin.get(task.path()).await;
        assert_eq!((now.json()["completed"].clone(), now.header("etag")), (json!(true), Some("\"v32\"")));
    }

    async fn completing_at_the_same_time_is_done_once(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let mut everybody = JoinSet::new();
        for _ in 0..20 {
            let (caller, path) = (admin.clone(), format!("{}/complete", task.path()));
            everybody.spawn(async move { caller.patch(path, json!({"completed": true})).await });
        }
        let answers = everybody.join_all().await;
        assert_eq!(count(&answers, "200"), 20);
        let stored = admin.get(task.path()).await;
        assert_eq!(stored.header("etag"), Some("\"v2\""));
        assert!(answers.iter().all(|answer| answer.body == stored.body), "all were told the same time of completion");
    }

    async fn labels_and_their_index_stay_in_step(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let labels: Vec<String> = (0..20).map(|index| format!("label-{index}")).collect();
        let mut everybody = JoinSet::new();
        for pair in labels.chunks(2).map(<[String]>::to_vec) {
            let (caller, path) = (admin.clone(), task.path());
            everybody.spawn(async move { caller.patch(path, json!({"labels": pair})).await });
        }
        assert_eq!(count(&everybody.join_all().await, "200"), 10);
        let stored = admin.get(task.path()).await.json();
        for label in &labels {
            let found = admin.get(format!("/api/tasks?label={label}")).await.list().len();
            let carried = stored["labels"].as_array().unwrap().iter().any(|known| known == label);
            assert_eq!(found == 1, carried, "{label}: the task is found by labels it does not have, or not by those it has");
        }
    }

    async fn many_creations_make_as_many_tasks(app) {
        let admin = app.organization("acme").await.admin();
        let mut everybody = JoinSet::new();
        for index in 0..50 {
            let caller = admin.clone();
            everybody.spawn(async move { caller.create(json!({"title": index.to_string(), "labels": ["a"]})).await.id });
        }
        let mut ids = everybody.join_all().await;
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 50);
        assert_eq!(admin.get("/api/tasks/stats").await.json()["total"], 50);
        assert_eq!(admin.get("/api/tasks?label=a&limit=200").await.list().len(), 50);
    }
}
