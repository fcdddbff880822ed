//! What the program answered, and whether a refusal is one that a client can act upon.

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;

/// Words that would tell a caller of our insides.
const INSIDES: [&str; 7] = ["sqlx", "postgres", "sqlite", "pool", "PgBouncer", "panicked", "src/"];

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Reads it to its end; none when the connection breaks before.
    pub async fn read(response: Response) -> Option<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.ok()?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Some(Self { status, headers, body })
    }

    /// The status, and a problem's code.
    pub fn summary(&self) -> String {
        match self.body["code"].as_str() {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }

    /// What is wrong with a refusal for the moment: 503 and 429 are problem documents (RFC 9457) that say when to come again.
    pub fn unclean(&self) -> Option<String> {
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = self.body.to_string();
        let seconds = header(RETRY_AFTER).parse::<u64>();
        let wrong = match () {
            () if header(CONTENT_TYPE) != "application/problem+json" => "is no problem document",
            () if self.body["status"] != self.status.as_u16() => "has another status inside",
            () if !self.body["request_id"].is_string() => "has no request id",
            () if !seconds.is_ok_and(|seconds| (1..=60).contains(&seconds)) => "does not say when to come again",
            () if INSIDES.iter().any(|word| text.contains(word)) => "tells of our insides",
            () => return None,
        };
        Some(format!("{} {wrong}: {text}", self.summary()))
    }
}
