//! No list, filter, search, page, count or number reads a whole table: the plans of the statements that the API really sends.
//!
//! A database with 100 000 tasks of 1 000 tenants, one of them with 20 000, answers requests; every statement they cause is
//! noted as it runs and then explained with the values it had. A handler that changes its statement changes what is seen here.

mod explain;
mod seed;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use sea_orm::{DbBackend, Statement};
use serde_json::json;
use tenantry::db::Db;

use self::explain::{Explainer, Plan};
use crate::support::{Caller, Database, Setup, TestApp};

const ORDERS: [&str; 5] = ["created_at", "updated_at", "due_date", "priority", "title"];

const FILTERS: [&str; 20] = [
    "status=pending",
    "status=started,completed",
    "priority=high",
    "category=site",
    "category=site,office",
    "label=rare",
    "label=common",
    "label=rare,common&status=pending",
    "assignee=me",
    "assignee=none",
    "assignee=me,none",
    "created_by=me",
    "completed=true",
    "due_before=2026-01-01T00:00:00Z",
    "due_after=2026-01-01T00:00:00Z&sort_by=due_date&sort_order=asc",
    "search=needle",
    "search=task",
    "search=nowhere+at+all",
    "status=pending&priority=high&category=site&label=rare&assignee=me&search=task",
    "status=pending&sort_by=priority",
];

/// An API whose statements are noted.
struct Watched {
    app: TestApp,
    tenant: String,
    caller: Caller,
    noted: Arc<Mutex<Vec<Statement>>>,
}

/// What was asked, and a statement it caused.
struct Asked {
    request: String,
    statement: Statement,
}

impl Watched {
    async fn start(on: Database) -> Self {
        let app = TestApp::start(on).await;
        let large = app.organization("large").await;
        seed::fill(&app, &large).await;
        let noted: Arc<Mutex<Vec<Statement>>> = Arc::default();
        let note = noted.clone();
        let db = Db::connect(&app.scratch.config).await.unwrap();
        let db = db.observed(move |info| note.lock().unwrap().push(info.statement.clone()));
        let app = app.over(db, &Setup::default());
        Self { caller: large.admin().at(&app), tenant: large.id.clone(), app, noted }
    }

    /// Asks, and returns the statements this caused, with the address of the next page.
    async fn asked(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> (Vec<Asked>, Option<String>) {
        drop(self.take());
        let body = body.map(|body| body.to_string().into_bytes());
        let answer = self.caller.request(method.clone(), path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.summary());
        let statements = self.take();
        assert!(!statements.is_empty(), "{method} {path} sent no statement that could be noted");
        let request = format!("{method} {path}");
        let asked = statements.into_iter().map(|statement| Asked { request: request.clone(), statement });
        (asked.collect(), answer.next())
    }

    async fn get(&self, path: &str) -> Vec<Asked> {
        self.asked(Method::GET, path, None).await.0
    }

    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The statement of a page that a cursor begins, a long way down the list.
    async fn deep_page(&self, query: &str) -> Vec<Asked> {
        let (_, next) = self.asked(Method::GET, &format!("/api/tasks?{query}&limit=1&offset=2000"), None).await;
        let next = next.unwrap().replace("limit=1&", "limit=100&");
        assert!(next.contains("cursor="), "{next}");
        self.get(&next).await
    }
}

/// Every order of the list: its first page, a small offset, and a page far down.
async fn orders_are_read_in_order(watched: &Watched, explainer: &Explainer) {
    for by in ORDERS {
        for direction in ["asc", "desc"] {
            let query = format!("sort_by={by}&sort_order={direction}");
            let mut asked = watched.get(&format!("/api/tasks?{query}")).await;
            asked.extend(watched.get(&format!("/api/tasks?{query}&offset=50")).await);
            for (asked, plan) in explainer.all(&asked).await {
                plan.assert_scans_nothing(asked);
                plan.assert_not_sorted(asked);
            }
            for (asked, plan) in explainer.all(&watched.deep_page(&query).await).await {
                plan.assert_scans_nothing(asked);
                plan.assert_not_sorted(asked);
                plan.assert_begins_at_the_cursor(asked);
            }
        }
    }
}

/// A text that few of the tenant's tasks contain is looked for in the filters alone, and then those few are read by their ids; one that
/// many contain is met in the order of the list.
async fn a_search_reads_the_filters(watched: &Watched, explainer: &Explainer) {
    for (search, few) in [("needle", Some(true)), ("nowhere+at+all", None), ("task", Some(false))] {
        let asked = watched.get(&format!("/api/tasks?search={search}&limit=20")).await;
        let asked: Vec<Asked> = asked.into_iter().filter(|asked| has_a_plan(&asked.statement)).collect();
        let (filters, list) = asked.split_first().unwrap();
        for (_, plan) in explainer.all(std::slice::from_ref(filters)).await {
            assert!(plan.reads_alone("ix_tasks_search"), "{search} by {}\n{plan}", filters.statement);
        }
        assert_eq!(list.len(), usize::from(few.is_some()), "what no task contains needs no list: {search}");
        for (asked, plan) in explainer.all(list).await {
            assert_eq!(Some(plan.reads_ids()), few, "{search} by {}\n{plan}", asked.statement);
            plan.assert_scans_nothing(asked);
        }
    }
}

/// Everything else that is read or written.
async fn nothing_reads_a_whole_table(watched: &Watched, explainer: &Explainer) {
    let mut all = Vec::new();
    for filter in FILTERS {
        all.extend(watched.get(&format!("/api/tasks?{filter}")).await);
        all.extend(watched.get(&format!("/api/tasks?{filter}&count=exact&limit=5")).await);
    }
    all.extend(watched.deep_page("completed=false").await);
    let me = &watched.caller.user_id;
    for path in [
        "/api/tasks?count=exact&limit=1".to_owned(),
        "/api/tasks/stats".into(),
        format!("/api/{me}/tasks"),
        format!("/api/{me}/tasks?status=pending&sort_by=title"),
        format!("/api/{me}/stats"),
        "/api/members".into(),
        "/api/members?limit=5&count=exact".into(),
        "/api/members?search=person+7".into(),
        "/api/members?role=admin".into(),
        "/api/organizations".into(),
        "/api/organization".into(),
    ] {
        all.extend(watched.get(&path).await);
    }
    let (_, next) = watched.asked(Method::GET, "/api/members?limit=50", None).await;
    all.extend(watched.get(&next.unwrap()).await);
    all.extend(writes(watched).await);
    all.extend(comments_and_trash(watched).await);
    for (asked, plan) in explainer.all(&all).await {
        plan.assert_scans_nothing(asked);
    }
}

async fn writes(watched: &Watched) -> Vec<Asked> {
    let new = json!({"title": "New", "labels": ["rare"], "assignee_id": "user_000020"});
    let (mut all, _) = watched.asked(Method::POST, "/api/tasks", Some(new)).await;
    let keyed = watched.caller.clone().header("idempotency-key", "once");
    assert_eq!(keyed.post("/api/tasks", json!({"title": "Keyed"})).await.summary(), "201");
    all.extend(watched.take().into_iter().map(|statement| Asked { request: "POST with a key".into(), statement }));
    let path = watched.caller.create_task("Short lived").await.path();
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"title": "Other", "labels": ["rare"]}))),
        (Method::PATCH, format!("{path}/complete"), None),
        (Method::DELETE, path, None),
    ] {
        all.extend(watched.asked(method, &path, body).await.0);
    }
    all
}

