//! The hot paths, each as often as is needed for what happens now and then to be shared out.

use std::error::Error;
use std::future::Future;
use std::hint::black_box;
use std::io::Read;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rsa::KeyPair;
use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_body_util::BodyExt;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tenantry::auth::{AuthUser, Powers, RequireView};
use tenantry::config::{LogConfig, LogFormat};
use tenantry::db::TenantId;
use tenantry::http::page::{Cursor, Direction, Page, SortKey};
use tenantry::metrics::Metrics;
use tenantry::state::AppState;
use tenantry::tasks::Task;
use tenantry::tasks::entity::{Labels, Model, Priority, Status};
use tenantry::webhooks::Signatures;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use uuid::Uuid;

use crate::service::{limited, state};
use crate::token::{token, verifier};

/// How often a case runs while it is counted.
const ROUNDS: u64 = 500;

/// How often where the memory of tokens tidies itself by the clock, which must not weigh.
const MANY_ROUNDS: u64 = 10_000;

/// How often before, so that what happens once is not counted.
const BEFORE: u64 = 50;

/// Most requests of one second that nothing is refused for.
const PLENTY: u32 = 1_000_000;

/// Every case.
pub const NAMES: [&str; 11] = [
    "token_cold",
    "token_remembered",
    "guard",
    "request_bare",
    "request",
    "request_limited",
    "request_logged",
    "request_measured",
    "list_to_json",
    "cursor",
    "webhook_signature",
];

/// How often this case runs while it is counted.
pub fn rounds_of(case: &str) -> u64 {
    if case == "token_remembered" { MANY_ROUNDS } else { ROUNDS }
}

