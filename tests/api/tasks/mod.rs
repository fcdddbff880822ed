//! Tasks, from creation to deletion: what the API promises of them, seen from outside.

mod activity;
mod changes;
mod comments;
mod comments_of_others;
mod completion;
mod concurrency;
mod creation;
mod filters;
mod isolation;
mod order;
mod pages;
mod permissions;
mod person;
mod preconditions;
pub mod random_lists;
mod search;
mod search_filters;
mod stats;
mod trash;
mod trash_purge;
mod trash_races;
mod workspace;

use axum::http::Method;
use serde_json::Value;

use crate::support::{Answer, Caller};

/// The titles of the tasks that a query finds, in the order of the list.
async fn titles(caller: &Caller, query: &str) -> Vec<String> {
    let answer = caller.get(format!("/api/tasks?{query}")).await;
    assert_eq!(answer.summary(), "200", "{query}: {}", String::from_utf8_lossy(&answer.body));
    answer.each("title")
}

/// The same in alphabetical order, for lists whose order is not the point.
async fn found(caller: &Caller, query: &str) -> Vec<String> {
    let mut titles = titles(caller, query).await;
    titles.sort();
    titles
}

/// Every page from an address on, following `Link` until there is none.
pub async fn pages(caller: &Caller, first: &str) -> Vec<Answer> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(address) = next {
        let page = caller.get(&address).await;
        assert_eq!(page.summary(), "200", "{address}: {}", String::from_utf8_lossy(&page.body));
        next = page.next();
        pages.push(page);
        assert!(pages.len() < 1_000, "the pages from {first} do not end");
    }
    pages
}

/// Brings a task back from the trash.
async fn restore(caller: &Caller, id: &str) -> Answer {
    caller.request(Method::POST, format!("/api/tasks/{id}/restore"), None).await
}

/// One member of every item of every page.
fn each(pages: &[Answer], member: &str) -> Vec<String> {
    pages.iter().flat_map(|page| page.each(member)).collect()
}

/// A text as it is written in a query string.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An object without some of its members.
fn without(object: &Value, members: &[&str]) -> Value {
    let mut object = object.clone();
    for member in members {
        object.as_object_mut().unwrap().remove(*member);
    }
    object
}
