//! What the program tells of itself, by every way out, with secrets planted wherever one can come in: none of them leaves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use serde_json::json;
use tokio::net::TcpListener;

use crate::dev::Dev;
use crate::program::{Program, free_port};

/// Stands for the collector and for Sentry: keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Sent>>>);

/// A path, and what came there.
type Sent = (String, Vec<u8>);

impl Collector {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(keep).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        address.to_string()
    }

    /// Everything that came under a path, one after the other.
    fn sent_to(&self, path: &str) -> Vec<u8> {
        let kept = self.0.lock().unwrap();
        kept.iter().filter(|(of, _)| of.contains(path)).flat_map(|(_, body)| body.clone()).collect()
    }
}

async fn keep(State(collector): State<Collector>, uri: Uri, body: Bytes) -> StatusCode {
    collector.0.lock().unwrap().push((uri.path().to_owned(), body.to_vec()));
    StatusCode::OK
}

fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// What must not leave, by where it was planted.
struct Planted {
    title: &'static str,
    search: &'static str,
    smtp_password: &'static str,
    header: &'static str,
}

const PLANTED: Planted = Planted {
    title: "planted-in-a-title",
    search: "planted-in-a-search",
    smtp_password: "planted-in-the-smtp-address",
    header: "planted-in-the-headers-of-otlp",
};

/// Everything that a caller can send, and an error of ours.
async fn use_it(dev: &Dev, folder: &std::path::Path) -> Vec<String> {
    let client = reqwest::Client::new();
    let token = dev.token("ada").await;
    let at = |path: &str| format!("{}{path}", dev.base);
    let created = client.post(at("/api/tasks")).bearer_auth(&token).json(&json!({"title": PLANTED.title})).send().await;
    assert_eq!(created.unwrap().status(), 201);
    let search = at(&format!("/api/tasks?search={}", PLANTED.search));
    let traced = client.get(search).bearer_auth(&token).header("traceparent", TRACEPARENT).send().await.unwrap();
    assert_eq!(traced.status(), 200);
    for bad in [json!({"title": 7, "labels": PLANTED.title}), json!({"email": "planted@people.example"})] {
        let refused = client.post(at("/api/invitations")).bearer_auth(&token).json(&bad).send().await.unwrap();
        assert!(refused.status().is_client_error());
    }
    let forged = format!("{}x", token);
    assert_eq!(client.get(at("/api/me")).bearer_auth(&forged).send().await.unwrap().status(), 401);
    let webhook = client.post(at("/api/webhooks/clerk")).header("svix-signature", "v1,planted-in-a-signature");
    assert_eq!(webhook.body(PLANTED.title).send().await.unwrap().status(), 400);

    // An error of ours, whose cause quotes the statement.
    let url = format!("sqlite://{}", folder.join("tenantry.db").display());
    let db = Database::connect(ConnectOptions::new(url)).await.unwrap();
    db.execute_unprepared("ALTER TABLE task_labels RENAME TO elsewhere").await.unwrap();
    let failed = client.get(at("/api/tasks?label=planted-in-a-search")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(failed.status(), 500);
    vec![token, forged]
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_leaves_by_logs_metrics_traces_or_reports() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::default());
    let address = collector.listen().await;
    let metrics = format!("127.0.0.1:{}", free_port());
    let mut dev = Dev::start_with(
        folder.path(),
        &[
            ("RUST_LOG", "trace"),
            ("LOG_FORMAT", "json"),
            ("METRICS_ADDR", &metrics),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
            ("OTEL_EXPORTER_OTLP_HEADERS", &format!("authorization=Bearer%20{}", PLANTED.header)),
            ("SENTRY_DSN", &format!("http://public@{address}/1")),
            ("SMTP_URL", &format!("smtp://mailer:{}@127.0.0.1:{}", PLANTED.smtp_password, free_port())),
            ("EMAIL_FROM", "Tenantry <no-reply@tenantry.example>"),
        ],
    )
    .await;
    let mut secrets = use_it(&dev, folder.path()).await;
    let scraped = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap().text().await.unwrap();
    dev.program.terminate();
    assert!(dev.program.end_within(Duration::from_secs(30)).await.success(), "{}", dev.program.errors());

    let ways_out = [
        ("the log", dev.program.errors().into_bytes()),
        ("the metrics", scraped.into_bytes()),
        ("the traces", collector.sent_to("/v1/traces")),
        ("the metrics of the collector", collector.sent_to("/v1/metrics")),
        ("the reports", collector.sent_to("/envelope/")),
    ];
    // Something was said on each of them, or nothing is shown by what is absent.
    for ((way, text), said) in ways_out.iter().zip([
        "/api/tasks",
        "http_server_request_duration_seconds",
        "db.query.text",
        "http.server.request.duration",
        "internal_error",
    ]) {
        assert!(holds(text, said), "{way} should have {said}: {}", String::from_utf8_lossy(text));
    }
    secrets.extend([PLANTED.title, PLANTED.search, PLANTED.smtp_password, PLANTED.header].map(str::to_owned));
    secrets.extend(["planted-in-a-signature", "planted@people.example", "ada@example.com"].map(str::to_owned));
    let emulator = dev.program.output();
    secrets
        .extend(emulator.split([' ', '(', ')', '\n']).filter(|word| word.starts_with("sk_test_")).map(str::to_owned));
    for (way, text) in &ways_out {
        for secret in &secrets {
            assert!(!holds(text, secret), "{way} has {secret:?}");
        }
    }
    let log = dev.program.errors();
    assert!(log.contains(TRACE), "the log should name the trace that a caller began");
    let trace: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert!(ways_out[2].1.windows(16).any(|window| window == trace), "and the traces should be a part of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_dashboards_and_alerts_ask_for_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = format!("127.0.0.1:{}", free_port());
    let mut dev = Dev::start_with(folder.path(), &[("METRICS_ADDR", &metrics)]).await;
    let client = reqwest::Client::new();
    let token = dev.token("ada").await;
    for (path, expected) in [("/api/tasks", 200), ("/api/tasks", 200), ("/api/nothing", 404), ("/api/me", 200)] {
        let answer = client.get(format!("{}{path}", dev.base)).bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), expected);
    }
    let scrape = async || reqwest::get(format!("http://{metrics}/metrics")).await.unwrap().text().await.unwrap();
    let text = scrape().await;
    for line in [
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/api/tasks\"} 2",
        "tenantry_refusals_total{code=\"route_not_found\"} 1",
        "tenantry_tokens_looks_total{result=\"hit\"}",
        "tenantry_webhook_deliveries_total{outcome=\"applied\",type=\"organization.created\"}",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let asked = dev.program.until("the queue to be counted", async |_| {
        let text = scrape().await;
        text.contains("process_resident_memory_bytes").then_some(text)
    });
    let text = asked.await;
    let known: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for (file, content) in [
        ("alerts.yml", include_str!("../../ops/prometheus/alerts.yml")),
        ("tenantry.json", include_str!("../../ops/grafana/dashboards/tenantry.json")),
    ] {
        for name in names_in(content) {
            let base = ["_bucket", "_count", "_sum"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
            let is_known = known.contains(&base) || known.contains(&name) || LATER.contains(&base);
            assert!(is_known, "{file} asks for {name}, which nobody measures; there are {known:?}");
        }
    }
    dev.program.terminate();
}

#[tokio::test]
async fn a_signal_makes_the_log_say_more_and_the_next_one_less() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start_with(folder.path(), &[("LOG_LEVEL", "warn")]).await;
    dev.program.signal("USR1");
    let told = async |program: &Program| program.errors().contains("info,tenantry=debug").then_some(());
    dev.program.until("the level to change", told).await;
    let ask = async || reqwest::get(format!("{}/nothing", dev.base)).await.unwrap().status();
    assert_eq!(ask().await, 404);
    assert_eq!(dev.program.errors().matches("route_not_found").count(), 1, "{}", dev.program.errors());
    dev.program.signal("USR1");
    // What is logged at `warn` alone has no line of its own for it: another request is not logged any more.
    let quiet = async |program: &Program| {
        let before = program.errors().len();
        assert_eq!(ask().await, 404);
        (program.errors().len() == before).then_some(())
    };
    dev.program.until("the level to change back", quiet).await;
}

