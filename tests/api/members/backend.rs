//! Backend APIs that answer as no healthy one does, over real HTTP on a free port.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode};
use clerk_emulator::Emulator;
use http_body_util::BodyExt;
use tenantry::clerk::api::ApiConfig;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Plainly nobody's.
pub const SECRET: &str = "sk_test_plainlyfake";

/// A Backend API, and what it was asked.
pub struct Backend {
    pub config: ApiConfig,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

/// Holds the answers of a [`Backend`] back.
#[derive(Clone)]
pub struct Gate {
    reached: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// Waits until a request has come to it.
    pub async fn reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    /// Lets one request go on.
    pub fn open(&self) {
        self.open.add_permits(1);
    }

    async fn pass(&self) {
        self.reached.add_permits(1);
        self.open.acquire().await.unwrap().forget();
    }
}

impl Backend {
    /// Answers everything alike.
    pub async fn answering(status: u16, headers: &[(&str, &str)], body: impl Into<String>) -> Self {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let body = body.into();
        Self::with(SECRET, move |_| {
            let mut answer = Response::builder().status(status);
            for (name, value) in &headers {
                answer = answer.header(name, value);
            }
            std::future::ready(answer.body(Body::from(body.clone())).unwrap())
        })
        .await
    }

    /// Answers one request after another in turn, each with status, `Retry-After` and body; the last answer stays.
    pub async fn in_turn(answers: &[(u16, &'static str, String)]) -> Self {
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        Self::with(SECRET, move |_| {
            let mut left = answers.lock().unwrap();
            let (status, wait, body) = if left.len() > 1 { left.remove(0) } else { left[0].clone() };
            let answer = Response::builder().status(status);
            let answer = if wait.is_empty() { answer } else { answer.header("retry-after", wait) };
            std::future::ready(answer.body(Body::from(body)).unwrap())
        })
        .await
    }

    /// The local Clerk, whose answers are thrown away as long as somebody says so: what was asked is done all the same.
    pub async fn losing_answers(clerk: &Emulator, lost: Arc<AtomicBool>) -> Self {
        let (client, base) = (reqwest::Client::new(), clerk.base_url());
        Self::with(&clerk.secret_key(), move |request| {
            let (client, base, lost) = (client.clone(), base.clone(), lost.clone());
            async move {
                let answer = forward(&client, &base, request).await;
                if lost.load(Ordering::SeqCst) { gateway_error() } else { answer }
            }
        })
        .await
    }

    /// The local Clerk, whose first answer is thrown away.
    pub async fn losing_the_first_answer(clerk: &Emulator) -> Self {
        let (client, base, first) = (reqwest::Client::new(), clerk.base_url(), Arc::new(AtomicBool::new(true)));
        Self::with(&clerk.secret_key(), move |request| {
            let (client, base, first) = (client.clone(), base.clone(), first.clone());
            async move {
                let answer = forward(&client, &base, request).await;
                if first.swap(false, Ordering::SeqCst) { gateway_error() } else { answer }
            }
        })
        .await
    }

    /// The local Clerk, one of whose objects is not as Clerk describes it: that at this path.
    pub async fn garbling(clerk: &Emulator, path: String) -> Self {
        let (client, base) = (reqwest::Client::new(), clerk.base_url());
        Self::with(&clerk.secret_key(), move |request| {
            let (client, base, garbled) = (client.clone(), base.clone(), request.uri().path() == path);
            async move {
                let answer = forward(&client, &base, request).await;
                if garbled { Response::new(Body::from(r#"{"object": "something else"}"#)) } else { answer }
            }
        })
        .await
    }

    /// Takes requests and never answers.
    pub async fn silent() -> Self {
        let mut backend = Self::with(SECRET, |_| std::future::pending()).await;
        backend.config.timeout = Duration::from_millis(300);
        backend
    }

    /// Nothing listens there.
    pub async fn away() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { config: ApiConfig::new(url, Some(SECRET.into())), asked: Arc::default() }
    }

    /// The local Clerk, whose answers wait at the gate: what was asked is done by then.
    pub async fn holding_answers(clerk: &Emulator) -> (Self, Gate) {
        let gate = Gate { reached: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) };
        let (held, client, base) = (gate.clone(), reqwest::Client::new(), clerk.base_url());
        let backend = Self::with(&clerk.secret_key(), move |request| {
            let (gate, client, base) = (held.clone(), client.clone(), base.clone());
            async move {
                let answer = forward(&client, &base, request).await;
                gate.pass().await;
                answer
            }
        })
        .await;
        (backend, gate)
    }

    /// Every request so far, as `PATCH /v1/…`, with its headers.
    pub fn asked(&self) -> Vec<(String, HeaderMap)> {
        self.asked.lock().unwrap().clone()
    }

    pub async fn with<F>(secret: &str, answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let asked: Arc<Mutex<Vec<(String, HeaderMap)>>> = Arc::default();
        let note = asked.clone();
        let router = Router::new().fallback(move |request: Request| {
            let line = format!("{} {}", request.method(), request.uri());
            note.lock().unwrap().push((line, request.headers().clone()));
            answer(request)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { config: ApiConfig::new(url, Some(secret.into())), asked }
    }
}

fn gateway_error() -> Response<Body> {
    Response::builder().status(502).body(Body::from("<html>")).unwrap()
}

async fn forward(client: &reqwest::Client, base: &str, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut headers = parts.headers;
    headers.remove("host");
    let answer = client.request(parts.method, format!("{base}{}", parts.uri)).headers(headers).body(body).send().await;
    let answer = answer.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    response
}
