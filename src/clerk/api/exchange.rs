//! One question to the Backend API and its answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use reqwest::header::{ACCEPT, DATE, HeaderMap};
use reqwest::{Client, Method, Response, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::answered::{Failure, Nature};
use super::refusal::Refusal;

/// The version whose shapes are read here.
pub(super) const VERSION: (&str, &str) = ("Clerk-API-Version", "2026-05-12");
/// A membership with its organization and all their metadata is some ten kilobytes.
const MAX_BODY: usize = 256 * 1024;
/// A page of them.
const MAX_LIST: usize = 16 * 1024 * 1024;
/// The longest id, in bytes.
const MAX_ID: usize = 255;

/// What questions have in common.
pub(super) struct Exchange {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) secret_key: SecretString,
    /// For one attempt.
    pub(super) timeout: Duration,
    /// Whether Clerk refused the key the last time.
    pub(super) key_refused: AtomicBool,
}

/// A question.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<&'a Value>,
    /// Whether the answer is a list.
    pub(super) list: bool,
}

/// An answer of success.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    /// When it was given, by Clerk's clock where it tells: its tokens are dated by the same.
    pub(super) at: DateTime<Utc>,
}

impl Exchange {
    /// The address of a resource.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what can be no id: an empty one or `..` would lead to another route than was meant.
    pub(super) fn address(&self, path: &[&str]) -> Result<Url, Refusal> {
        let is_id = |part: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            (1..=MAX_ID).contains(&part.len()) && part.bytes().all(plain)
        };
        if !path.iter().all(is_id) {
            return Err(Refusal::NotFound);
        }
        let mut url = self.base.clone();
        // Only an address that cannot be a base has no segments, and such a one was refused at the start.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        Ok(url)
    }

    /// Asks once, and waits no longer than this.
    ///
    /// # Errors
    /// What Clerk's refusal means, or [`Refusal::Away`] when there is no answer that can be read.
    pub(super) async fn attempt(&self, question: &Question<'_>, left: Duration) -> Result<Answer, Failure> {
        let mut request = self.client.request(question.method.clone(), question.url.clone());
        request = request.bearer_auth(self.secret_key.expose_secret()).timeout(self.timeout.min(left));
        request = request.header(VERSION.0, VERSION.1).header(ACCEPT, "application/json");
        if let Some(body) = question.body {
            request = request.json(body);
        }
        let mut answer = request.send().await.map_err(no_answer)?;
        let bytes = read(&mut answer, if question.list { MAX_LIST } else { MAX_BODY }).await?;
        self.note_key(answer.status());
        if answer.status() == StatusCode::OK {
            return Ok(Answer { body: bytes, at: date(answer.headers()) });
        }
        Err(Failure::answered(answer.status(), answer.headers(), &bytes))
    }

    /// Says once, and loudly, that the key is wrong: nothing works until somebody mends it.
    fn note_key(&self, status: StatusCode) {
        if status == StatusCode::UNAUTHORIZED {
            if !self.key_refused.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    "Clerk does not accept CLERK_SECRET_KEY; nothing can be changed at Clerk until it does"
                );
            }
        } else if status.is_success() {
            self.key_refused.store(false, Ordering::Relaxed);
        }
    }
}

pub(super) async fn read(answer: &mut Response, most: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > most {
            let refusal = Refusal::away(anyhow::anyhow!("Clerk's answer is larger than {most} bytes"));
            return Err(Failure { refusal, nature: Nature::Broken, told_to_wait: None });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The address is left out: it holds ids, and the request id finds those.
pub(super) fn no_answer(error: reqwest::Error) -> Failure {
    let unsent = error.is_connect();
    let cause = anyhow::Error::new(error.without_url()).context("no answer from Clerk's Backend API");
    let (refusal, nature) = if unsent {
        (Refusal::unasked(super::refusal::WAIT, cause), Nature::Unsent)
    } else {
        (Refusal::away(cause), Nature::Silent)
    };
    Failure { refusal, nature, told_to_wait: None }
}

pub(super) fn date(headers: &HeaderMap) -> DateTime<Utc> {
    told_date(headers).unwrap_or_else(|| Utc::now().trunc_subsecs(6))
}

/// When Clerk says that it answered.
pub(super) fn told_date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let told = headers.get(DATE)?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(told).ok()?.with_timezone(&Utc))
}
