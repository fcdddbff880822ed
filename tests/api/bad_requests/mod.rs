//! Every kind of bad request we could think of, and the one answer each gets.

mod addresses;
mod bodies;
mod headers;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request};

use crate::support::{Answer, Caller, TestApp};

/// A bad request and the answer it should get, in the form of [`Answer::mistakes`].
struct Bad {
    what: String,
    method: Method,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Body,
    expected: String,
}

impl Bad {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        let what = format!("{method} {path}");
        Self { what, method, path, headers: Vec::new(), body: Body::empty(), expected: String::new() }
    }

    fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// `POST /api/tasks` with these bytes as JSON.
    fn task(body: impl Into<Bytes>) -> Self {
        Self::sending(Method::POST, "/api/tasks", body)
    }

    fn sending(method: Method, path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let body: Bytes = body.into();
        let mut bad = Self::new(method, path).header("content-type", "application/json");
        bad.what = format!("{} {:.80}", bad.what, String::from_utf8_lossy(&body));
        bad.body = Body::from(body);
        bad
    }

    fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.what = format!("{} {name}: {:.60}", self.what, String::from_utf8_lossy(value.as_ref()));
        self.headers.retain(|(known, _)| *known != name);
        self.and_header(name, value)
    }

    /// A header that may be there already.
    fn and_header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    fn is(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    async fn send(self, app: &TestApp, caller: &Caller) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if let Some(token) = &caller.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in self.headers {
            request = request.header(HeaderName::from_static(name), HeaderValue::from_bytes(&value).unwrap());
        }
        app.send(request.body(self.body).unwrap()).await
    }
}

/// Sends them all as an admin, and fails naming every request that was not answered as it should be.
async fn expect(app: &TestApp, requests: Vec<Bad>) {
    let admin = app.organization("acme").await.admin();
    let mut wrong = Vec::new();
    for bad in requests {
        let (what, expected) = (bad.what.clone(), bad.expected.clone());
        let answer = bad.send(app, &admin).await;
        if answer.status.is_success() {
            wrong.push(format!("{what}\n  expected {expected}\n  was {}", answer.status));
            continue;
        }
        answer.assert_problem(&what);
        if answer.mistakes() != expected {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            wrong.push(format!("{what}\n  expected {expected}\n  was {}\n  {body}", answer.mistakes()));
        }
    }
    assert!(wrong.is_empty(), "answered otherwise than promised:\n{}", wrong.join("\n"));
}

fn invalid(place: &str, code: &str) -> String {
    format!("422 validation_failed {place} {code}")
}
