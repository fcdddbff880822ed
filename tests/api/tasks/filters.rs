//! Filters of the list: AND between them, OR within one.

use serde_json::json;

use super::{encoded, found};
use crate::support::{Caller, TestApp};

/// An admin and an editor, and five tasks that differ in everything a filter looks at.
async fn five_tasks(app: &TestApp) -> (Caller, Caller) {
    let acme = app.organization("acme").await;
    let admin = acme.admin();
    let editor = acme.member_with(&["org:tasks:view", "org:tasks:create", "org:tasks:edit"]).await;
    let (mine, theirs) = (&admin.user_id, &editor.user_id);
    for task in [
        json!({"title": "a", "status": "pending", "priority": "low", "category": "red", "labels": ["x"],
               "assignee_id": mine, "due_date": "2031-01-01T00:00:00Z"}),
        json!({"title": "b", "status": "started", "priority": "medium", "category": "red", "labels": ["x", "y"],
               "due_date": "2031-01-02T00:00:00Z"}),
        json!({"title": "c", "status": "completed", "priority": "high", "category": "Red", "labels": ["y"]}),
    ] {
        admin.create(task).await;
    }
    for task in [
        json!({"title": "d", "status": "pending", "priority": "high", "labels": ["z", "X"],
               "assignee_id": theirs, "due_date": "2031-01-02T00:00:00.000001Z"}),
        json!({"title": "e", "status": "completed", "priority": "low", "category": "blue sky", "assignee_id": theirs}),
    ] {
        editor.create(task).await;
    }
    (admin, editor)
}

/// Asks each question and compares the titles that are found.
async fn expect(caller: &Caller, questions: &[(&str, &str)]) {
    for (query, expected) in questions {
        assert_eq!(found(caller, query).await.concat(), *expected, "{query}");
    }
}

