//! Nothing that callers entrust to the service reaches the log, not even at its most talkative; request ids do.

use std::collections::BTreeMap;

use axum::http::Method;
use clerk_emulator::{NewUser, TokenRequest};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tenantry::config::{DatabaseConfig, DatabaseUrl, LogFormat};
use tenantry::db::Db;

use crate::support::{Answer, Caller, Database, Log, Setup, TestApp};

/// Everything talks, which is more than an operator would ever switch on.
const TALKATIVE: &str = "trace";

/// What must not be found in a log, and what it is.
#[derive(Default)]
struct Planted(BTreeMap<String, &'static str>);

impl Planted {
    fn plant(&mut self, what: &'static str, text: &str) -> String {
        self.0.insert(text.to_owned(), what);
        text.to_owned()
    }

    /// A token may not leak in part either: no segment of it that says something.
    fn plant_token(&mut self, what: &'static str, token: &str) -> String {
        for segment in token.split('.').skip(1).filter(|segment| segment.len() > 20) {
            self.0.insert(segment.to_owned(), what);
        }
        token.to_owned()
    }

    fn assert_absent(&self, log: &Log) {
        let text = log.text();
        for (planted, what) in &self.0 {
            let found = log.lines_with(planted);
            assert!(found.is_empty(), "{what} must not reach the log; take it out of: {:#?}", found.first());
            let encoded: String = planted.chars().flat_map(char::escape_default).collect();
            assert!(!text.contains(&encoded), "{what} must not reach the log, escaped or not");
        }
    }
}

/// Sends requests and remembers the ids under which they must be found in the log.
struct Sender {
    caller: Caller,
    ids: Vec<String>,
}

impl Sender {
    fn of(caller: &Caller) -> Self {
        Self { caller: caller.clone(), ids: Vec::new() }
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> Answer {
        let answer = self.caller.request(method, path, body.map(String::into_bytes)).await;
        self.ids.push(answer.header("x-request-id").unwrap().to_owned());
        answer
    }
}

async fn nothing_planted_is_logged(on: Database, format: LogFormat) {
    let (log, _listening) = Log::capture(format, TALKATIVE);
    let app = TestApp::start(on).await;
    let mut planted = Planted::default();
    let user = planted_person(&app, &mut planted);
    let acme = app.organization("acme").await;
    let admin = acme.add(&user, "org:admin").await;
    planted.plant_token("a session token", admin.token.as_deref().unwrap());
    planted.plant("Clerk's secret key", &app.clerk.secret_key());
    planted.plant("the webhook secret", &app.clerk.webhook_secret());

    let mut ids = good_requests(&admin, &mut planted).await;
    ids.extend(refused_requests(&app, &admin, &mut planted).await);
    ids.extend(refused_tokens(&app, &user, &mut planted).await);
    ids.extend(webhook_like_requests(&app, &mut planted).await);
    ids.extend(failures(&app, &admin, &mut planted).await);

    assert!(ids.len() > 25, "{}", ids.len());
    for id in &ids {
        assert!(!log.lines_with(id).is_empty(), "every request is found by its id: {id}");
    }
    planted.assert_absent(&log);
}

fn planted_person(app: &TestApp, planted: &mut Planted) -> String {
    let new = NewUser {
        email_addresses: vec![planted.plant("an e-mail address", "planted.address@private.example")],
        first_name: Some(planted.plant("a name", "Plantagenet")),
        last_name: Some(planted.plant("a name", "Verborgen")),
        ..NewUser::default()
    };
    app.clerk.create_user(new).unwrap().id
}

async fn good_requests(admin: &Caller, planted: &mut Planted) -> Vec<String> {
    let mut sender =
        Sender::of(&admin.clone().header("idempotency-key", &planted.plant("an idempotency key", "planted-key-4711")));
    let task = json!({
        "title": planted.plant("a title", "Planted title"), "description": planted.plant("a description", "Planted description ü"),
        "category": planted.plant("a category", "Planted category"), "labels": [planted.plant("a label", "Planted label")],
    });
    let made = sender.send(Method::POST, "/api/tasks", Some(task.to_string())).await;
    assert_eq!(made.summary(), "201");
    assert_eq!(sender.send(Method::POST, "/api/tasks", Some(task.to_string())).await.summary(), "201");
    let path = made.header("location").unwrap().to_owned();
    let change = json!({"title": planted.plant("a new title", "Replanted title")}).to_string();
    assert_eq!(sender.send(Method::PATCH, &path, Some(change)).await.summary(), "200");
    let search = planted.plant("a search text", "planted-search");
    let label = planted.plant("a label searched for", "planted-wanted-label");
    for list in [
        format!("/api/tasks?search={search}"),
        format!("/api/tasks?label={label}"),
        format!("/api/members?search={search}"),
    ] {
        assert_eq!(sender.send(Method::GET, &list, None).await.summary(), "200", "{list}");
    }
    for path in [&*path, "/api/me", "/api/members", "/api/organization", "/api/organizations", "/api/tasks/stats"] {
        assert_eq!(sender.send(Method::GET, path, None).await.summary(), "200", "{path}");
    }
    assert_eq!(sender.send(Method::DELETE, &path, None).await.summary(), "204");
    sender.ids
}

async fn refused_requests(app: &TestApp, admin: &Caller, planted: &mut Planted) -> Vec<String> {
    let mut sender = Sender::of(admin);
    let text = planted.plant("a refused value", "planted-refused-value");
    let bodies = [
        format!("{{\"title\": \"{text}\", \"status\": \"{text}\"}}"),
        format!("{{\"{text}\": 1}}"),
        format!("{{\"title\": \"{text}\", \"assignee_id\": \"{text}\"}}"),
        format!("{{\"title\": \"{text}"),
        format!("{{\"title\": \"{}\"}}", text.repeat(50)),
        format!("{text} is not JSON"),
    ];
    for body in bodies {
        let answer = sender.send(Method::POST, "/api/tasks", Some(body)).await;
        assert!(answer.status.is_client_error(), "{}", answer.summary());
    }
    for path in [
        format!("/api/tasks?{text}=1"),
        format!("/api/tasks?status={text}"),
        format!("/api/tasks?cursor={text}"),
        format!("/api/tasks/{text}"),
        format!("/api/{text}/tasks"),
        format!("/{text}"),
        format!("/api/tasks/{text}/complete"),
    ] {
        assert!(sender.send(Method::GET, &path, None).await.status.is_client_error(), "{path}");
    }
    let mut headers = Sender::of(
        &app.nobody()
            .header("cookie", &planted.plant("a cookie", "__session=planted-cookie"))
            .header("x-custom", &planted.plant("a header", "planted-header"))
            .header("x-request-id", "planted request id"),
    );
    planted.plant("an unusable request id", "planted request id");
    headers.send(Method::GET, "/api/me", None).await;
    sender.ids.extend(headers.ids);
    sender.ids
}

async fn refused_tokens(app: &TestApp, user: &str, planted: &mut Planted) -> Vec<String> {
    let minted = |request: TokenRequest| app.clerk.session_token(&request).unwrap();
    let request = || TokenRequest::for_user(user);
    let tokens = [
        minted(request().lifetime(-60)),
        minted(request().azp("https://planted-party.example")),
        minted(request().claim("iss", json!("https://planted-issuer.example"))),
        minted(request().header("kid", json!("planted-kid"))),
        minted(request().header("kid", json!("planted kid\n"))),
        minted(request().claim("sub", json!("planted\nsubject"))),
        "planted.opaque.token".into(),
        "sk_test_planted_key".into(),
    ];
    planted.plant("an opaque token", "planted.opaque.token");
    planted.plant("a secret key sent as a token", "sk_test_planted_key");
    planted.plant("a foreign party", "planted-party");
    planted.plant("a foreign issuer", "planted-issuer");
    let mut ids = Vec::new();
    for token in tokens {
        let mut sender = Sender::of(&app.bearer(planted.plant_token("a refused token", &token)));
        assert_eq!(sender.send(Method::GET, "/api/tasks", None).await.status, 401);
        ids.extend(sender.ids);
    }
    let mut basic = Sender::of(
        &app.nobody().header("authorization", &planted.plant("other credentials", "Basic cGxhbnRlZDpzZWNyZXQ=")),
    );
    basic.send(Method::GET, "/api/tasks", None).await;
    ids.extend(basic.ids);
    ids
}

async fn webhook_like_requests(app: &TestApp, planted: &mut Planted) -> Vec<String> {
    let body = json!({"type": "user.created", "data": {"id": "user_x", "first_name": planted.plant("a name in a webhook", "Plantagenet-Hook"),
        "email_addresses": [{"email_address": planted.plant("an address in a webhook", "hook@planted.example")}]}});
    let signature = planted.plant("a webhook's signature", "v1,cGxhbnRlZCBzaWduYXR1cmU=");
    let unsigned = app
        .nobody()
        .header("svix-id", "msg_planted")
        .header("svix-timestamp", "1")
        .header("svix-signature", &signature);
    let mut sender = Sender::of(&unsigned);
    for body in [body.to_string(), "{".into(), String::new()] {
        assert!(sender.send(Method::POST, "/api/webhooks/clerk", Some(body)).await.status.is_client_error());
    }
    sender.ids
}

/// The database refuses, then it is gone, then it was never there.
async fn failures(app: &TestApp, admin: &Caller, planted: &mut Planted) -> Vec<String> {
    let mut sender = Sender::of(admin);
    let title = planted.plant("a title that could not be stored", "Planted failure");
    let body = json!({"title": title}).to_string();
    app.scratch.connect().await.execute_unprepared("ALTER TABLE tasks RENAME TO tasks_aside").await.unwrap();
    assert_eq!(sender.send(Method::POST, "/api/tasks", Some(body.clone())).await.summary(), "500 internal_error");
    assert_eq!(
        sender.send(Method::GET, "/api/tasks?search=planted-search", None).await.summary(),
        "500 internal_error"
    );
    app.db.clone().close().await.unwrap();
    assert_eq!(sender.send(Method::POST, "/api/tasks", Some(body)).await.summary(), "503 database_unavailable");

    let password = planted.plant("the database's password", "planted-password");
    for url in [
        format!("postgres://tenantry:{password}@127.0.0.1:1/db"),
        format!("sqlite:///nowhere/{password}/file.db?mode=ro"),
    ] {
        let url = DatabaseUrl::parse(&url).unwrap();
        let config = DatabaseConfig { migration_url: url.clone(), url, ..app.scratch.config.clone() };
        let config = DatabaseConfig { acquire_timeout: std::time::Duration::from_millis(300), ..config };
        let error = anyhow::Error::new(Db::connect(&config).await.unwrap_err());
        // As `serve` tells it to the person at the terminal, and as a request would log it.
        tracing::error!(cause = format!("{error:#}"), config = ?config, "failed");
        assert!(!format!("{error:#}").contains(&password), "a password must not reach the terminal: {error:#}");
    }
    let keyless = {
        let fresh = TestApp::start(app.on).await;
        let jwks_url = Some(format!("http://user:{password}@127.0.0.1:1/jwks"));
        fresh.another_instance(&Setup { jwks_url, ..Setup::default() }).await
    };
    let mut keyless = Sender::of(&admin.clone().at(&keyless));
    assert_eq!(keyless.send(Method::GET, "/api/tasks", None).await.summary(), "503 keys_unavailable");
    sender.ids.extend(keyless.ids);
    sender.ids
}

#[tokio::test]
async fn json_on_sqlite() {
    nothing_planted_is_logged(Database::Sqlite, LogFormat::Json).await;
}

#[tokio::test]
async fn text_on_sqlite() {
    nothing_planted_is_logged(Database::Sqlite, LogFormat::Pretty).await;
}

#[tokio::test]
async fn json_on_postgres() {
    if Database::postgres_is_there() {
        nothing_planted_is_logged(Database::Postgres, LogFormat::Json).await;
    }
}

#[tokio::test]
async fn text_on_postgres() {
    if Database::postgres_is_there() {
        nothing_planted_is_logged(Database::Postgres, LogFormat::Pretty).await;
    }
}

#[tokio::test]
async fn a_line_of_json_names_request_route_tenant_and_user() {
    let (log, _listening) = Log::capture(LogFormat::Json, "info");
    let app = TestApp::start(Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let admin = acme.admin();
    let answer = admin.get("/api/tasks/0193b3a4-0000-7000-8000-000000000000").await;
    let lines = log.lines_with(answer.header("x-request-id").unwrap());
    assert_eq!(lines.len(), 1, "one line for one request: {lines:?}");
    let line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(
        (&line["status"], &line["code"], &line["level"]),
        (&json!(404), &json!("task_not_found"), &json!("INFO"))
    );
    let span = &line["span"];
    assert_eq!((&span["method"], &span["route"]), (&json!("GET"), &json!("/api/tasks/{id}")));
    assert_eq!((&span["tenant"], &span["user"]), (&json!(acme.id), &json!(admin.user_id)));
}
