//! What a history is made of: somebody, in a tenant, does something, perhaps to what is another tenant's.

use std::fmt;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::cast::{PEOPLE, SEATS, TENANTS};
use crate::tasks::random_lists::{Question, question, task};

/// By which address somebody comes to the tasks.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    /// `/api/tasks`
    Tenant,
    /// `/api/{user_id}/tasks`, with the caller's own id.
    Own,
    /// The same with somebody's id, who may be the caller or not.
    Of(usize),
}

/// The entity tag that is sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    No,
    /// The task's current one, whosever the task is.
    Current,
    /// One that it does not have.
    Other,
}

/// What is done. Tasks are numbered as they were created, whosever they are; a number beyond the last begins anew.
#[derive(Debug, Clone)]
pub enum Action {
    Create {
        body: Body,
        assignee: Option<usize>,
        key: Option<u8>,
    },
    Get {
        task: usize,
        tag: Tag,
    },
    Change {
        task: usize,
        put: bool,
        body: Body,
        assignee: Option<usize>,
        tag: Tag,
    },
    Complete {
        task: usize,
        to: Option<bool>,
        tag: Tag,
    },
    Delete {
        task: usize,
        tag: Tag,
    },
    List {
        question: Question,
        assignees: Vec<Option<usize>>,
        creators: Vec<usize>,
    },
    /// A list that goes on where the first page of somebody else's ended.
    ListFrom {
        other: usize,
        question: Question,
    },
    Restore {
        task: usize,
    },
    Purge {
        task: usize,
        tag: Tag,
    },
    Trash,
    Comment {
        task: usize,
        text: &'static str,
    },
    Comments {
        task: usize,
    },
    Stats,
    Members,
    Organization,
}

/// A body, printed as it is sent.
#[derive(Clone)]
pub struct Body(pub Value);

/// One request, or the pages of one list.
#[derive(Clone)]
pub struct Step {
    pub seat: usize,
    pub door: Door,
    pub action: Action,
}

pub fn step() -> impl Strategy<Value = Step> {
    let door = prop_oneof![
        7 => Just(Door::Tenant),
        2 => Just(Door::Own),
        1 => (0..PEOPLE.len()).prop_map(Door::Of),
    ];
    (0..SEATS.len(), door, action()).prop_map(|(seat, door, action)| Step { seat, door, action })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => creation(),
        2 => (number(), tag()).prop_map(|(task, tag)| Action::Get { task, tag }),
        3 => change(),
        2 => (number(), option::of(any::<bool>()), tag()).prop_map(|(task, to, tag)| Action::Complete { task, to, tag }),
        2 => (number(), tag()).prop_map(|(task, tag)| Action::Delete { task, tag }),
        3 => trash(),
        2 => (number(), select(&["Yes", "No"][..])).prop_map(|(task, text)| Action::Comment { task, text }),
        1 => number().prop_map(|task| Action::Comments { task }),
        3 => list(),
        2 => (0..SEATS.len(), unfiltered()).prop_map(|(other, question)| Action::ListFrom { other, question }),
        1 => Just(Action::Stats),
        1 => prop_oneof![Just(Action::Members), Just(Action::Organization)],
    ]
}

fn trash() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => number().prop_map(|task| Action::Restore { task }),
        1 => (number(), tag()).prop_map(|(task, tag)| Action::Purge { task, tag }),
        2 => Just(Action::Trash),
    ]
}

fn number() -> impl Strategy<Value = usize> {
    0..12_usize
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![3 => Just(Tag::No), 2 => Just(Tag::Current), 1 => Just(Tag::Other)]
}

fn somebody() -> impl Strategy<Value = Option<usize>> {
    option::weighted(0.4, 0..PEOPLE.len())
}

/// With a key there are few bodies, so that keys meet again, with the same body and with another.
fn creation() -> impl Strategy<Value = Action> {
    let body = (task(), any::<bool>()).prop_map(|(mut body, late)| {
        body.as_object_mut().unwrap().remove("assignee_id");
        if late {
            body["due_date"] = json!("2020-01-01T00:00:00Z");
        }
        body
    });
    let keyed =
        (select(&["One", "Two"][..]), 0..2_u8).prop_map(|(title, key)| (json!({"title": title}), None, Some(key)));
    prop_oneof![3 => (body, somebody(), Just(None)), 2 => keyed].prop_map(|(body, assignee, key)| Action::Create {
        body: Body(body),
        assignee,
        key,
    })
}

fn change() -> impl Strategy<Value = Action> {
    let body = select(vec![
        json!({}),
        json!({"title": "Étude 3"}),
        json!({"description": null, "priority": "high"}),
        json!({"status": "started"}),
        json!({"status": "completed", "category": "red"}),
        json!({"completed": false}),
        json!({"labels": ["x", "z"]}),
        json!({"labels": [], "due_date": null}),
        json!({"assignee_id": null}),
    ]);
    (number(), any::<bool>(), body, option::weighted(0.2, 0..PEOPLE.len()), tag())
        .prop_map(|(task, put, body, assignee, tag)| Action::Change { task, put, body: Body(body), assignee, tag })
}

fn list() -> impl Strategy<Value = Action> {
    let people = || proptest::collection::vec(0..PEOPLE.len(), 0..2);
    let assignees =
        prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec(option::of(0..PEOPLE.len()), 1..3)];
    (question(), assignees, people()).prop_map(|(question, assignees, creators)| {
        // Whose a task is goes by the cast, and not by `me`.
        Action::List { question: Question { assignees: Vec::new(), ..question }, assignees, creators }
    })
}

/// An order, and no filter.
fn unfiltered() -> impl Strategy<Value = Question> {
    question().prop_map(|question| Question {
        statuses: Vec::new(),
        priorities: Vec::new(),
        categories: Vec::new(),
        labels: Vec::new(),
        assignees: Vec::new(),
        completed: None,
        due_before: None,
        due_after: None,
        search: None,
        ..question
    })
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// As a line of a failing history.
impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (person, tenant, _) = SEATS[self.seat];
        write!(formatter, "{} in {}, by {:?}: {:?}", PEOPLE[person], TENANTS[tenant], self.door, self.action)
    }
}