/// What is written about comments and in the trash, and single ones that are read.
async fn comments_and_trash(watched: &Watched) -> Vec<Asked> {
    let task = watched.caller.create_task("Talked about").await.path();
    let body = || Some(json!({"body": "Done"}));
    let said = watched.caller.post(format!("{task}/comments"), body().unwrap()).await;
    let (comment, mut all) = (said.header("location").unwrap().to_owned(), Vec::new());
    let trashed = task.replace("tasks/", "tasks/trash/");
    for (method, path, body) in [
        (Method::POST, format!("{task}/comments"), body()),
        (Method::GET, comment.clone(), None),
        (Method::PATCH, comment.clone(), body()),
        (Method::DELETE, comment, None),
        (Method::GET, format!("{task}/comments?count=exact"), None),
        (Method::GET, format!("{task}/activity"), None),
        (Method::DELETE, task.clone(), None),
        (Method::GET, trashed.clone(), None),
        (Method::POST, format!("{task}/restore"), None),
        (Method::DELETE, task, None),
        (Method::DELETE, trashed, None),
    ] {
        all.extend(watched.asked(method, &path, body).await.0);
    }
    all
}

/// The trash, and a task's comments from either end.
async fn other_lists_are_read_in_order(watched: &Watched, explainer: &Explainer) {
    let comments = format!("/api/tasks/{}/comments", seed::TALKED_ABOUT);
    for list in ["/api/tasks/trash?".to_owned(), format!("{comments}?"), format!("{comments}?sort_order=asc&")] {
        let (mut asked, next) = watched.asked(Method::GET, &format!("{list}limit=50"), None).await;
        asked.extend(watched.get(&next.unwrap()).await);
        for (asked, plan) in explainer.all(&asked).await {
            plan.assert_scans_nothing(asked);
            plan.assert_not_sorted(asked);
        }
    }
}

impl Plan {
    fn assert_scans_nothing(&self, asked: &Asked) {
        let scans = self.scans();
        assert!(
            scans.is_empty(),
            "{} reads all of {scans:?}. Add an index that begins with tenant_id and holds what the statement filters by.\n\
             {}\n{self}",
            asked.request,
            asked.statement
        );
    }

    fn assert_not_sorted(&self, asked: &Asked) {
        assert!(
            !self.sorts(),
            "{} sorts what an index should give in order. Its keyset must name the columns of an index after tenant_id, \
             none of them nullable.\n{}\n{self}",
            asked.request,
            asked.statement
        );
    }

    fn assert_begins_at_the_cursor(&self, asked: &Asked) {
        assert!(
            self.begins_at_the_cursor(),
            "{} reads the pages before its own. Compare the sort column and the id as one row value, in the order of an \
             index.\n{}\n{self}",
            asked.request,
            asked.statement
        );
    }
}

/// Whether a statement has a plan at all: `SET LOCAL` has none.
fn has_a_plan(statement: &Statement) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| statement.sql.starts_with(verb))
}

/// The backend under test.
fn backend(app: &TestApp) -> DbBackend {
    app.db.system_connection().get_database_backend()
}

/// One test for each database: filling it takes longer than asking it.
async fn every_request_is_answered_from_an_index(on: Database) {
    let watched = Watched::start(on).await;
    let explainer = Explainer::new(&watched.app, &watched.tenant).await;
    orders_are_read_in_order(&watched, &explainer).await;
    other_lists_are_read_in_order(&watched, &explainer).await;
    a_search_reads_the_filters(&watched, &explainer).await;
    nothing_reads_a_whole_table(&watched, &explainer).await;
}

#[tokio::test]
async fn every_request_is_answered_from_an_index_on_sqlite() {
    every_request_is_answered_from_an_index(Database::Sqlite).await;
}

#[tokio::test]
async fn every_request_is_answered_from_an_index_on_postgres() {
    if Database::postgres_is_there() {
        every_request_is_answered_from_an_index(Database::Postgres).await;
    }
}
