//! One message on its way to one endpoint: what is known of it, and a single attempt.

use std::time::Duration;

use axum::http::HeaderMap;
use serde::Serialize;

use super::WebhookSecret;
use crate::state::now_ms;

/// How long an endpoint may take to answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// How much of an answer is kept, in bytes.
const ANSWER_KEPT: usize = 300;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Not sent yet, or waiting for its next attempt.
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// The last attempt failed too.
    Failed,
    /// The endpoint answered `webhook-delivery: abort-message`.
    Aborted,
    /// Never sent, on purpose; it can be sent again all the same.
    Lost,
}

/// One try. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// When it began.
    pub at: i64,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// How the answer begins.
    pub answer: Option<String>,
}

impl Attempt {
    pub(super) fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// A message and an endpoint. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// `msg_…`, the `svix-id`: the same on every attempt and for every endpoint.
    pub id: String,
    /// The address it goes to.
    pub endpoint: String,
    /// Such as `user.created`.
    pub event_type: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Every try so far, oldest first.
    pub attempts: Vec<Attempt>,
    /// When it will be tried next, if it will be.
    pub next_attempt_at: Option<i64>,
}

/// What an endpoint made of one attempt.
pub(super) struct Outcome {
    pub(super) attempt: Attempt,
    pub(super) abort: bool,
}

/// Everything one attempt needs.
pub(super) struct Parcel {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) url: String,
    pub(super) secret: WebhookSecret,
    pub(super) body: std::sync::Arc<[u8]>,
}

impl Parcel {
    /// Sends it once, signed with the time of this attempt.
    pub(super) async fn send(&self, client: &reqwest::Client) -> Outcome {
        let at = now_ms();
        let signed = self.secret.sign(&self.id, at / 1000, &self.body);
        let request = client.post(&self.url).headers(signed.headers);
        match request.body(signed.body).send().await {
            Ok(answer) => {
                let (status, abort) = (Some(answer.status().as_u16()), aborts(answer.headers()));
                let answer = Some(beginning(answer).await);
                Outcome { attempt: Attempt { at, status, error: None, answer }, abort }
            }
            Err(error) => {
                let error = Some(reason(&error));
                Outcome { attempt: Attempt { at, status: None, error, answer: None }, abort: false }
            }
        }
    }
}

/// Enough of an answer for people to read; one that breaks off still counts.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        text.extend_from_slice(&chunk);
        if text.len() >= ANSWER_KEPT {
            break;
        }
    }
    text.truncate(ANSWER_KEPT);
    String::from_utf8_lossy(&text).into_owned()
}

fn aborts(headers: &HeaderMap) -> bool {
    let value = headers.get("webhook-delivery");
    value.is_some_and(|value| value.as_bytes() == b"abort-message")
}

fn reason(error: &reqwest::Error) -> String {
    let why = match error {
        error if error.is_timeout() => "no answer in time",
        error if error.is_connect() => "could not connect",
        error if error.is_builder() => "the address cannot be called",
        _ => "the connection broke",
    };
    why.to_owned()
}

/// The client of one worker: Svix follows no redirect, and a local endpoint needs no proxy.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(ATTEMPT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("Svix-Webhooks/1 (clerk-emulator)")
        .build()
}
