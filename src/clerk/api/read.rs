//! An answer of success, read.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Refusal;
use super::exchange::Answer;
use crate::clerk::event::Unreadable;

/// An object as Clerk answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<T> {
    /// As it is now.
    pub object: T,
    /// When Clerk answered.
    pub at: DateTime<Utc>,
    /// SHA-256 of the object as it was answered.
    pub digest: Vec<u8>,
}

/// How an object is read; the time is its age when it does not tell.
pub(super) type Reader<T> = fn(&Value, DateTime<Utc>) -> Result<T, Unreadable>;

impl Answer {
    /// The one object that is answered.
    pub(super) fn object<T>(&self, read: Reader<T>) -> Result<Answered<T>, Refusal> {
        let value: Value = serde_json::from_slice(&self.body).map_err(|_| unreadable("is not JSON"))?;
        let object = read(&value, self.at).map_err(|error| unreadable(&error.to_string()))?;
        Ok(Answered { object, at: self.at, digest: digest(&SHA256, &self.body).as_ref().to_vec() })
    }

    /// The objects of a list: in `data`, or bare.
    pub(super) fn objects<T>(&self, read: Reader<T>) -> Result<Vec<Answered<T>>, Refusal> {
        let value: Value = serde_json::from_slice(&self.body).map_err(|_| unreadable("is not JSON"))?;
        let items =
            value.as_array().or_else(|| value.get("data")?.as_array()).ok_or_else(|| unreadable("is no list"))?;
        let item = |item: &Value| {
            let object = read(item, self.at).map_err(|error| unreadable(&error.to_string()))?;
            let text = serde_json::to_vec(item).map_err(|_| unreadable("is not JSON"))?;
            Ok(Answered { object, at: self.at, digest: digest(&SHA256, &text).as_ref().to_vec() })
        };
        items.iter().map(item).collect()
    }
}

/// Whatever was asked may have been done.
pub(super) fn unreadable(problem: &str) -> Refusal {
    Refusal::away(anyhow::anyhow!("Clerk's answer cannot be read: {problem}"))
}

/// Clerk's answer must be about what was asked.
pub(super) fn demand(is_meant: bool) -> Result<(), Refusal> {
    if is_meant { Ok(()) } else { Err(Refusal::away(anyhow::anyhow!("Clerk's answer is about something else"))) }
}
