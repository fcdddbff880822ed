//! A JWKS endpoint on a free port whose answers a test decides, and which counts what it was asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the endpoint answers.
#[derive(Clone)]
pub enum Reply {
    Body(StatusCode, &'static str, String),
    Redirect(String),
    /// Takes the question and never answers.
    Silence,
}

impl Reply {
    pub fn keys(keys: &[Value]) -> Self {
        Self::Body(StatusCode::OK, "application/json", json!({"keys": keys}).to_string())
    }
}

struct Asked {
    reply: Mutex<Reply>,
    hits: AtomicUsize,
    authorization: Mutex<Option<String>>,
}

/// The running endpoint; it goes away when this is dropped.
pub struct KeyServer {
    address: SocketAddr,
    asked: Arc<Asked>,
    task: JoinHandle<()>,
}

impl KeyServer {
    pub async fn with_keys(keys: &[Value]) -> Self {
        Self::start("127.0.0.1:0".parse().unwrap(), Reply::keys(keys)).await
    }

    pub async fn start(address: SocketAddr, reply: Reply) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked =
            Arc::new(Asked { reply: Mutex::new(reply), hits: AtomicUsize::new(0), authorization: Mutex::new(None) });
        let router = Router::new().route("/jwks.json", get(answer)).with_state(Arc::clone(&asked));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, asked, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    pub fn reply(&self, reply: Reply) {
        *self.asked.reply.lock().unwrap() = reply;
    }

    pub fn reply_keys(&self, keys: &[Value]) {
        self.reply(Reply::keys(keys));
    }

    /// How often it was asked.
    pub fn hits(&self) -> usize {
        self.asked.hits.load(Ordering::SeqCst)
    }

    /// The `Authorization` header it was last asked with.
    pub fn authorization(&self) -> Option<String> {
        self.asked.authorization.lock().unwrap().clone()
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(asked): State<Arc<Asked>>, headers: HeaderMap) -> Response {
    *asked.authorization.lock().unwrap() =
        headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    asked.hits.fetch_add(1, Ordering::SeqCst);
    let reply = asked.reply.lock().unwrap().clone();
    match reply {
        Reply::Body(status, kind, body) => (status, [(header::CONTENT_TYPE, kind)], body).into_response(),
        Reply::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Reply::Silence => std::future::pending().await,
    }
}