#[test]
fn every_alert_leads_to_its_part_of_the_runbooks() {
    let alerts = include_str!("../../ops/prometheus/alerts.yml");
    let headings = include_str!("../../docs/runbooks.md").lines().filter_map(|line| line.strip_prefix("## "));
    // As forges make addresses of headings.
    let kept = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let slug =
        |heading: &str| heading.to_lowercase().replace(' ', "-").chars().filter(|c| kept(*c)).collect::<String>();
    let parts: Vec<String> = headings.map(slug).collect();
    let led: Vec<&str> =
        alerts.lines().filter_map(|line| line.trim().strip_prefix("runbook: docs/runbooks.md#")).collect();
    assert_eq!(led.len(), alerts.matches("- alert: ").count(), "every alert should name its part of the runbooks");
    for part in led {
        assert!(parts.iter().any(|known| known == part), "there is no part {part} in docs/runbooks.md: {parts:?}");
    }
}

/// Measured once it happens: Clerk was not called, no job failed, SQLite's pool was not waited for.
const LATER: [&str; 6] = [
    "tenantry_clerk_call_duration_seconds",
    "tenantry_job_duration_seconds",
    "tenantry_jobs_waiting",
    "tenantry_jobs_dead",
    "tenantry_jobs_lateness_seconds",
    "db_client_connection_wait_time_seconds",
];

/// The names of metrics in a text.
fn names_in(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    let prefixes = ["tenantry_", "http_server_", "db_client_", "process_"];
    words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix))).collect()
}