/// Runs one case, with the key that is read from standard input.
pub fn run(case: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut key = Vec::new();
    std::io::stdin().read_to_end(&mut key)?;
    let key = KeyPair::from_pkcs8(&key)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match case {
        "token_cold" => verified(&runtime, &key, 0, ROUNDS),
        "token_remembered" => verified(&runtime, &key, 64 * 1024 * 1024, MANY_ROUNDS),
        "guard" => guarded(&runtime, &key),
        "request_bare" => {
            let bare = Router::new().route("/guarded", get(async || "ok"));
            answered(&runtime, &bare, &token(&key, 0));
        }
        "request" => requested(&runtime, &key, 0, Metrics::default()),
        "request_limited" => requested(&runtime, &key, PLENTY, Metrics::default()),
        "request_logged" => {
            let config = LogConfig { filter: "info".into(), format: LogFormat::Json };
            let log = tenantry::telemetry::subscriber(&config, false, std::io::sink);
            tracing::subscriber::set_global_default(log)?;
            requested(&runtime, &key, PLENTY, Metrics::default());
        }
        "request_measured" => {
            let reader = opentelemetry_prometheus::exporter().with_registry(prometheus::Registry::new()).build()?;
            let provider = SdkMeterProvider::builder().with_reader(reader).build();
            requested(&runtime, &key, PLENTY, Metrics::new(provider.meter("tenantry")));
        }
        "list_to_json" => listed(&runtime),
        "cursor" => read_and_written(&runtime),
        "webhook_signature" => signed(&runtime)?,
        _ => return Err(format!("there is no case {case}").into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// What is counted. Callgrind knows it by its name.
#[inline(never)]
fn measured<F: Future>(runtime: &Runtime, rounds: F) -> F::Output {
    black_box(runtime.block_on(rounds))
}

/// The usual number of rounds.
fn rounds(runtime: &Runtime, round: impl AsyncFnMut(usize)) {
    so_many_rounds(runtime, ROUNDS, round);
}

/// Some rounds that are not counted, and those that are; each with a number of its own.
fn so_many_rounds(runtime: &Runtime, counted: u64, mut round: impl AsyncFnMut(usize)) {
    let (before, all) = (BEFORE as usize, (BEFORE + counted) as usize);
    let mut some = async |numbers: std::ops::Range<usize>| {
        for number in numbers {
            round(number).await;
        }
    };
    runtime.block_on(some(0..before));
    measured(runtime, some(before..all));
}

/// One of a few tokens, by a verifier that remembers so much.
fn verified(runtime: &Runtime, key: &KeyPair, cache_bytes: u64, counted: u64) {
    let tokens: Vec<String> = (0..BEFORE).map(|number| token(key, number)).collect();
    let verifier = verifier(key, cache_bytes);
    so_many_rounds(runtime, counted, async |number| {
        let session = verifier.verify(&tokens[number % tokens.len()]).await;
        black_box(session.expect("the token is good"));
    });
}

async fn service(key: &KeyPair, metrics: Metrics) -> AppState {
    state(verifier(key, 64 * 1024 * 1024), "sqlite::memory:", metrics).await
}

/// What a guard makes of a request whose token was verified.
fn guarded(runtime: &Runtime, key: &KeyPair) {
    let state = runtime.block_on(service(key, Metrics::default()));
    let session = runtime.block_on(state.verifier.verify(&token(key, 0))).expect("the token is good");
    let mut parts: Parts = Request::new(()).into_parts().0;
    parts.extensions.insert(AuthUser::new(session, Powers::NONE));
    rounds(runtime, async |_| {
        let guard = RequireView::from_request_parts(&mut parts, &state).await;
        black_box(guard.expect("the caller may see tasks"));
    });
}

/// Everything around a guarded handler that does nothing.
fn requested(runtime: &Runtime, key: &KeyPair, rate: u32, metrics: Metrics) {
    let state = runtime.block_on(service(key, metrics));
    answered(runtime, &limited(&state, rate), &token(key, 0));
}

fn answered(runtime: &Runtime, router: &Router, token: &str) {
    let mut requests: Vec<Option<Request<Body>>> = (0..BEFORE + ROUNDS).map(|_| Some(request(token))).collect();
    rounds(runtime, async |number| {
        let request = requests[number].take().expect("a request a round");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        black_box(answer.into_body().collect().await.expect("a body").to_bytes());
    });
}

fn request(token: &str) -> Request<Body> {
    let request = Request::get("/guarded").header("authorization", format!("Bearer {token}"));
    let request = request.header("host", "127.0.0.1:8080").header("accept", "application/json");
    request.header("accept-encoding", "gzip").body(Body::empty()).expect("a request")
}

/// A page of 20 as the handler makes it of rows, with a link to the next.
fn listed(runtime: &Runtime) {
    let tenant = TenantId::Organization("org_3ViXZya8cdFOcVwWBhqG5KSFdPE".into());
    let uri = "/api/tasks?limit=20".parse().expect("an address");
    let mut pages: Vec<Vec<Model>> = (0..BEFORE + ROUNDS).map(|_| (0..20).map(row).collect()).collect();
    rounds(runtime, async |number| {
        let rows = std::mem::take(&mut pages[number]);
        let next = rows.last().map(cursor);
        let tasks: Vec<Task> = rows.into_iter().map(|row| Task::of(row, &tenant)).collect();
        let answer = Page::new(tasks, next, None, &uri).into_response();
        assert!(answer.headers().contains_key("link"));
        black_box(answer.into_body().collect().await.expect("a body").to_bytes());
    });
}

/// A cursor as a caller sends it, and that of the next page.
fn read_and_written(runtime: &Runtime) {
    let first = cursor(&row(19));
    let sent = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&first).expect("a cursor is JSON"));
    let uri = "/api/tasks?limit=20".parse().expect("an address");
    rounds(runtime, async |_| {
        let read: Cursor<Uuid> = black_box(&*sent).parse().expect("the cursor is good");
        black_box(Page::<Task>::new(Vec::new(), Some(read), None, &uri));
    });
}

/// Where a page ends.
fn cursor(last: &Model) -> Cursor<Uuid> {
    let key = SortKey::Time(last.created_at);
    Cursor { by: "created_at".into(), order: Direction::Desc, key, id: last.id }
}

fn row(number: i64) -> Model {
    let day = |day: i64| chrono::DateTime::from_timestamp(1_774_000_000 + 86_400 * day, 936_832_000).expect("a time");
    Model {
        tenant_id: "org_3ViXZya8cdFOcVwWBhqG5KSFdPE".into(),
        id: Uuid::from_u128(0x019a_7000_0000_7000_8000_0000_0000_0000 + u128::from(number.unsigned_abs())),
        title: format!("Sand and oil the oak table, part {number}"),
        title_folded: format!("sand and oil the oak table, part {number}"),
        description: Some("Two coats, a day apart. Ask for the \"natural\" one.".into()),
        description_folded: Some("two coats, a day apart. ask for the \"natural\" one.".into()),
        status: Status::Started,
        priority: Priority::High,
        category: Some("workshop".into()),
        labels: Labels(vec!["oak".into(), "finish".into()]),
        assignee_id: Some("user_3FlY0mG1ylvuhfJXqIEnomef2mS".into()),
        due_date: Some(day(number)),
        completed_at: None,
        created_by: "user_3FlY0mG1ylvuhfJXqIEnomef2mS".into(),
        updated_by: "user_3FlY0mG1ylvuhfJXqIEnomef2mS".into(),
        created_at: day(number),
        updated_at: day(number),
        version: 1,
        deleted_at: None,
        deleted_by: None,
        purge_at: None,
    }
}

/// The signature of a delivery of a usual size.
fn signed(runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    let secret = ["whsec", "_dGFza29yYml0LXRlc3Qtc2lnbmluZy1r"].concat();
    let body = format!(r#"{{"data":{{"id":"{}"}},"type":"user.updated"}}"#, "x".repeat(2048));
    let (id, now) = ("msg_3Zk8QwTb1LxUe5Rr0aPd7HfJm2C", SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let signature = svix::webhooks::Webhook::new(&secret)?.sign(id, i64::try_from(now)?, body.as_bytes())?;
    let mut headers = HeaderMap::new();
    headers.insert("svix-id", HeaderValue::from_static(id));
    headers.insert("svix-timestamp", HeaderValue::from(now));
    headers.insert("svix-signature", HeaderValue::from_str(&signature)?);
    let signatures = Signatures::new(&[secret.into()])?;
    rounds(runtime, async |_| {
        black_box(signatures.verify(&headers, body.as_bytes()).expect("the signature is good"));
    });
    Ok(())
}
