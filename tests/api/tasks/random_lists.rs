//! The list against a model of it in memory: random tasks, random filters, every order, every page.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::{each, encoded, pages, restore};
use crate::support::TestApp;

const TITLES: &[&str] = &["Alpha", "alpha", "ÉTUDE", "étude 2", "100%", "a_b", "zed"];
const STATUSES: &[&str] = &["pending", "started", "completed"];
const PRIORITIES: &[&str] = &["low", "medium", "high"];
const CATEGORIES: &[&str] = &["red", "Red", "blue"];
const LABELS: &[&str] = &["x", "y", "X"];
const TIMES: &[&str] =
    &["2031-01-01T00:00:00Z", "2031-01-01T00:00:00.000001Z", "2031-01-01T00:00:00.500Z", "2032-06-01T00:00:00Z"];
const SEARCHES: &[&str] = &["ALPHA", "étude", "%", "_", "zed", "", "e"];
const SORTS: &[&str] = &["created_at", "updated_at", "due_date", "priority", "title"];

/// What a list is asked for; empty means not asked.
#[derive(Debug, Clone)]
pub struct Question {
    pub statuses: Vec<&'static str>,
    pub priorities: Vec<&'static str>,
    pub categories: Vec<&'static str>,
    pub labels: Vec<&'static str>,
    pub assignees: Vec<&'static str>,
    pub completed: Option<bool>,
    pub due_before: Option<&'static str>,
    pub due_after: Option<&'static str>,
    pub search: Option<&'static str>,
    pub sort: &'static str,
    pub ascending: bool,
    pub limit: usize,
}

fn some_of(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    // Half of the time nothing, or too few tasks would be left.
    prop_oneof![Just(Vec::new()), subsequence(of, 1..=2)]
}

/// A task as somebody may send it; it is assigned to `me` or to nobody.
pub fn task() -> impl Strategy<Value = Value> {
    (
        select(TITLES),
        option::of(select(TITLES)),
        select(STATUSES),
        select(PRIORITIES),
        option::of(select(CATEGORIES)),
        subsequence(LABELS, 0..=3),
        any::<bool>(),
        option::of(select(TIMES)),
    )
        .prop_map(|(title, description, status, priority, category, labels, mine, due)| {
            json!({
                "title": title, "description": description, "status": status, "priority": priority,
                "category": category, "labels": labels, "assignee_id": mine.then_some("me"), "due_date": due,
            })
        })
}

pub fn question() -> impl Strategy<Value = Question> {
    let filters =
        (some_of(STATUSES), some_of(PRIORITIES), some_of(CATEGORIES), some_of(LABELS), some_of(&["me", "none"]));
    let rarely = |of| option::weighted(0.2, select(of));
    let narrow = (option::weighted(0.2, any::<bool>()), rarely(TIMES), rarely(TIMES), rarely(SEARCHES));
    (filters, narrow, (select(SORTS), any::<bool>(), 1_usize..=4)).prop_map(
        |(filters, narrow, (sort, ascending, limit))| {
            let (statuses, priorities, categories, labels, assignees) = filters;
            let (completed, due_before, due_after, search) = narrow;
            Question {
                statuses,
                priorities,
                categories,
                labels,
                assignees,
                completed,
                due_before,
                due_after,
                search,
                sort,
                ascending,
                limit,
            }
        },
    )
}

impl Question {
    /// The first page of the answer.
    pub fn address(&self) -> String {
        format!("/api/tasks?{}", self.query())
    }

