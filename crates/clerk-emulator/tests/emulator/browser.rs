//! A browser as the Frontend API sees one: forms, cookies, an origin, and verbs in the query.
//!
//! Every answer is held against Clerk's description, whatever the test is about.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;

use crate::{described::Description, support::Served};

/// The origin that browsers name unless told otherwise: the emulator's own.
pub struct Browser {
    pub base: String,
    pub origin: Option<String>,
    /// More of the query of every request.
    pub query: String,
    cookies: Mutex<BTreeMap<String, String>>,
    client: Client,
}

/// What a browser was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: HeaderMap,
}

impl Answer {
    /// What was asked for.
    pub fn response(&self) -> &Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        &self.body["response"]
    }

    /// The client beside it.
    pub fn client(&self) -> &Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        &self.body["client"]
    }

    /// Status, first code and `param_name`.
    pub fn summary(&self) -> String {
        let error = &self.body["errors"][0];
        let words = [error["code"].as_str(), error["meta"]["param_name"].as_str()];
        words.into_iter().flatten().fold(self.status.to_string(), |text, word| format!("{text} {word}"))
    }
}

impl Browser {
    pub fn new(served: &Served) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        let base = format!("{}/__clerk", served.base);
        let origin = Some(served.base.clone());
        Self { base, origin, query: String::new(), cookies: Mutex::default(), client }
    }

    /// One that is signed in by password.
    pub async fn signed_in(served: &Served, name: &str) -> Self {
        let browser = Self::new(served);
        browser.sign_in(served, name).await;
        browser
    }

    pub async fn sign_in(&self, served: &Served, name: &str) -> Answer {
        let email = served.emulator.user(name).unwrap().email().unwrap().to_owned();
        let form = [("identifier", &*email), ("strategy", "password"), ("password", "not-a-secret")];
        let answer = self.post("/v1/client/sign_ins", &form).await;
        assert_eq!(answer.response()["status"], "complete");
        answer
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send("POST", path, form).await
    }

    /// The verb that is meant; any but GET travels as POST.
    pub async fn send(&self, verb: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut url = format!("{}{path}{joint}__clerk_api_version=2026-05-12{}", self.base, self.query);
        if !["GET", "POST"].contains(&verb) {
            url.push_str(&format!("&_method={verb}"));
        }
        let method = if verb == "GET" { Method::GET } else { Method::POST };
        let mut request = self.client.request(method, url).header(COOKIE, self.cookie_line());
        if verb != "GET" {
            let fields = form.iter().map(|(name, value)| (*name, *value));
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
            if let Some(origin) = &self.origin {
                request = request.header(ORIGIN, origin);
            }
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        self.keep_cookies(&headers);
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let bare = path.split('?').next().unwrap();
        if bare.starts_with("/v1/") && !(300..400).contains(&status) {
            Description::frontend().check(verb, bare, status, &body);
            assert_eq!(headers["cache-control"], "no-store", "{verb} {path}");
        }
        Answer { status, body, headers }
    }

    fn cookie_line(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.set_cookie(name, value);
        }
    }

    /// The id of the session that is active.
    pub async fn session_id(&self) -> String {
        let client = self.get("/v1/client").await;
        client.response()["last_active_session_id"].as_str().unwrap().to_owned()
    }

    /// The claims of a token for the session that is active.
    pub async fn claims(&self, form: &[(&str, &str)]) -> Value {
        let path = format!("/v1/client/sessions/{}/tokens", self.session_id().await);
        let answer = self.post(&path, form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        crate::support::decode(answer.body["jwt"].as_str().unwrap()).1
    }
}
