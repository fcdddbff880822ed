//! The index of texts: it spares reading, and never changes what a search finds, whose tasks it finds, or what has become of them.

use axum::http::Method;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use tenantry::db::search::fold;
use tenantry::db::{APP_ROLE, trouble};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::{each, encoded, found, pages, restore};
use crate::support::{Caller, Database, TestApp};

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

/// What the function answers to a tenant, or to nobody, who asks it by hand.
async fn asked(app: &TestApp, tenant: Option<&str>, text: &str) -> Option<usize> {
    let session = app.scratch.login().await.begin().await.unwrap();
    session.execute_unprepared(&format!("SET LOCAL ROLE {APP_ROLE}")).await.unwrap();
    if let Some(tenant) = tenant {
        session.execute_unprepared(&format!("SET LOCAL app.tenant_id = '{tenant}'")).await.unwrap();
    }
    let call = format!("SELECT cardinality(tasks_containing('{text}', '%{text}%', 500))");
    let row = session.query_one_raw(Statement::from_string(DbBackend::Postgres, call)).await.unwrap().unwrap();
    row.try_get_by_index::<Option<i32>>(0).unwrap().map(|count| count as usize)
}

async fn postgres() -> Option<TestApp> {
    if Database::postgres_is_there() { Some(TestApp::start(Database::Postgres).await) } else { None }
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
        // 249 more that say "few", and 750 that say "many" besides.
        let copies = format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999)
             INSERT INTO tasks (tenant_id, id, title, title_folded, {columns})
             SELECT tenant_id, {id}, 'many ' || {padded}, 'many ' || {padded}, {} FROM tasks, numbers WHERE title = 'pattern'",
            columns.replacen("description, description_folded", "CASE WHEN n < 250 THEN 'few' END, CASE WHEN n < 250 THEN 'few' END", 1)
        );
        db.execute_unprepared(&copies).await.unwrap();
        for (query, count, first) in [
            ("search=few", "250", "pattern"),
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
        assert_eq!((titles.len(), titles.last().map(String::as_str)), (250, Some("pattern")), "page by page");
        assert_eq!(admin.get(filler.path()).await.summary(), "200");
    }
}

#[tokio::test]
async fn the_function_answers_the_tenant_that_is_set_and_nobody_else() {
    let Some(app) = postgres().await else { return };
    let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
    acme.admin().create_task("the secret plan 日本").await;
    assert_eq!(asked(&app, Some(&acme.id), "secret").await, Some(1), "or this shows nothing");
    assert_eq!(asked(&app, Some(&acme.id), "日本").await, Some(1), "two signs are a word");
    assert_eq!(asked(&app, Some(&acme.id), "se").await, None, "two letters are in no index");
    assert_eq!(asked(&app, Some(&rival.id), "secret").await, Some(0));
    assert_eq!(asked(&app, None, "secret").await, None);
    assert_eq!(asked(&app, Some(""), "secret").await, None);
    // Taking no role, the login may not ask at all.
    let call = "SELECT tasks_containing('secret', '%', 500)";
    let refused = app.scratch.login().await.execute_unprepared(call).await.unwrap_err();
    assert_eq!(trouble::sql_state(&refused).as_deref(), Some("42501"));
}

#[tokio::test]
async fn a_function_with_another_owner_costs_time_and_no_task() {
    let Some(app) = postgres().await else { return };
    let acme = app.organization("acme").await;
    acme.admin().create_task("the secret plan").await;
    let owner = app.scratch.connect().await;
    let restored = "ALTER FUNCTION tasks_containing(text, text, integer) OWNER TO CURRENT_USER";
    owner.execute_unprepared(restored).await.unwrap();
    assert_eq!(asked(&app, Some(&acme.id), "secret").await, None);
    assert_eq!(found(&acme.admin(), "search=secret").await, ["the secret plan"]);
}
