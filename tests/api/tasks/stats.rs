//! The numbers over all tasks.

use serde_json::{Value, json};

use crate::support::Caller;

async fn stats(caller: &Caller) -> Value {
    let answer = caller.get("/api/tasks/stats").await;
    assert_eq!(answer.summary(), "200");
    answer.json()
}

async fn count(caller: &Caller, query: &str) -> Value {
    let answer = caller.get(format!("/api/tasks?limit=1&count=exact&{query}")).await;
    json!(answer.header("x-total-count").unwrap().parse::<i64>().unwrap())
}

on_both_databases! {
    async fn without_tasks_every_number_is_nought(app) {
        let nothing = json!({
            "total": 0, "pending": 0, "started": 0, "completed": 0, "overdue": 0,
            "by_priority": {"low": 0, "medium": 0, "high": 0},
        });
        assert_eq!(stats(&app.organization("acme").await.admin()).await, nothing);
    }

    async fn the_numbers_are_those_of_the_list(app) {
        let admin = app.organization("acme").await.admin();
        let (past, future) = ("2020-01-01T00:00:00Z", "9998-01-01T00:00:00Z");
        for (status, priority, due) in [
            ("pending", "low", Some(past)),
            ("pending", "low", Some(future)),
            ("pending", "high", None),
            ("started", "low", Some(past)),
            ("started", "medium", None),
            ("completed", "high", Some(past)),
            ("completed", "low", None),
        ] {
            admin.create(json!({"title": "Ship it", "status": status, "priority": priority, "due_date": due})).await;
        }
        app.organization("rival").await.admin().create_task("theirs").await;
        let numbers = stats(&admin).await;
        let expected = json!({
            "total": 7, "pending": 3, "started": 2, "completed": 2, "overdue": 2,
            "by_priority": {"low": 4, "medium": 1, "high": 2},
        });
        assert_eq!(numbers, expected, "a completed task is never overdue");
        assert_eq!(numbers["total"], count(&admin, "").await);
        for status in ["pending", "started", "completed"] {
            assert_eq!(numbers[status], count(&admin, &format!("status={status}")).await, "{status}");
        }
        for priority in ["low", "medium", "high"] {
            assert_eq!(numbers["by_priority"][priority], count(&admin, &format!("priority={priority}")).await, "{priority}");
        }
        let overdue = format!("completed=false&due_before={}", chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ"));
        assert_eq!(numbers["overdue"], count(&admin, &overdue).await);
    }

    async fn the_numbers_follow_every_change(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "due_date": "2020-01-01T00:00:00Z"})).await;
        assert_eq!(stats(&admin).await["overdue"], 1);
        admin.patch(format!("{}/complete", task.path()), json!({"completed": true})).await;
        let numbers = stats(&admin).await;
        assert_eq!((&numbers["completed"], &numbers["pending"], &numbers["overdue"]), (&json!(1), &json!(0), &json!(0)));
        admin.patch(task.path(), json!({"status": "started", "priority": "high", "due_date": null})).await;
        let numbers = stats(&admin).await;
        assert_eq!((&numbers["started"], &numbers["by_priority"]["high"], &numbers["overdue"]), (&json!(1), &json!(1), &json!(0)));
        admin.delete(task.path()).await;
        assert_eq!(stats(&admin).await["total"], 0);
    }
}
