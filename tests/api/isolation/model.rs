//! What there should be: each tenant's tasks, comments and keys in a drawer of its own, so that nothing can get from one to another.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cast::{Cast, SEATS};
use super::step::Tag;
use crate::support::Answer;

/// A task as the API shows it, and how often it was changed.
#[derive(Debug, Clone)]
pub struct Row {
    pub task: Value,
    pub version: u64,
}

impl Row {
    pub fn etag(&self) -> String {
        format!("\"v{}\"", self.version)
    }
}

/// Who asks, in which tenant, for whose tasks of it.
#[derive(Debug, Clone)]
pub struct View {
    pub tenant: usize,
    pub user: String,
    /// Only those the caller created.
    pub own: bool,
    pub permissions: &'static [&'static str],
}

impl View {
    /// Of a seat.
    pub fn of(cast: &Cast, seat: usize, own: bool) -> Self {
        let (person, tenant, permissions) = SEATS[seat];
        Self { tenant, user: cast.people[person].clone(), own, permissions }
    }
}

/// One tenant.
#[derive(Debug, Default)]
struct Drawer {
    tasks: Vec<Row>,
    /// In the order in which they were deleted, with who did.
    trash: Vec<(Row, String)>,
    /// By task, in the order in which they were written.
    comments: BTreeMap<String, Vec<Value>>,
    /// By person, path and key: the body, and what was answered.
    keys: BTreeMap<(String, String, u8), (Value, Answer)>,
}

/// All tenants, each apart.
pub struct Model {
    drawers: Vec<Drawer>,
    /// Every task ever, in order of creation, with its tenant.
    created: Vec<(usize, String)>,
}

impl Model {
    pub fn new(cast: &Cast) -> Self {
        Self { drawers: cast.tenants.iter().map(|_| Drawer::default()).collect(), created: Vec::new() }
    }

    /// The id of a numbered task, or one that never was.
    pub fn id(&self, number: usize) -> String {
        match self.created.len() {
            0 => "0199aaaa-0000-7000-8000-000000000000".into(),
            count => self.created[number % count].1.clone(),
        }
    }

    /// The entity tag that is sent about a task, whosever it is.
    pub fn tag(&self, id: &str, tag: Tag) -> Option<String> {
        let all = self.drawers.iter().flat_map(|drawer| &drawer.tasks);
        let trashed = self.drawers.iter().flat_map(|drawer| drawer.trash.iter().map(|(row, _)| row));
        let version = all.chain(trashed).find(|row| row.task["id"] == id).map_or(1, |row| row.version);
        match tag {
            Tag::No => None,
            Tag::Current => Some(format!("\"v{version}\"")),
            Tag::Other => Some(format!("\"v{}\"", version + 7)),
        }
    }

    /// The tasks of a view.
    pub fn tasks(&self, view: &View) -> Vec<Value> {
        let rows = self.drawers[view.tenant].tasks.iter().map(|row| row.task.clone());
        rows.filter(|task| !view.own || task["created_by"] == view.user.as_str()).collect()
    }

    /// How many a tenant has.
    pub fn count(&self, tenant: usize) -> usize {
        self.drawers[tenant].tasks.len()
    }

    /// One task of a view.
    pub fn get(&mut self, view: &View, id: &str) -> Option<&mut Row> {
        let mut rows = self.drawers[view.tenant].tasks.iter_mut();
        rows.find(|row| row.task["id"] == id && (!view.own || row.task["created_by"] == view.user.as_str()))
    }

    pub fn insert(&mut self, view: &View, task: Value) {
        self.created.push((view.tenant, task["id"].as_str().unwrap().to_owned()));
        self.drawers[view.tenant].tasks.push(Row { task, version: 1 });
    }

    /// Moves a task to the trash.
    pub fn remove(&mut self, view: &View, id: &str) {
        let drawer = &mut self.drawers[view.tenant];
        let place = drawer.tasks.iter().position(|row| row.task["id"] == id).unwrap();
        let mut row = drawer.tasks.remove(place);
        row.version += 1;
        drawer.trash.push((row, view.user.clone()));
    }

    /// The tenant's trash, the latest to be deleted first.
    pub fn trash(&self, view: &View) -> Vec<(Row, String)> {
        self.drawers[view.tenant].trash.iter().rev().cloned().collect()
    }

    /// A task of the tenant's trash, taken out of it.
    pub fn take_from_trash(&mut self, view: &View, id: &str) -> Option<Row> {
        let trash = &mut self.drawers[view.tenant].trash;
        let place = trash.iter().position(|(row, _)| row.task["id"] == id)?;
        Some(trash.remove(place).0)
    }

    /// Puts a task back as it is now.
    pub fn put_back(&mut self, view: &View, row: Row) {
        self.drawers[view.tenant].tasks.push(row);
    }

    /// The comments on a task, by its id.
    pub fn comments(&mut self, view: &View, id: &str) -> &mut Vec<Value> {
        self.drawers[view.tenant].comments.entry(id.to_owned()).or_default()
    }

    /// What was answered under a key of this person in this tenant.
    pub fn kept(&self, view: &View, path: &str, key: u8) -> Option<&(Value, Answer)> {
        self.drawers[view.tenant].keys.get(&(view.user.clone(), path.to_owned(), key))
    }

    pub fn keep(&mut self, view: &View, path: &str, key: u8, body: Value, answer: Answer) {
        self.drawers[view.tenant].keys.insert((view.user.clone(), path.to_owned(), key), (body, answer));
    }
}

/// The numbers over tasks, as the API counts them. Due dates are in 2020 or far ahead.
pub fn stats(tasks: &[Value]) -> Value {
    let count = |member: &str, value: &str| tasks.iter().filter(|task| task[member] == value).count();
    let late =
        |task: &&Value| task["status"] != "completed" && task["due_date"].as_str().is_some_and(|due| due < "2021");
    json!({
        "total": tasks.len(),
        "pending": count("status", "pending"),
        "started": count("status", "started"),
        "completed": count("status", "completed"),
        "overdue": tasks.iter().filter(late).count(),
        "by_priority": {
            "low": count("priority", "low"), "medium": count("priority", "medium"), "high": count("priority", "high"),
        },
    })
}
