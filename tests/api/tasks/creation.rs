//! Creating a task: every field, every default, every refusal.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::support::new_user;

on_both_databases! {
    async fn a_title_is_enough(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let answer = admin.post("/api/tasks", json!({"title": "Ship it"})).await;
        assert_eq!(answer.summary(), "201");
        let task = answer.json();
        let expected = json!({
            "id": task["id"], "org_id": acme.id, "title": "Ship it", "description": null, "status": "pending",
            "completed": false, "completed_at": null, "priority": "medium", "category": null, "labels": [],
            "assignee_id": null, "due_date": null, "created_by": admin.user_id, "updated_by": admin.user_id,
            "created_at": task["created_at"], "updated_at": task["created_at"],
        });
        assert_eq!(task, expected, "a task has just these members; a new one is a change of the contract");
        let id = Uuid::parse_str(task["id"].as_str().unwrap()).unwrap();
        assert_eq!(id.get_version_num(), 7);
        let address = format!("/api/tasks/{id}");
        assert_eq!(answer.header("location"), Some(address.as_str()));
        assert_eq!(answer.header("etag"), Some("\"v1\""));
        let again = admin.get(&address).await;
        assert_eq!((again.summary().as_str(), again.json()), ("200", expected));
        assert_eq!(again.header("etag"), answer.header("etag"));
    }

    async fn every_field_is_kept(app) {
        let admin = app.organization("acme").await.admin();
        let sent = json!({
            "title": "Ship it", "description": "Soon.\n\n  *Very* soon.", "status": "started", "priority": "high",
            "category": "release", "labels": ["b", "a", "ü"], "assignee_id": admin.user_id,
            "due_date": "2031-05-06T07:08:09.123456Z",
        });
        let task = admin.create(sent.clone()).await;
        let stored = admin.get(task.path()).await.json();
        for (member, value) in sent.as_object().unwrap() {
            assert_eq!(&task.body[member], value, "{member} as answered");
            assert_eq!(&stored[member], value, "{member} as stored");
        }
    }

    async fn text_is_trimmed_but_a_description_is_kept_as_it_is(app) {
        let admin = app.organization("acme").await.admin();
        let sent = json!({
            "title": " \t Ship\u{a0}it \u{2003}\n", "category": "  release ", "labels": [" a ", "b\t"], "description": "  code\n",
        });
        let task = admin.create(sent).await.body;
        assert_eq!(task["title"], "Ship\u{a0}it");
        assert_eq!(task["category"], "release");
        assert_eq!(task["labels"], json!(["a", "b"]));
        assert_eq!(task["description"], "  code\n");
    }

    async fn labels_keep_their_order_and_lose_their_repetitions(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "Ship it", "labels": ["zebra", "ape", " zebra", "Ape", "ape"]})).await;
        assert_eq!(task.body["labels"], json!(["zebra", "ape", "Ape"]));
        assert_eq!(admin.get(task.path()).await.json()["labels"], json!(["zebra", "ape", "Ape"]));
    }

    async fn the_longest_that_is_allowed_is_accepted(app) {
        let admin = app.organization("acme").await.admin();
        // Four bytes each: the limits are of characters.
        let crabs = |count: usize| "🦀".repeat(count);
        let labels: Vec<String> = (0..20).map(|index| format!("{index:02}{}", crabs(48))).collect();
        let sent = json!({
            "title": format!(" {} ", crabs(255)), "description": crabs(10_000), "category": crabs(50), "labels": labels,
        });
        let task = admin.create(sent).await;
        let stored = admin.get(task.path()).await.json();
        assert_eq!(stored["title"], crabs(255));
        assert_eq!(stored["description"], crabs(10_000));
        assert_eq!(stored["category"], crabs(50));
        assert_eq!(stored["labels"], json!(labels));
    }

    async fn what_is_longer_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        let labels: Vec<String> = (0..21).map(|index| index.to_string()).collect();
        for (field, value, mistake) in [
            ("title", json!("é".repeat(256)), "/title too_long"),
            ("description", json!("é".repeat(10_001)), "/description too_long"),
            ("category", json!("é".repeat(51)), "/category too_long"),
            ("labels", json!(["fine", "é".repeat(51)]), "/labels/1 too_long"),
            ("labels", json!(labels), "/labels too_many"),
        ] {
            let mut sent = json!({"title": "Ship it"});
            sent[field] = value;
            let answer = admin.post("/api/tasks", sent).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed {mistake}"));
        }
        assert!(admin.get("/api/tasks").await.list().is_empty());
    }

    async fn every_mistake_is_named_at_once(app) {
        let admin = app.organization("acme").await.admin();
        let sent = json!({
            "title": " ", "description": "é".repeat(10_001), "category": "", "labels": ["", "é".repeat(51)],
            "status": null, "priority": null, "due_date": "0999-12-31T23:59:59Z",
        });
        let answer = admin.post("/api/tasks", sent).await;
        assert_eq!(
            answer.mistakes(),
            "422 validation_failed /title empty /description too_long /category empty /labels/0 empty \
             /labels/1 too_long /status null /priority null /due_date out_of_range",
        );
    }

    async fn what_a_caller_may_not_write_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        for field in [
            "id", "org_id", "tenant_id", "created_by", "updated_by", "created_at", "updated_at", "completed",
            "completed_at", "version", "title_folded", "colour",
        ] {
            let mut sent = json!({"title": "Ship it"});
            sent[field] = json!("x");
            let answer = admin.post("/api/tasks", sent).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed /{field} unknown_field"));
        }
        assert!(admin.get("/api/tasks").await.list().is_empty());
    }

    async fn values_of_another_kind_are_refused(app) {
        let admin = app.organization("acme").await.admin();
        for (field, value, mistake) in [
            ("title", json!(5), "/title invalid_type"),
            ("title", json!(null), "/title required"),
            ("title", json!(""), "/title empty"),
            ("title", json!("a\u{0}b"), "/title invalid_character"),
            ("description", json!("a\u{0}b"), "/description invalid_character"),
            ("description", json!(["a"]), "/description invalid_type"),
            ("status", json!("done"), "/status invalid_value"),
            ("status", json!("Pending"), "/status invalid_value"),
            ("priority", json!("urgent"), "/priority invalid_value"),
            ("priority", json!(1), "/priority invalid_type"),
            ("priority", json!([]), "/priority invalid_type"),
            ("status", json!(true), "/status invalid_type"),
            ("category", json!("a\u{0}b"), "/category invalid_character"),
            ("labels", json!("a,b"), "/labels invalid_type"),
            ("labels", json!(["a", 2]), "/labels/1 invalid_type"),
            ("labels", json!(["a", null]), "/labels/1 invalid_type"),
            ("labels", json!(["a\u{0}b"]), "/labels/0 invalid_character"),
            ("due_date", json!("tomorrow"), "/due_date invalid_value"),
            ("due_date", json!("2031-02-30T00:00:00Z"), "/due_date invalid_value"),
            ("due_date", json!("2031-02-03"), "/due_date invalid_value"),
            ("due_date", json!(1_900_000_000), "/due_date invalid_type"),
            ("due_date", json!("-200000-01-01T00:00:00Z"), "/due_date out_of_range"),
            ("due_date", json!("9999-01-01T00:00:00Z"), "/due_date out_of_range"),
            ("due_date", json!("9998-12-31T23:59:59-01:00"), "/due_date out_of_range"),
            ("assignee_id", json!(""), "/assignee_id not_a_member"),
            ("assignee_id", json!("user_a\u{0}b"), "/assignee_id not_a_member"),
            ("assignee_id", json!(7), "/assignee_id invalid_type"),
        ] {
            let mut sent = json!({"title": "Ship it"});
            sent[field] = value.clone();
            let answer = admin.post("/api/tasks", sent).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed {mistake}"), "{field}: {value}");
        }
        assert_eq!(admin.post("/api/tasks", json!({})).await.mistakes(), "422 validation_failed /title required");
        for array in [json!([]), json!(["Ship it", null, "pending", "low", null, null, null, null])] {
            let answer = admin.post("/api/tasks", array.clone()).await;
            assert_eq!(answer.mistakes(), "422 validation_failed  invalid_type", "{array} is no object");
        }
        assert!(admin.get("/api/tasks").await.list().is_empty());
    }

    async fn what_is_no_json_is_unreadable(app) {
        let admin = app.organization("acme").await.admin();
        for body in ["", "{", "[", "[1] 2", "{\"title\": \"a\"} {}", "title=a"] {
            let answer = admin.request(Method::POST, "/api/tasks", Some(body.into())).await;
            assert_eq!(answer.summary(), "400 json_malformed", "{body}");
        }
        let form = admin.clone().header("content-type", "application/x-www-form-urlencoded");
        let answer = form.request(Method::POST, "/api/tasks", Some("title=a".into())).await;
        assert_eq!(answer.summary(), "415 unsupported_media_type");
        let huge = admin.post("/api/tasks", json!({"title": "a".repeat(1024 * 1024)})).await;
        assert_eq!(huge.summary(), "413 body_too_large");
        assert!(admin.get("/api/tasks").await.list().is_empty());
    }

    async fn null_means_the_default_where_a_field_may_be_null(app) {
        let admin = app.organization("acme").await.admin();
        let sent = json!({
            "title": "Ship it", "description": null, "category": null, "labels": null, "assignee_id": null, "due_date": null,
        });
        let task = admin.create(sent).await.body;
        assert_eq!(task["labels"], json!([]));
        for field in ["description", "category", "assignee_id", "due_date"] {
            assert_eq!(task[field], json!(null), "{field}");
        }
    }

    async fn a_task_may_begin_in_any_status(app) {
        let admin = app.organization("acme").await.admin();
        for (status, completed) in [("pending", false), ("started", false), ("completed", true)] {
            let task = admin.create(json!({"title": "Ship it", "status": status})).await.body;
            assert_eq!((&task["status"], &task["completed"]), (&json!(status), &json!(completed)));
            let expected = if completed { task["created_at"].clone() } else { json!(null) };
            assert_eq!(task["completed_at"], expected);
        }
    }

    async fn times_keep_their_microseconds_and_become_utc(app) {
        let admin = app.organization("acme").await.admin();
        for (sent, kept) in [
            ("2031-05-06T07:08:09.123456+02:00", "2031-05-06T05:08:09.123456Z"),
            ("2031-05-06T07:08:09.000001-11:30", "2031-05-06T18:38:09.000001Z"),
            ("2031-05-06T07:08:09.1234567Z", "2031-05-06T07:08:09.123456Z"),
            ("2031-05-06T07:08:09Z", "2031-05-06T07:08:09Z"),
            ("1000-01-01T00:00:00Z", "1000-01-01T00:00:00Z"),
            ("9998-12-31T23:59:59.999999Z", "9998-12-31T23:59:59.999999Z"),
        ] {
            let task = admin.create(json!({"title": sent, "due_date": sent})).await;
            let stored = admin.get(task.path()).await.json();
            assert_eq!((&task.body["due_date"], &stored["due_date"]), (&json!(kept), &json!(kept)), "{sent}");
            assert_eq!(stored, task.body, "what creation answered is what is stored, to the microsecond");
            let listed = admin.get("/api/tasks?limit=1").await.list();
            assert_eq!(listed, [stored]);
        }
    }

    async fn an_assignee_is_the_caller_or_a_member(app) {
        let admin = app.organization("acme").await.admin();
        let rival = app.organization("rival").await.admin();
        let stranger = new_user(&app, "stranger");
        for assignee in [rival.user_id.as_str(), stranger.as_str(), "user_nobody"] {
            let answer = admin.post("/api/tasks", json!({"title": "Ship it", "assignee_id": assignee})).await;
            assert_eq!(answer.mistakes(), "422 validation_failed /assignee_id not_a_member");
        }
        let mine = admin.create(json!({"title": "Ship it", "assignee_id": admin.user_id})).await;
        assert_eq!(mine.body["assignee_id"], json!(admin.user_id));
        assert_eq!(admin.get("/api/tasks").await.list().len(), 1, "a refused task must not be stored");
    }
}
