//! Several at once about one task in the trash, or on its way there: one of them comes first.

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use tokio::task::JoinSet;

use super::restore;
use crate::schema::strings;
use crate::support::{Answer, Database};

fn count(answers: &[Answer], summary: &str) -> usize {
    answers.iter().filter(|answer| answer.summary() == summary).count()
}

on_both_databases! {
    async fn a_task_is_either_restored_or_purged(app) {
        let admin = app.organization("acme").await.admin();
        for _ in 0..10 {
            let task = admin.create_task("Ship it").await;
            admin.delete(task.path()).await;
            let one = format!("/api/tasks/trash/{}", task.id);
            let (restored, purged) = tokio::join!(restore(&admin, &task.id), admin.delete(one));
            let outcome = (restored.summary(), purged.summary());
            let there = admin.get(task.path()).await.summary();
            match (outcome.0.as_str(), outcome.1.as_str()) {
                ("200", "404 task_not_in_trash") => assert_eq!(there, "200"),
                ("404 task_not_in_trash", "204") => assert_eq!(there, "404 task_not_found"),
                _ => panic!("both or neither: {outcome:?}"),
            }
        }
    }

    async fn of_many_who_restore_one_does(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        admin.delete(task.path()).await;
        let mut everybody = JoinSet::new();
        for _ in 0..20 {
            let (caller, id) = (admin.clone(), task.id.clone());
            everybody.spawn(async move { restore(&caller, &id).await });
        }
        let answers = everybody.join_all().await;
        assert_eq!((count(&answers, "200"), count(&answers, "404 task_not_in_trash")), (1, 19));
        assert_eq!(admin.get(task.path()).await.header("etag"), Some("\"v3\""));
    }

    async fn an_edit_comes_before_the_deletion_or_finds_nothing(app) {
        let admin = app.organization("acme").await.admin();
        for round in 0..10 {
            let task = admin.create_task("Ship it").await;
            let deleter = if round % 2 == 0 { admin.clone() } else { admin.clone().header("if-match", &task.etag) };
            let (edited, deleted) =
                tokio::join!(admin.patch(task.path(), json!({"labels": ["b"]})), deleter.delete(task.path()));
            let outcome = (edited.summary(), deleted.summary());
            let expected = match (outcome.0.as_str(), outcome.1.as_str()) {
                ("200", "204") => "\"v4\"",
                ("404 task_not_found", "204") => "\"v3\"",
                ("200", "412 precondition_failed") if round % 2 == 1 => {
                    assert_eq!(admin.get(task.path()).await.header("etag"), Some("\"v2\""));
                    continue;
                }
                _ => panic!("neither before nor after the other: {outcome:?}"),
            };
            assert_eq!(restore(&admin, &task.id).await.header("etag"), Some(expected), "{outcome:?}");
        }
    }

    async fn a_comment_waits_for_a_deletion_under_way_and_then_finds_nothing(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create_task("Ship it").await;
        let (db, watch) = (app.scratch.connect().await, app.scratch.connect().await);
        let deletion = db.begin().await.unwrap();
        let delete = "UPDATE tasks SET deleted_at = '2026-01-01T00:00:00+00:00', deleted_by = 'user_1', purge_at = '2999-01-01T00:00:00+00:00'";
        deletion.execute_unprepared(delete).await.unwrap();
        let (caller, path) = (admin.clone(), format!("{}/comments", task.path()));
        let commenting = tokio::spawn(async move { caller.post(path, json!({"body": "Done"})).await });
        if app.on == Database::Postgres {
            let waiting = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while !commenting.is_finished() && strings(&watch, waiting).await.is_empty() {}
        }
        deletion.commit().await.unwrap();
        assert_eq!(commenting.await.unwrap().summary(), "404 task_not_found", "a comment was written on a deleted task");
    }
}