on_both_databases! {
    async fn one_filter_alone(app) {
        let (admin, _) = five_tasks(&app).await;
        expect(&admin, &[
            ("", "abcde"),
            ("status=pending", "ad"),
            ("status=started", "b"),
            ("status=completed", "ce"),
            ("priority=low", "ae"),
            ("priority=medium", "b"),
            ("priority=high", "cd"),
            ("category=red", "ab"),
            ("category=Red", "c"),
            ("category=blue+sky", "e"),
            ("category=blue%20sky", "e"),
            ("category=green", ""),
            ("label=x", "ab"),
            ("label=y", "bc"),
            ("label=X", "d"),
            ("label=nobody", ""),
            ("completed=true", "ce"),
            ("completed=false", "abd"),
        ]).await;
    }

    async fn several_values_of_one_filter_mean_or(app) {
        let (admin, _) = five_tasks(&app).await;
        expect(&admin, &[
            ("status=pending,started", "abd"),
            ("status=pending&status=started", "abd"),
            ("status=pending%2Cstarted", "abd"),
            ("status=pending,pending", "ad"),
            ("status=pending,started&status=completed", "abcde"),
            ("priority=low,high", "acde"),
            ("category=red,Red", "abc"),
            ("category=red&category=blue+sky", "abe"),
            ("label=x,y", "abc"),
            ("label=x&label=z", "abd"),
            ("label=x,unknown", "ab"),
        ]).await;
        let counted = admin.get("/api/tasks?label=x,y&count=exact").await;
        assert_eq!(counted.header("x-total-count"), Some("3"), "a task with two of the labels counts once");
    }

    async fn different_filters_mean_and(app) {
        let (admin, editor) = five_tasks(&app).await;
        expect(&admin, &[
            ("status=pending&priority=high", "d"),
            ("status=pending,completed&priority=low,high&label=y", "c"),
            ("category=red&label=y&status=started", "b"),
            ("completed=true&status=pending", ""),
            ("completed=false&status=pending,completed", "ad"),
            ("search=a&category=red", "a"),
            ("search=a&category=Red", ""),
            ("created_by=me&completed=true", "c"),
            ("assignee=none&created_by=me&label=x", "b"),
            ("due_after=2031-01-02T00:00:00Z&priority=high", "d"),
        ]).await;
        expect(&editor, &[("assignee=me&completed=false", "d"), ("created_by=me&assignee=none", "")]).await;
    }

    async fn by_assignee(app) {
        let (admin, editor) = five_tasks(&app).await;
        let (mine, theirs) = (&admin.user_id, &editor.user_id);
        expect(&admin, &[
            ("assignee=me", "a"),
            ("assignee=none", "bc"),
            (&format!("assignee={theirs}"), "de"),
            (&format!("assignee={mine}"), "a"),
            ("assignee=me,none", "abc"),
            (&format!("assignee=none&assignee={theirs}"), "bcde"),
            (&format!("assignee=me,none,{theirs}"), "abcde"),
            ("assignee=user_nobody", ""),
        ]).await;
        expect(&editor, &[("assignee=me", "de"), ("assignee=me,none", "bcde")]).await;
    }

    async fn by_creator(app) {
        let (admin, editor) = five_tasks(&app).await;
        let theirs = &editor.user_id;
        expect(&admin, &[
            ("created_by=me", "abc"),
            (&format!("created_by={theirs}"), "de"),
            (&format!("created_by=me,{theirs}"), "abcde"),
            ("created_by=none", ""),
        ]).await;
        expect(&editor, &[("created_by=me", "de")]).await;
    }

    async fn by_due_date(app) {
        let (admin, _) = five_tasks(&app).await;
        expect(&admin, &[
            ("due_before=2031-01-02T00:00:00Z", "a"),
            ("due_before=2031-01-02T00:00:00.000001Z", "ab"),
            ("due_before=2031-01-02T00:00:00.000002Z", "abd"),
            ("due_after=2031-01-02T00:00:00Z", "bd"),
            ("due_after=2031-01-02T00:00:00.000001Z", "d"),
            ("due_after=2031-01-02T00:00:00.000002Z", ""),
            ("due_after=2031-01-01T00:00:00Z&due_before=2031-01-02T00:00:00Z", "a"),
            ("due_after=2031-01-02T01:00:00%2B01:00", "bd"),
            ("due_before=2031-01-01T19:00:00-05:00", "a"),
            ("due_before=1999-01-01T00:00:00Z", ""),
            ("due_after=2031-01-02T00:00:00Z&due_before=2031-01-01T00:00:00Z", ""),
        ]).await;
    }

    async fn far_away_dates_are_answered_or_refused_but_never_an_error_of_ours(app) {
        let (admin, _) = five_tasks(&app).await;
        expect(&admin, &[
            ("due_before=9999-12-31T23:59:59Z", "abd"),
            ("due_after=0000-01-01T00:00:00Z", "abd"),
            ("due_after=9999-12-31T23:59:59Z", ""),
        ]).await;
        for far in [
            "9999-12-31T23:59:59-23:00", "0000-01-01T00:00:00%2B23:00", "%2B12000-01-01T00:00:00Z", "-200000-01-01T00:00:00Z",
            "%2B262000-01-01T00:00:00Z", "99999999999",
        ] {
            for filter in ["due_before", "due_after"] {
                let answer = admin.get(format!("/api/tasks?{filter}={far}")).await;
                let expected = format!("422 validation_failed {filter} invalid_value");
                assert_eq!(answer.mistakes(), expected, "{far} is in no year of four digits");
            }
        }
    }

    async fn an_unacceptable_value_is_named(app) {
        let admin = app.organization("acme").await.admin();
        for (query, parameter) in [
            ("status=done", "status"),
            ("status=Pending", "status"),
            ("status=", "status"),
            ("status=pending,", "status"),
            ("priority=urgent", "priority"),
            ("priority=low,urgent", "priority"),
            ("category=", "category"),
            ("label=a,,b", "label"),
            ("assignee=", "assignee"),
            ("completed=yes", "completed"),
            ("completed=true&completed=false", "completed"),
            ("completed=true,false", "completed"),
            ("due_before=tomorrow", "due_before"),
            ("due_before=2031-01-01", "due_before"),
            ("due_after=2031-13-01T00:00:00Z", "due_after"),
            ("due_after=2031-01-01T00:00:00Z&due_after=2031-01-01T00:00:00Z", "due_after"),
            ("search=a&search=b", "search"),
            ("sort_by=id", "sort_by"),
            ("sort_by=", "sort_by"),
            ("sort_order=up", "sort_order"),
            ("sort_order=DESC", "sort_order"),
            ("count=all", "count"),
        ] {
            let answer = admin.get(format!("/api/tasks?{query}")).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed {parameter} invalid_value"), "{query}");
        }
        let hundred_and_one = vec!["a"; 101].join(",");
        let answer = admin.get(format!("/api/tasks?label={hundred_and_one}")).await;
        assert_eq!(answer.mistakes(), "422 validation_failed label invalid_value");
    }

    async fn an_unknown_parameter_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        for parameter in ["colour", "Status", "tenant_id", "org_id", "page", "sortBy"] {
            let answer = admin.get(format!("/api/tasks?{parameter}=x")).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed {parameter} unknown_parameter"));
        }
    }

    async fn a_query_that_is_no_text_is_malformed(app) {
        let admin = app.organization("acme").await.admin();
        for query in ["search=%FF", "category=%00", "label=a%00b", "%C3%28=1", "assignee=%00"] {
            assert_eq!(admin.get(format!("/api/tasks?{query}")).await.summary(), "400 query_malformed", "{query}");
        }
    }

    async fn text_of_another_language_cannot_leave_its_place(app) {
        let (admin, _) = five_tasks(&app).await;
        for text in ["' OR 1=1 --", "\") OR (\"1\"=\"1", "x\\' OR '1'='1", "$1", "?", ":tenant"] {
            let text = encoded(text);
            expect(&admin, &[
                (&format!("category={text}"), ""),
                (&format!("label={text}"), ""),
                (&format!("assignee={text}"), ""),
                (&format!("created_by={text}"), ""),
                (&format!("search={text}"), ""),
            ]).await;
        }
    }
}
