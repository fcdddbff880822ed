//! Which page of a list, and where the next one begins: the program's own cursor.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The parameters of a list that are measured.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) limit: i64,
    pub(crate) cursor: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) search: Option<String>,
}

/// The last row of the page before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cursor {
    by: String,
    order: String,
    key: Key,
    pub(crate) id: Uuid,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Key {
    Time(DateTime<Utc>),
}

impl Cursor {
    pub(crate) fn new(time: DateTime<Utc>, id: Uuid) -> Self {
        Self { by: "created_at".into(), order: "desc".into(), key: Key::Time(time), id }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        let Key::Time(time) = self.key;
        time
    }

    /// The address of the page that begins after it, in a `Link`.
    pub(crate) fn link(&self, asked: &Asked) -> anyhow::Result<HeaderValue> {
        let mut target = format!("/api/tasks?limit={}&", asked.limit);
        for (name, value) in [("status", &asked.status), ("search", &asked.search)] {
            if let Some(value) = value {
                target += &format!("{name}={value}&");
            }
        }
        let cursor = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?);
        Ok(HeaderValue::try_from(format!("<{target}cursor={cursor}>; rel=\"next\""))?)
    }
}
