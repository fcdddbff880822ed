//! The filters of texts: they spare reading, and never change what a search finds, whose tasks it finds, or what has become of them.

use axum::http::Method;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde_json::{Value, json};
use tenantry::db::search::fold;
use tenantry::tasks::make_filters;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::{each, encoded, found, pages, restore};
use crate::support::{Caller, TestApp};

/// Of few characters, so that random texts contain each other: of one to four bytes, with and without case, and LIKE's own.
const TITLE: &str = "[abABß%_\\\\Σσς日本🙂.]{1,10}";
const DESCRIPTION: &str = "[abABß%_\\\\Σσς日本🙂.]{0,20}";
const SEARCH: &str = "[abABß%_\\\\Σσς日本🙂.]{1,4}";

/// A task as it comes and as it becomes, and what to search for.
type Case = (Vec<(Texts, Option<Texts>)>, Vec<String>);
type Texts = (String, Option<String>);

fn texts() -> impl Strategy<Value = Texts> {
    (TITLE, option::of(DESCRIPTION))
}

fn body((title, description): &Texts) -> Value {
    json!({"title": title, "description": description})
}

/// The titles that contain a text or whose descriptions do, by a model of the search.
fn expected(tasks: &[Value], search: &str) -> Vec<String> {
    let contains = |text: &Value| text.as_str().is_some_and(|text| fold(text).contains(&fold(search)));
    let hits = tasks.iter().filter(|task| contains(&task["title"]) || contains(&task["description"]));
    let mut titles: Vec<String> = hits.map(|task| task["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

/// Creates tasks in an organization of their own, changes some, and searches before and after.
async fn search(app: &TestApp, (tasks, searches): Case) -> Result<(), TestCaseError> {
    let slug = format!("case-{}", uuid::Uuid::now_v7().simple());
    let admin = app.organization(&slug).await.admin();
    let mut stored = Vec::new();
    for (texts, _) in &tasks {
        stored.push(admin.create(body(texts)).await);
    }
    let mut now: Vec<Value> = stored.iter().map(|task| task.body.clone()).collect();
    agrees(&admin, &now, &searches).await?;
    for (place, (_, changed)) in tasks.iter().enumerate() {
        if let Some(texts) = changed {
            let answer = admin.patch(stored[place].path(), body(texts)).await;
            prop_assert_eq!(answer.summary(), "200");
            now[place] = answer.json();
        }
    }
    agrees(&admin, &now, &searches).await
}

async fn agrees(admin: &Caller, tasks: &[Value], searches: &[String]) -> Result<(), TestCaseError> {
    for text in searches {
        let hits = found(admin, &format!("search={}", encoded(text))).await;
        prop_assert_eq!(hits, expected(tasks, text), "searching {:?}", text);
    }
    Ok(())
}

/// What the filters beside the tasks of a tenant are, in the order of their titles.
async fn filters(app: &TestApp, tenant: &str) -> Vec<Vec<i64>> {
    let db = app.scratch.connect().await;
    let select = format!("SELECT * FROM tasks WHERE tenant_id = '{tenant}' ORDER BY title");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), select)).await.unwrap();
    let of =
        |row: &QueryResult| (0..8).map(|place| row.try_get_by(&*format!("search_filter_{place}")).unwrap()).collect();
    rows.iter().map(of).collect()
}

/// What stands where a filter was never made.
const NEVER_MADE: [i64; 8] = [-1; 8];

/// Forgets all filters, as if the tasks were older than they are.
async fn forget_filters(app: &TestApp) {
    let all: Vec<String> = (0..8).map(|place| format!("search_filter_{place} = -1")).collect();
    let forget = format!("UPDATE tasks SET {}", all.join(", "));
    app.scratch.connect().await.execute_unprepared(&forget).await.unwrap();
}

