//! Orders of the list.

use serde_json::json;

use super::titles;

on_both_databases! {
    async fn the_newest_task_comes_first_unless_asked(app) {
        let admin = app.organization("acme").await.admin();
        for title in ["first", "second", "third"] {
            admin.create_task(title).await;
        }
        for query in ["", "sort_by=created_at", "sort_order=desc", "sort_by=createdAt&sort_order=desc"] {
            assert_eq!(titles(&admin, query).await, ["third", "second", "first"], "{query}");
        }
        for query in ["sort_order=asc", "sort_by=created_at&sort_order=asc", "sort_by=createdAt&sort_order=asc"] {
            assert_eq!(titles(&admin, query).await, ["first", "second", "third"], "{query}");
        }
    }

    async fn by_the_last_change(app) {
        let admin = app.organization("acme").await.admin();
        let first = admin.create_task("first").await;
        let second = admin.create_task("second").await;
        admin.create_task("third").await;
        admin.patch(second.path(), json!({"priority": "low"})).await;
        admin.patch(format!("{}/complete", first.path()), json!({"completed": true})).await;
        for name in ["updated_at", "updatedAt"] {
            assert_eq!(titles(&admin, &format!("sort_by={name}")).await, ["first", "second", "third"]);
            assert_eq!(titles(&admin, &format!("sort_by={name}&sort_order=asc")).await, ["third", "second", "first"]);
        }
    }

    async fn by_due_date_with_none_last_both_ways(app) {
        let admin = app.organization("acme").await.admin();
        for (title, due) in [
            ("none, older", json!(null)),
            ("far", json!("9998-12-31T23:59:59.999999Z")),
            ("soon", json!("2031-01-01T00:00:00Z")),
            ("a microsecond later", json!("2031-01-01T00:00:00.000001Z")),
            ("a millisecond later", json!("2031-01-01T00:00:00.001Z")),
            ("a second later", json!("2031-01-01T00:00:01Z")),
            ("long ago", json!("1000-01-01T00:00:00Z")),
            ("none, newer", json!(null)),
        ] {
            admin.create(json!({"title": title, "due_date": due})).await;
        }
        let ascending = [
            "long ago", "soon", "a microsecond later", "a millisecond later", "a second later", "far",
        ];
        for name in ["due_date", "dueDate"] {
            let listed = titles(&admin, &format!("sort_by={name}&sort_order=asc")).await;
            assert_eq!(listed[..6], ascending);
            assert_eq!(listed[6..], ["none, older", "none, newer"], "ties are in the order of age");
            let listed = titles(&admin, &format!("sort_by={name}&sort_order=desc")).await;
            assert!(listed[..6].iter().rev().eq(ascending.iter()), "{listed:?}");
            assert_eq!(listed[6..], ["none, newer", "none, older"], "ties are in the order of age");
        }
    }

    async fn by_priority_as_people_rank_it(app) {
        let admin = app.organization("acme").await.admin();
        for (title, priority) in [("b", "medium"), ("a", "high"), ("c", "low"), ("d", "medium")] {
            admin.create(json!({"title": title, "priority": priority})).await;
        }
        assert_eq!(titles(&admin, "sort_by=priority").await, ["a", "d", "b", "c"]);
        assert_eq!(titles(&admin, "sort_by=priority&sort_order=asc").await, ["c", "b", "d", "a"]);
    }

    async fn by_title_whatever_its_case(app) {
        let admin = app.organization("acme").await.admin();
        for title in ["banana", "Apple", "cherry", "Älpler", "apple pie", "BANANA", "10", "9", "zebra", "_x"] {
            admin.create_task(title).await;
        }
        let ascending = ["10", "9", "_x", "Apple", "apple pie", "banana", "BANANA", "cherry", "zebra", "Älpler"];
        assert_eq!(titles(&admin, "sort_by=title&sort_order=asc").await, ascending);
        assert!(titles(&admin, "sort_by=title").await.iter().rev().eq(ascending.iter()));
    }

    async fn an_order_holds_under_a_filter(app) {
        let admin = app.organization("acme").await.admin();
        for (title, priority, label) in [("b", "low", "x"), ("c", "high", "x"), ("a", "medium", "x"), ("d", "high", "y")] {
            admin.create(json!({"title": title, "priority": priority, "labels": [label]})).await;
        }
        assert_eq!(titles(&admin, "label=x&sort_by=title&sort_order=asc").await, ["a", "b", "c"]);
        assert_eq!(titles(&admin, "sort_by=priority&label=x").await, ["c", "a", "b"]);
    }
}
