//! One entry: who did what to which thing, and what that changed.

use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Action, Actor, Origin};
use crate::db::Record;

/// The longest text of a change that is kept, in characters. The log says what was done; it is no second store.
const LONGEST: usize = 500;

/// Members of every resource that say no more than the entry itself.
const UNTOLD: [&str; 3] = ["updated_at", "updated_by", "version"];

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    kind: &'static str,
    id: String,
}

impl Target {
    /// A thing of a kind (`task`, `member`, …) by its id.
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }

    /// A task.
    pub fn task(id: uuid::Uuid) -> Self {
        Self::new("task", id)
    }

    /// A member, by the person's id.
    pub fn member(user_id: &str) -> Self {
        Self::new("member", user_id)
    }
}

/// An entry of a tenant's audit log, to be committed with the change it tells of.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "end the transaction with it"]
pub struct Entry {
    at: DateTime<Utc>,
    origin: Origin,
    action: Action,
    target: Target,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Entry {
    /// That somebody did something to a thing, now.
    pub fn new(origin: &Origin, action: Action, target: Target) -> Self {
        let at = Utc::now().trunc_subsecs(6);
        Self { at, origin: origin.clone(), action, target, before: Map::new(), after: Map::new() }
    }

    /// What was there and is no more. Anything but an object is not kept.
    pub fn before(mut self, gone: &impl Serialize) -> Self {
        self.before = members(gone);
        self
    }

    /// What is there and was not. Anything but an object is not kept.
    pub fn after(mut self, new: &impl Serialize) -> Self {
        self.after = members(new);
        self
    }

    /// What a change made of a thing: only the members that differ are kept.
    pub fn changed<T: Serialize>(mut self, before: &T, after: &T) -> Self {
        (self.before, self.after) = (members(before), members(after));
        let same: Vec<String> = self
            .after
            .iter()
            .filter(|(name, value)| self.before.get(*name) == Some(*value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in same {
            self.before.remove(&name);
            self.after.remove(&name);
        }
        self
    }

    fn text(&self) -> String {
        let actor = match &self.origin.actor {
            Actor::User(id) => json!({ "type": self.actor_type(), "id": id }),
            _ => json!({ "type": self.actor_type() }),
        };
        json!({
            "at": self.at,
            "actor": actor,
            "impersonator": self.origin.impersonator,
            "action": self.action.name(),
            "target": { "type": self.target.kind, "id": self.target.id },
            "before": shortened(&self.before),
            "after": shortened(&self.after),
            "request_id": self.origin.request_id,
            "address": self.origin.address,
        })
        .to_string()
    }

    fn actor_type(&self) -> &'static str {
        match self.origin.actor {
            Actor::User(_) => "user",
            Actor::Clerk => "clerk",
            Actor::Operator => "operator",
            Actor::Job => "job",
        }
    }
}

impl From<Entry> for Record {
    fn from(entry: Entry) -> Self {
        let text = entry.text();
        Self {
            at: entry.at,
            actor_type: entry.actor_type(),
            action: entry.action.name(),
            target_type: entry.target.kind,
            target_id: entry.target.id,
            actor_id: match entry.origin.actor {
                Actor::User(id) => Some(id),
                _ => None,
            },
            text,
        }
    }
}

fn members(of: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(of) else { return Map::new() };
    for name in UNTOLD {
        members.remove(name);
    }
    members
}

/// Long texts are cut, and say how long they were.
fn shortened(members: &Map<String, Value>) -> Value {
    let short = |value: &Value| match value {
        Value::String(text) if text.chars().count() > LONGEST => {
            let beginning: String = text.chars().take(LONGEST).collect();
            Value::String(format!("{beginning}… ({} characters)", text.chars().count()))
        }
        other => other.clone(),
    };
    Value::Object(members.iter().map(|(name, value)| (name.clone(), short(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry::new(&Origin::operator(), Action::TaskUpdated, Target::new("task", 7))
    }

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({ "title": "Ship it", "labels": ["a"], "priority": "low", "updated_at": 1 });
        let after = json!({ "title": "Ship it", "labels": ["b"], "priority": null, "updated_at": 2 });
        let text: Value = serde_json::from_str(&entry().changed(&before, &after).text()).unwrap();
        assert_eq!(text["before"], json!({ "labels": ["a"], "priority": "low" }));
        assert_eq!(text["after"], json!({ "labels": ["b"], "priority": null }));
        assert_eq!(text["actor"], json!({ "type": "operator" }));
        assert_eq!(text["target"], json!({ "type": "task", "id": "7" }));
    }

    #[test]
    fn a_long_text_is_cut() {
        let text: Value =
            serde_json::from_str(&entry().after(&json!({ "description": "ä".repeat(501) })).text()).unwrap();
        let kept = text["after"]["description"].as_str().unwrap();
        assert_eq!(kept, format!("{}… (501 characters)", "ä".repeat(500)));
    }
}