on_both_databases! {
    async fn random_texts_are_found_as_a_model_finds_them(app) {
        let config = Config { cases: 12, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
        let cases = (vec((texts(), option::of(texts())), 0..10), vec(SEARCH, 8));
        let outcome = block_in_place(|| {
            TestRunner::new(config).run(&cases, |case| Handle::current().block_on(search(&app, case)))
        });
        if let Err(failure) = outcome {
            panic!("the search and the model of it differ; the smallest case found: {failure}");
        }
    }

    async fn a_task_is_found_by_what_it_says_now_and_while_it_lives(app) {
        let admin = app.organization("acme").await.admin();
        let task = admin.create(json!({"title": "first words", "description": "said once"})).await;
        let hits = async |text: &str| found(&admin, &format!("search={text}")).await.len();
        assert_eq!((hits("first").await, hits("once").await), (1, 1));
        assert_eq!(admin.patch(task.path(), json!({"title": "second words", "description": null})).await.summary(), "200");
        assert_eq!((hits("first").await, hits("once").await, hits("second").await), (0, 0, 1));
        assert_eq!(admin.delete(task.path()).await.summary(), "204");
        assert_eq!(hits("second").await, 0, "it is in the trash");
        assert_eq!(restore(&admin, &task.id).await.summary(), "200");
        assert_eq!(hits("second").await, 1);
        assert_eq!(admin.delete(task.path()).await.summary(), "204");
        let trashed = task.path().replace("tasks/", "tasks/trash/");
        assert_eq!(admin.request(Method::DELETE, trashed, None).await.summary(), "204");
        assert_eq!(hits("second").await, 0, "it is gone");
    }

    async fn a_text_is_found_in_ones_own_tasks_alone(app) {
        let (acme, rival) = (app.organization("acme").await.admin(), app.organization("rival").await.admin());
        acme.create_task("the secret plan").await;
        rival.create_task("another plan").await;
        assert_eq!(found(&acme, "search=plan").await, ["the secret plan"]);
        assert_eq!(found(&rival, "search=plan").await, ["another plan"]);
        assert!(found(&rival, "search=secret").await.is_empty());
    }

    async fn few_and_many_are_found_alike_whatever_else_is_asked(app) {
        let admin = app.organization("acme").await.admin();
        let filler = admin.create(json!({"title": "pattern", "description": "few"})).await;
        let db = app.scratch.connect().await;
        let columns = "description, description_folded, status, priority, labels, created_by, updated_by, created_at,
            updated_at, version";
        let (id, padded) = match db.get_database_backend() {
            DbBackend::Postgres => ("gen_random_uuid()", "lpad(n::text, 3, '0')"),
            _ => ("randomblob(16)", "printf('%03d', n)"),
        };
        // 499 more that say "few", and 999 in all that say "many".
        let copies = format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999)
             INSERT INTO tasks (tenant_id, id, title, title_folded, {columns})
             SELECT tenant_id, {id}, 'many ' || {padded}, 'many ' || {padded}, {} FROM tasks, numbers WHERE title = 'pattern'",
            columns.replacen("description, description_folded", "CASE WHEN n < 500 THEN 'few' END, CASE WHEN n < 500 THEN 'few' END", 1)
        );
        db.execute_unprepared(&copies).await.unwrap();
        assert_eq!(make_filters(&app.db).await.unwrap(), 999);
        for (query, count, first) in [
            ("search=few", "500", "pattern"),
            ("search=many", "999", "many 999"),
            ("search=many+00", "9", "many 009"),
            ("search=few&status=completed", "0", ""),
            ("search=m", "999", "many 999"),
        ] {
            let answer = admin.get(format!("/api/tasks?{query}&sort_by=title&sort_order=desc&limit=7&count=exact")).await;
            assert_eq!(answer.header("x-total-count"), Some(count), "{query}");
            assert_eq!(answer.each("title").first().map_or("", String::as_str), first, "{query}");
        }
        let first = "/api/tasks?search=few&sort_by=title&sort_order=asc&limit=60";
        let titles = each(&pages(&admin, first).await, "title");
        assert_eq!((titles.len(), titles.last().map(String::as_str)), (500, Some("pattern")), "page by page");
        assert_eq!(admin.get(filler.path()).await.summary(), "200");
    }

    async fn filters_are_made_of_tasks_that_have_none(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        for task in [
            json!({"title": "a needle", "description": "in the hay"}),
            json!({"title": "hay", "description": null}),
            json!({"title": "日本", "description": "x".repeat(10_000)}),
        ] {
            admin.create(task).await;
        }
        let made = filters(&app, &acme.id).await;
        assert!(!made.contains(&NEVER_MADE.to_vec()), "{made:?}");
        assert_eq!(make_filters(&app.db).await.unwrap(), 0, "a new task has its filter");
        forget_filters(&app).await;
        assert_eq!(filters(&app, &acme.id).await, [NEVER_MADE; 3]);
        assert_eq!(found(&admin, "search=needle").await, ["a needle"], "what has no filter is found");
        let before = admin.get("/api/tasks").await;
        assert_eq!(make_filters(&app.db).await.unwrap(), 3);
        assert_eq!(filters(&app, &acme.id).await, made);
        let after = admin.get("/api/tasks").await;
        assert_eq!(after.json(), before.json(), "neither the version nor a time tells of it");
        assert_eq!(make_filters(&app.db).await.unwrap(), 0, "once is enough");
    }

    async fn a_filter_is_made_once_however_long_the_text(app) {
        let admin = app.organization("acme").await.admin();
        let all: String = ('\u{4e00}'..).take(10_000).collect();
        admin.create(json!({"title": "long", "description": all})).await;
        assert_eq!(make_filters(&app.db).await.unwrap(), 0);
        assert_eq!(found(&admin, "search=nowhere").await, [""; 0]);
    }

    async fn what_a_program_without_filters_changes_is_found(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        admin.create(json!({"title": "first words", "description": "said once"})).await;
        let made = filters(&app, &acme.id).await;
        let db = app.scratch.connect().await;
        db.execute_unprepared("UPDATE tasks SET version = version + 1, title_folded = 'first words'").await.unwrap();
        assert_eq!(filters(&app, &acme.id).await, made, "no text changed");
        db.execute_unprepared("UPDATE tasks SET title = 'Other', title_folded = 'other'").await.unwrap();
        assert_eq!(filters(&app, &acme.id).await, [NEVER_MADE]);
        assert_eq!(found(&admin, "search=other").await, ["Other"]);
        assert_eq!(make_filters(&app.db).await.unwrap(), 1);
        assert_eq!(found(&admin, "search=other").await, ["Other"]);
        db.execute_unprepared("UPDATE tasks SET description = NULL, description_folded = NULL").await.unwrap();
        assert_eq!(filters(&app, &acme.id).await, [NEVER_MADE]);
    }
}
