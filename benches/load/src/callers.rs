//! Callers of each kind: readers, writers, forgers, and Clerk.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clerk_emulator::WebhookSecret;
use serde_json::{Value, json};

use crate::drive::Caller;
use crate::http::{Answer, get, post};

/// A request, and how long the body of its answer is.
#[derive(Debug, Clone)]
pub struct Read {
    pub request: Vec<u8>,
    pub length: usize,
}

/// Reads in turn.
pub struct Reader {
    pub reads: Rc<[Read]>,
    pub at: usize,
    pub pace: Option<Duration>,
}

impl Caller for Reader {
    fn next(&mut self) -> &[u8] {
        self.at = (self.at + 1) % self.reads.len();
        &self.reads[self.at].request
    }

    fn check(&mut self, answer: &Answer<'_>) -> Result<()> {
        answer.expect(200)?;
        let (is, should) = (answer.body.len(), self.reads[self.at].length);
        ensure!(is == should, "{is} bytes instead of {should}");
        Ok(())
    }

    fn pace(&self) -> Option<Duration> {
        self.pace
    }
}

/// The title of new tasks.
pub const TITLE: &str = "Replace the worn bearings of the south conveyor";

/// What a new task is made of.
pub fn new_task() -> Value {
    json!({
        "title": TITLE, "description": "The spare ones are in the store; ask for the long puller as well.", "priority": "high",
        "category": "works", "due_date": "2027-01-15T10:00:00Z",
    })
}

/// Creates tasks.
pub struct Writer {
    request: Vec<u8>,
    answers: usize,
}

impl Writer {
    pub fn new(token: &str) -> Self {
        let token = format!("authorization: Bearer {token}\r\n");
        Self { request: post("/api/tasks", &token, new_task().to_string().as_bytes()), answers: 0 }
    }
}

impl Caller for Writer {
    fn next(&mut self) -> &[u8] {
        &self.request
    }

    fn check(&mut self, answer: &Answer<'_>) -> Result<()> {
        answer.expect(201)?;
        self.answers += 1;
        // Reading them all would take the load more than sending them.
        if self.answers.is_multiple_of(64) {
            let task: Value = serde_json::from_slice(answer.body)?;
            ensure!(task["title"] == TITLE && task["status"] == "pending", "{task}");
        }
        Ok(())
    }
}

/// Reads nine times and writes once, again and again.
pub struct Mixed {
    pub reader: Reader,
    pub writer: Writer,
    pub at: usize,
}

impl Caller for Mixed {
    fn next(&mut self) -> &[u8] {
        self.at = (self.at + 1) % 10;
        if self.at == 0 { self.writer.next() } else { self.reader.next() }
    }

    fn check(&mut self, answer: &Answer<'_>) -> Result<()> {
        if self.at == 0 { self.writer.check(answer) } else { self.reader.check(answer) }
    }
}

/// What a forger does to a good token.
#[derive(Debug, Clone, Copy)]
pub enum Forgery {
    /// Names a key that nobody has.
    Key,
    /// Changes the signature.
    Signature,
}

/// Sends forged tokens, never one twice.
pub struct Forger {
    forgery: Forgery,
    header: Value,
    claims: String,
    forger: usize,
    number: i64,
    pace: Option<Duration>,
    request: Vec<u8>,
}

impl Forger {
    /// From a good token. Each forger has numbers of its own.
    pub fn new(good: &str, forgery: Forgery, forger: usize, pace: Option<Duration>) -> Result<Self> {
        let mut parts = good.split('.').map(str::to_owned);
        let (header, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let header = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header)?)?;
        // None sends a million a second, so that later runs begin behind this one.
        let number = chrono::Utc::now().timestamp_micros();
        Ok(Self { forgery, header, claims, forger, number, pace, request: Vec::new() })
    }

    fn token(&mut self) -> String {
        self.number += 1;
        if let Forgery::Key = self.forgery {
            self.header["kid"] = json!(format!("ins_{:04}{:023}", self.forger, self.number));
        }
        let header = BASE64_URL_SAFE_NO_PAD.encode(self.header.to_string());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(format!("{:04}{:0252}", self.forger, self.number));
        format!("{header}.{}.{signature}", self.claims)
    }
}

impl Caller for Forger {
    fn next(&mut self) -> &[u8] {
        let token = self.token();
        self.request = get("/api/tasks?limit=20", Some(&token));
        &self.request
    }

    fn check(&mut self, answer: &Answer<'_>) -> Result<()> {
        answer.expect(401)
    }

    fn pace(&self) -> Option<Duration> {
        self.pace
    }

    fn counts(&self) -> bool {
        // With a pace they go on beside honest callers, who are measured.
        self.pace.is_none()
    }
}

/// Clerk, which tells of somebody's changes.
pub struct Teller {
    secret: WebhookSecret,
    event: Value,
    number: i64,
    request: Vec<u8>,
}

impl Teller {
    /// Of the person in an event.
    pub fn new(secret: &WebhookSecret, event: Value) -> Self {
        let number = chrono::Utc::now().timestamp_millis();
        Self { secret: secret.clone(), event, number, request: Vec::new() }
    }
}

impl Caller for Teller {
    fn next(&mut self) -> &[u8] {
        self.number += 1;
        self.event["timestamp"] = json!(self.number);
        self.event["data"]["updated_at"] = json!(self.number);
        self.event["data"]["last_name"] = json!(format!("Number {}", self.number));
        let id = format!("msg_{}_{}", self.event["data"]["id"].as_str().unwrap_or_default(), self.number);
        self.request = delivery(&self.secret, &id, &self.event);
        &self.request
    }

    fn check(&mut self, answer: &Answer<'_>) -> Result<()> {
        answer.expect(200)?;
        ensure!(answer.body == br#"{"received":true}"#, "{}", String::from_utf8_lossy(answer.body));
        Ok(())
    }
}

/// A signed delivery of an event.
pub fn delivery(secret: &WebhookSecret, id: &str, event: &Value) -> Vec<u8> {
    let signed = secret.sign(id, chrono::Utc::now().timestamp(), event.to_string().as_bytes());
    let mut headers = String::new();
    for (name, value) in signed.headers.iter().filter(|(name, _)| name.as_str() != "content-type") {
        headers += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    post("/api/webhooks/clerk", &headers, &signed.body)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_forged_token_is_sent_twice_and_each_is_forged_as_it_should_be() {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let good = format!("{}.{}.signature", part(r#"{"alg":"RS256","kid":"ins_1"}"#), part("{}"));
        let mut seen = HashSet::new();
        for (forger, forgery) in
            [Forgery::Key, Forgery::Signature, Forgery::Key, Forgery::Signature].into_iter().enumerate()
        {
            let mut forger = Forger::new(&good, forgery, forger, None).unwrap();
            for _ in 0..100 {
                let token = forger.token();
                let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
                let header: Value = serde_json::from_slice(&header).unwrap();
                assert_eq!(header["kid"] == "ins_1", matches!(forgery, Forgery::Signature));
                assert!(seen.insert(token));
            }
        }
    }

    #[test]
    fn one_request_in_ten_of_a_mixed_caller_writes() {
        let read = Read { request: b"GET".to_vec(), length: 0 };
        let reader = Reader { reads: [read].into(), at: 0, pace: None };
        let mut mixed = Mixed { reader, writer: Writer::new("token"), at: 0 };
        let writes = (0..100).filter(|_| mixed.next().starts_with(b"POST")).count();
        assert_eq!(writes, 10);
    }
}
