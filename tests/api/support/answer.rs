//! An answer, in a form that assertions can read.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tenantry::error::catalogue;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

async fn first_frame(mut body: Body) -> Bytes {
    match body.frame().await {
        Some(frame) => frame.unwrap().into_data().unwrap_or_default(),
        None => Bytes::new(),
    }
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let streams = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = match streams {
            // It has no end of its own; what it begins with is enough.
            true => first_frame(body).await,
            false => body.collect().await.unwrap().to_bytes(),
        };
        let answer = Self { status: parts.status, headers: parts.headers, body };
        answer.assert_catalogued();
        answer
    }

    /// Fails on a problem whose codes `docs/errors.md` does not have.
    fn assert_catalogued(&self) {
        if self.header("content-type") != Some("application/problem+json") {
            return;
        }
        let Ok(problem) = serde_json::from_slice::<Value>(&self.body) else { return };
        let (status, code) = (self.status.as_u16(), problem["code"].as_str().unwrap_or("?"));
        assert!(catalogue::knows(status, code), "add {status} {code} to src/error/catalogue.rs");
        for part in problem["errors"].as_array().into_iter().flatten() {
            let code = part["code"].as_str().unwrap_or("?");
            assert!(catalogue::knows_field(code), "add {code} to FIELD_CODES in src/error/catalogue.rs");
        }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// The body as a list.
    pub fn list(&self) -> Vec<Value> {
        match self.json() {
            Value::Array(list) => list,
            other => panic!("{} is no list: {other}", self.status),
        }
    }

    /// The status, and the code of a problem: `404 task_not_found`.
    pub fn summary(&self) -> String {
        let problem = self.header("content-type") == Some("application/problem+json");
        match problem.then(|| self.json()["code"].as_str().unwrap_or("no code").to_owned()) {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }

    /// The summary, and where the mistake is: `422 validation_failed /title empty`.
    pub fn mistakes(&self) -> String {
        let mut text = self.summary();
        for error in self.json()["errors"].as_array().into_iter().flatten() {
            let place = error["pointer"].as_str().or(error["parameter"].as_str()).unwrap_or("?");
            text.push_str(&format!(" {place} {}", error["code"].as_str().unwrap_or("?")));
        }
        text
    }

    /// Fails unless this is a whole problem document whose request id is the answer's; `what` names the request.
    pub fn assert_problem(&self, what: &str) {
        let shown = || format!("{what}: {} {}", self.status, String::from_utf8_lossy(&self.body));
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "every error is a problem: {}",
            shown()
        );
        let problem = self.json();
        let text = |member: &str| problem[member].as_str().unwrap_or_default().to_owned();
        assert_eq!(problem["status"], self.status.as_u16(), "{}", shown());
        assert_eq!(text("type"), format!("urn:tenantry:problem:{}", text("code")), "{}", shown());
        assert_eq!(Some(&*text("title")), self.status.canonical_reason(), "{}", shown());
        assert!(text("detail").ends_with(['.', '?']), "detail should be a sentence: {}", shown());
        assert_eq!(self.header("x-request-id"), Some(&*text("request_id")), "{}", shown());
        assert!(!text("request_id").is_empty(), "{}", shown());
        assert_eq!(text("code") == "validation_failed", problem["errors"].is_array(), "{}", shown());
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where `Link` says the next page is.
    pub fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
        (rest == "; rel=\"next\"").then(|| target.to_owned())
    }

    /// One member of every item of a list.
    pub fn each(&self, member: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.list().iter().map(|item| text(&item[member])).collect()
    }
}
