//! The service in process, and a sender that signs as Svix does.

use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use sea_orm::EntityTrait;
use secrecy::SecretString;
use serde_json::Value;
use svix::webhooks::Webhook;
use tenantry::auth::{Revocations, StepUp, Workspaces};
use tenantry::clerk::api::ApiConfig;
use tenantry::clerk::{Api, Clock, KeySource, Verifier, VerifierConfig};
use tenantry::config::{Catalogue, LimitsConfig};
use tenantry::dashboard::Dashboard;
use tenantry::db::Db;
use tenantry::entitlements::Entitlements;
use tenantry::events::Feed;
use tenantry::health::Readiness;
use tenantry::http::middleware::Limits;
use tenantry::limits::Limiter;
use tenantry::mail::Mail;
use tenantry::metrics::Metrics;
use tenantry::server::Lifecycle;
use tenantry::state::{AppState, Parts};
use tenantry::tasks::TrashHold;
use tenantry::webhooks::{Signatures, delivery};
use tower::ServiceExt as _;

use crate::database::{Kind, Scratch};

/// The secret that [`Delivery::new`] signs with and [`App`] expects: the word `fake` and a number, over and over.
pub const SECRET: &str = concat!("whsec_", "ZmFrZTFmYWtlMWZha2UxZmFrZTFmYWtlMQ==");
/// Another.
pub const OTHER_SECRET: &str = concat!("whsec_", "ZmFrZTJmYWtlMmZha2UyZmFrZTJmYWtlMg==");

/// The service over a scratch database.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    router: Router,
}

/// Runs a test over a scratch database, which goes away even when it fails.
pub async fn run<T, F>(kind: Kind, test: T)
where
    T: FnOnce(App) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let Some(scratch) = Scratch::make(kind).await else { return };
    let outcome = tokio::spawn(test(App::new(scratch.db.clone(), &[SECRET]))).await;
    scratch.discard().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

impl App {
    pub fn new(db: Db, secrets: &[&str]) -> Self {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        let keys = KeySource::Pem(public_key().to_owned());
        let parties = vec!["https://app.example".to_owned()];
        let revocations = Revocations::default();
        let grace = chrono::TimeDelta::days(7);
        let verifier = Verifier::new(VerifierConfig::new("https://clerk.example", parties, keys)).unwrap();
        let clerk = Api::new(ApiConfig::new("https://api.clerk.example", None)).unwrap();
        let state = AppState::from(Parts {
            readiness: Readiness::new(&db, &verifier, &revocations, &clerk, &Lifecycle::default()),
            metrics: Metrics::default(),
            entitlements: Entitlements::new(Catalogue::default(), grace, Clock::system(), &revocations),
            events: Feed::new(db.clone(), Clock::system(), 10),
            db: db.clone(),
            verifier,
            revocations,
            signatures: Signatures::new(&secrets).unwrap(),
            mail: Mail::default(),
            limiter: Limiter::new(&LimitsConfig::default(), 20, &Clock::system()),
            workspaces: Workspaces { personal: false },
            clerk,
            step_up: StepUp(None),
            dashboard: Dashboard::default(),
            trash: TrashHold(TimeDelta::days(30)),
        });
        let limits =
            Limits { timeout: Duration::from_secs(10), body: 1024 * 1024, concurrent: 512, origins: Vec::new() };
        Self { db, router: tenantry::app(state, &limits) }
    }

    pub async fn send(&self, delivery: Delivery) -> Answer {
        let response = self.router.clone().oneshot(delivery.into_request()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// What is recorded of a delivery.
    pub async fn recorded(&self, id: &str) -> Option<delivery::Model> {
        delivery::Entity::find_by_id(id).one(&self.db.system()).await.unwrap()
    }
}

/// An answer; `summary` is how tests speak of it.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// `200 received`, or the status and the problem's code.
    pub fn summary(&self) -> String {
        let text = match self.body["code"].as_str() {
            Some(code) => code,
            None if self.body == serde_json::json!({ "received": true }) => "received",
            None => "?",
        };
        format!("{} {text}", self.status.as_u16())
    }
}

/// A delivery, signed unless a test takes that away.
pub struct Delivery {
    id: String,
    body: Vec<u8>,
    secret: &'static str,
    sent_at: i64,
    signature: Option<String>,
    left_out: &'static str,
    content_type: &'static str,
}

impl Delivery {
    pub fn new(id: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            secret: SECRET,
            sent_at: now(),
            signature: None,
            left_out: "",
            content_type: "application/json",
        }
    }

    pub fn event(id: &str, event: &Value) -> Self {
        Self::new(id, event.to_string())
    }

    pub fn signed_with(mut self, secret: &'static str) -> Self {
        self.secret = secret;
        self
    }

    pub fn sent_seconds_from_now(mut self, seconds: i64) -> Self {
        self.sent_at = now() + seconds;
        self
    }

    pub fn sent_at(mut self, unix_seconds: i64) -> Self {
        self.sent_at = unix_seconds;
        self
    }

    pub fn signature(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    pub fn without(mut self, header: &'static str) -> Self {
        self.left_out = header;
        self
    }

    pub fn content_type(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    pub fn own_signature(&self) -> String {
        // A body that is no UTF-8 cannot be signed.
        Webhook::new(self.secret).unwrap().sign(&self.id, self.sent_at, &self.body).unwrap_or_else(|_| "v1,AAAA".into())
    }

    fn into_request(self) -> Request<Body> {
        let signature = self.signature.clone().unwrap_or_else(|| self.own_signature());
        let headers = [
            ("content-type", self.content_type.to_owned()),
            ("svix-id", self.id.clone()),
            ("svix-timestamp", self.sent_at.to_string()),
            ("svix-signature", signature),
        ];
        let mut request = Request::post("/api/webhooks/clerk");
        for (name, value) in headers.into_iter().filter(|(name, _)| *name != self.left_out) {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body)).unwrap()
    }
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// A public key that no token here was signed with, made anew for every run.
fn public_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: PublicKeyX509Der = pair.public_key().as_der().unwrap();
        let base64 = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    })
}
