//! What the tests of this crate share: one key for all, emulators on free ports, an HTTP client.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_emulator::{Builder, Emulator, Seed, SigningKey};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::described::Description;

pub fn shared_key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(SigningKey::generate().unwrap())).clone()
}

pub fn demo() -> Builder {
    Emulator::builder().seed(Seed::demo()).signing_key(shared_key())
}

/// Header and claims of a compact token, unchecked.
pub fn decode(token: &str) -> (Value, Value) {
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    (part(parts[0]), part(parts[1]))
}

/// An emulator on a free port, and a client that holds its secret key.
pub struct Served {
    pub emulator: Emulator,
    pub base: String,
    pub key: String,
    client: Client,
}

impl Served {
    pub async fn demo() -> Self {
        Self::start(demo()).await
    }

    pub async fn start(builder: Builder) -> Self {
        let emulator = builder.build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = emulator.spawn(listener).await.unwrap();
        Self { base: format!("http://{address}"), key: emulator.secret_key(), emulator, client: Client::new() }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.base);
        let mut request = self.client.request(method.clone(), url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let answer = serde_json::from_str(&text).unwrap_or(Value::String(text));
        // A proxy's page is nobody's answer, and of a page of sessions the description only names the parameter.
        let exempt = status.as_u16() == 502 || path.starts_with("/v1/sessions?") && path.contains("paginated=true");
        if let (Some(described), false) = (path.split('?').next().unwrap().strip_prefix("/v1"), exempt) {
            Description::backend().check(method.as_str(), described, status.as_u16(), &answer);
        }
        (status.as_u16(), answer)
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(method, path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// The id of a person of the seed.
    pub fn id_of(&self, name: &str) -> String {
        self.emulator.user(name).unwrap().id
    }

    /// Status, first code and `param_name` of a refusal.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> String {
        let (status, answer) = self.send(method, path, body).await;
        let error = &answer["errors"][0];
        assert!(answer["clerk_trace_id"].is_string(), "{path}: {answer}");
        assert!(error["message"].is_string() && error["long_message"].is_string());
        let code = error["code"].as_str().unwrap();
        match error["meta"]["param_name"].as_str() {
            Some(param) => format!("{status} {code} {param}"),
            None => format!("{status} {code}"),
        }
    }
}

/// Asks again and again until the answer is `Some`, for at most ten seconds.
pub async fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(answer) = ask() {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within ten seconds");
}

/// One text field of every object of a list.
pub fn pluck<'a>(items: &'a Value, field: &str) -> Vec<&'a str> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap()).collect()
}
