//! The audit log: what is recorded, that nobody can change it, and how it is read.

use serde_json::Value;

use crate::support::{Caller, Organization};

mod chain;
mod commands;
mod entries;
mod export;
mod list;
mod mirror;
mod wall;

/// An organization's entries, newest first, as its admin reads them.
pub async fn log(organization: &Organization) -> Vec<Value> {
    page(&organization.admin(), "").await
}

/// Entries that a query means.
pub async fn page(reader: &Caller, query: &str) -> Vec<Value> {
    let answer = reader.get(format!("/api/audit-log{query}")).await;
    assert_eq!(answer.summary(), "200", "{}", String::from_utf8_lossy(&answer.body));
    answer.list()
}

/// What was done, the newest first.
pub fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

/// The entries about one thing.
pub fn about<'e>(entries: &'e [Value], id: &str) -> Vec<&'e Value> {
    entries.iter().filter(|entry| entry["target"]["id"] == id).collect()
}