    /// The same without the path.
    pub fn query(&self) -> String {
        let mut query = format!("sort_by={}&count=exact&limit={}", self.sort, self.limit);
        query.push_str(if self.ascending { "&sort_order=asc" } else { "&sort_order=desc" });
        for (name, values) in [
            ("status", &self.statuses),
            ("priority", &self.priorities),
            ("category", &self.categories),
            ("label", &self.labels),
            ("assignee", &self.assignees),
        ] {
            if !values.is_empty() {
                query.push_str(&format!("&{name}={}", values.join(",")));
            }
        }
        if let Some(completed) = self.completed {
            query.push_str(&format!("&completed={completed}"));
        }
        for (name, value) in [("due_before", self.due_before), ("due_after", self.due_after), ("search", self.search)] {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        query
    }

    /// Whether a task is part of the answer.
    pub fn admits(&self, task: &Value) -> bool {
        let one_of = |values: &[&str], value: &Value| values.is_empty() || values.iter().any(|known| value == known);
        let due = time(&task["due_date"]);
        let assignee = if task["assignee_id"].is_null() { "none" } else { "me" };
        let labelled = |label: &&str| task["labels"].as_array().unwrap().iter().any(|known| known == label);
        let mentions = |text: &str| {
            let folded = |member: &str| task[member].as_str().unwrap_or_default().to_lowercase();
            folded("title").contains(&text.to_lowercase()) || folded("description").contains(&text.to_lowercase())
        };
        one_of(&self.statuses, &task["status"])
            && one_of(&self.priorities, &task["priority"])
            && one_of(&self.categories, &task["category"])
            && (self.labels.is_empty() || self.labels.iter().any(labelled))
            && one_of(&self.assignees, &json!(assignee))
            && self.completed.is_none_or(|completed| task["completed"] == completed)
            && self.due_before.is_none_or(|limit| due.is_some_and(|due| Some(due) < time(&json!(limit))))
            && self.due_after.is_none_or(|limit| due.is_some_and(|due| Some(due) >= time(&json!(limit))))
            && self.search.is_none_or(mentions)
    }

    /// Which of two tasks comes first.
    pub fn order(&self, a: &Value, b: &Value) -> Ordering {
        let key = |task: &Value| match self.sort {
            "priority" => {
                (None, PRIORITIES.iter().position(|known| task["priority"] == *known).unwrap_or(9).to_string())
            }
            "title" => (None, task["title"].as_str().unwrap().to_lowercase()),
            time_of => (time(&task[time_of]), String::new()),
        };
        let nothing_last = key(a).0.is_none().cmp(&key(b).0.is_none());
        let by_key = key(a).cmp(&key(b)).then(a["id"].as_str().cmp(&b["id"].as_str()));
        nothing_last.then(if self.ascending { by_key } else { by_key.reverse() })
    }

    fn answer(&self, tasks: &[Value]) -> Vec<String> {
        let mut rows: Vec<&Value> = tasks.iter().filter(|task| self.admits(task)).collect();
        rows.sort_by(|a, b| self.order(a, b));
        rows.iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// What becomes of a task before the questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Deleted,
    Restored,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![3 => Just(Fate::Stays), 1 => Just(Fate::Deleted), 1 => Just(Fate::Restored)]
}

/// Creates the tasks in an organization of their own and asks every question there.
async fn ask(app: &TestApp, tasks: Vec<(Value, Fate)>, questions: Vec<Question>) -> Result<(), TestCaseError> {
    let slug = format!("case-{}", uuid::Uuid::now_v7().simple());
    let admin = app.organization(&slug).await.admin();
    let mut stored = Vec::new();
    for (mut task, fate) in tasks {
        if task["assignee_id"] == "me" {
            task["assignee_id"] = json!(admin.user_id);
        }
        let created = admin.create(task).await;
        if fate != Fate::Stays {
            prop_assert_eq!(admin.delete(created.path()).await.summary(), "204");
        }
        match fate {
            Fate::Stays => stored.push(created.body),
            Fate::Deleted => {}
            Fate::Restored => stored.push(restore(&admin, &created.id).await.json()),
        }
    }
    for question in questions {
        let address = question.address();
        let expected = question.answer(&stored);
        let pages = pages(&admin, &address).await;
        prop_assert_eq!(each(&pages, "id"), expected.clone(), "{}", address);
        let count = expected.len().to_string();
        prop_assert!(pages.iter().all(|page| page.header("x-total-count") == Some(&count)), "{}", address);
        prop_assert_eq!(pages.len(), expected.len().div_ceil(question.limit).max(1), "{}", address);
    }
    Ok(())
}

on_both_databases! {
    async fn any_question_is_answered_as_the_model_answers_it(app) {
        let config = Config { cases: 16, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
        let cases = (vec((task(), fate()), 0..12), vec(question(), 1..10));
        let outcome = block_in_place(|| {
            TestRunner::new(config).run(&cases, |(tasks, questions)| Handle::current().block_on(ask(&app, tasks, questions)))
        });
        if let Err(failure) = outcome {
            panic!("the list and the model of it differ; the smallest case found: {failure}");
        }
    }
}
