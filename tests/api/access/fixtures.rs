//! What each operation of the API is sent, so that every kind of caller can try it. A new operation gets its line here.

use serde_json::{Value, json};

/// What stands at a `{place}` of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A task of the tenant, made by the caller.
    Task,
    /// The same in the trash.
    Trashed,
    /// A comment of the caller's, on the task that stands before it.
    Comment,
    /// The caller.
    Caller,
    /// A member of the organization, who joined a moment ago.
    Member,
    /// An invitation of the organization that waits for its answer.
    Invitation,
    /// What the link in a mail to the caller ends with. Whoever has it may use it, so that ours is kept from others.
    MailToken,
}

/// What an operation is sent.
///
/// In queries and bodies `{fresh}` becomes a text that was never used and `{caller}` the caller's id. These become what is ours:
/// `{person}` a member's id, `{org}` the organization's, `{task}` a task's, `{label}` its label, `{text}` what every text of ours
/// holds, and `{cursor}` where the first page of this very list ends.
#[derive(Debug, Clone, Default)]
pub struct Fixture {
    /// What stands at each place of the path.
    pub places: Vec<(&'static str, Thing)>,
    /// A body that is accepted.
    pub body: Option<Value>,
    /// Queries in which another tenant's admin names what is ours.
    pub foreign_queries: Vec<&'static str>,
    /// Bodies in which another tenant's admin names what is ours.
    pub foreign_bodies: Vec<Value>,
}

/// Filters, a search and a position that name what is ours.
const OUR_TASKS: [&str; 7] = [
    "assignee={person}&count=exact",
    "created_by={person},{caller}&count=exact",
    "label={label}&count=exact",
    "search={text}&count=exact",
    "cursor={cursor}&limit=1",
    "org_id={org}",
    "id={task}",
];

const OUR_RECORDS: [&str; 5] = [
    "actor={person}",
    "target_type=task&target_id={task}",
    "cursor={cursor}&limit=1",
    // Without our ids: the export is recorded, and with it what they asked for.
    "format=ndjson",
    "org_id={org}",
];

/// The same of lists without filters.
const OUR_PAGES: [&str; 3] = ["cursor={cursor}&limit=1", "org_id={org}", "id={task}"];

const OUR_MEMBERS: [&str; 4] = ["search={text}", "cursor={cursor}&limit=1", "org_id={org}", "user_id={person}"];

const OUR_INVITATIONS: [&str; 3] = ["status=pending&count=exact", "cursor={cursor}&limit=1", "org_id={org}"];

/// What an operation is sent: `GET /api/tasks/{id}` and so on, as in the API document.
pub fn fixture(operation: &str) -> Option<Fixture> {
    let sent = Fixture::default();
    Some(match operation {
        "GET /" | "GET /health" | "GET /livez" | "GET /readyz" => sent,
        "POST /api/webhooks/clerk" => sent.body(json!({"type": "ping"})).foreign_body(deletion()),
        "GET /api/me" | "GET /api/organizations" | "GET /api/organization" => sent,
        "GET /api/me/preferences" => sent,
        "PATCH /api/me/preferences" => {
            let none = json!({"mail": {"task_assigned": false}});
            sent.body(none.clone()).foreign_body(with(&none, "user_id", "{person}"))
        }
        "GET /mail/unsubscribe/{token}" => sent.place("token", Thing::MailToken),
        // A form, as it stands in JSON.
        "POST /mail/unsubscribe/{token}" => {
            let form = json!({"form": "&List-Unsubscribe=One-Click&"});
            sent.place("token", Thing::MailToken).body(form.clone()).foreign_body(with(&form, "user_id", "{person}"))
        }
        "GET /api/audit-log" => sent.foreign_queries(&OUR_RECORDS),
        "PATCH /api/me" => {
            sent.body(json!({"first_name": "Uma"})).foreign_body(json!({"first_name": "Uma", "user_id": "{person}"}))
        }
        "GET /api/invitations" => sent.foreign_queries(&OUR_INVITATIONS),
        "POST /api/invitations" => {
            let new = json!({"email_address": "{fresh}@example.com", "role": "org:member"});
            sent.body(new.clone()).foreign_body(with(&new, "org_id", "{org}")).foreign_body(with(
                &new,
                "inviter_user_id",
                "{person}",
            ))
        }
        "GET /api/invitations/{id}" | "DELETE /api/invitations/{id}" => sent.place("id", Thing::Invitation),
        "GET /api/billing" | "GET /api/events" => sent.foreign_queries(&["org_id={org}"]),
        "GET /api/members" => sent.foreign_queries(&OUR_MEMBERS),
        "GET /api/members/{user_id}" | "DELETE /api/members/{user_id}" => sent.place("user_id", Thing::Member),
        "PATCH /api/members/{user_id}" => {
            let role = json!({"role": "org:member"});
            sent.place("user_id", Thing::Member).body(role.clone()).foreign_body(with(&role, "org_id", "{org}"))
        }
        _ => return of_trash_and_comments(operation).or_else(|| of_tasks(operation)),
    })
}

fn of_trash_and_comments(operation: &str) -> Option<Fixture> {
    let sent = Fixture::default();
    let said = || json!({"body": "Done by noon"});
    Some(match operation {
        "GET /api/tasks/trash" => sent.foreign_queries(&OUR_PAGES),
        "GET /api/tasks/trash/{id}" | "DELETE /api/tasks/trash/{id}" | "POST /api/tasks/{id}/restore" => {
            sent.place("id", Thing::Trashed)
        }
        "GET /api/tasks/{id}/comments" | "GET /api/tasks/{id}/activity" => {
            sent.place("id", Thing::Task).foreign_queries(&OUR_PAGES)
        }
        "POST /api/tasks/{id}/comments" => {
            sent.place("id", Thing::Task).body(said()).foreign_body(with(&said(), "author_id", "{person}"))
        }
        "GET /api/tasks/{id}/comments/{comment_id}" | "DELETE /api/tasks/{id}/comments/{comment_id}" => {
            sent.place("id", Thing::Task).place("comment_id", Thing::Comment)
        }
        "PATCH /api/tasks/{id}/comments/{comment_id}" => sent
            .place("id", Thing::Task)
            .place("comment_id", Thing::Comment)
            .body(said())
            .foreign_body(with(&said(), "task_id", "{task}")),
        _ => return None,
    })
}

/// The same operations at `/api/tasks` and at `/api/{user_id}/tasks`.
fn of_tasks(operation: &str) -> Option<Fixture> {
    let mut sent = Fixture::default();
    if operation.contains(" /api/{user_id}/") {
        sent = sent.place("user_id", Thing::Caller);
    }
    let operation = operation.replace("/{user_id}/stats", "/tasks/stats").replace("/{user_id}", "");
    Some(match operation.as_str() {
        "GET /api/tasks" => sent.foreign_queries(&OUR_TASKS),
        "POST /api/tasks" => sent.body(json!({"title": "Ship it"})).foreign_bodies(&json!({"title": "Ship it"})),
        "GET /api/tasks/stats" => sent,
        "GET /api/tasks/{id}" | "DELETE /api/tasks/{id}" => sent.place("id", Thing::Task),
        "PUT /api/tasks/{id}" | "PATCH /api/tasks/{id}" => {
            sent.place("id", Thing::Task).body(json!({"title": "Shipped"})).foreign_bodies(&json!({"title": "Shipped"}))
        }
        "PATCH /api/tasks/{id}/complete" => {
            let complete = json!({"completed": true});
            sent.place("id", Thing::Task).body(complete.clone()).foreign_body(with(&complete, "org_id", "{org}"))
        }
        _ => return None,
    })
}

/// An event that would take our organization away, if it were signed.
fn deletion() -> Value {
    json!({"type": "organization.deleted", "object": "event", "timestamp": 1, "data": {"id": "{org}", "deleted": true}})
}

/// A body with one more member.
fn with(body: &Value, member: &str, value: &str) -> Value {
    let mut body = body.clone();
    body[member] = value.into();
    body
}

impl Fixture {
    fn place(mut self, name: &'static str, thing: Thing) -> Self {
        self.places.push((name, thing));
        self
    }

    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn foreign_queries(mut self, queries: &[&'static str]) -> Self {
        self.foreign_queries.extend(queries);
        self
    }

    fn foreign_body(mut self, body: Value) -> Self {
        self.foreign_bodies.push(body);
        self
    }

    /// An acceptable body of a task with each member that could name what is ours.
    fn foreign_bodies(self, acceptable: &Value) -> Self {
        let ours = [
            ("assignee_id", "{person}"),
            ("org_id", "{org}"),
            ("tenant_id", "{org}"),
            ("id", "{task}"),
            ("created_by", "{person}"),
        ];
        ours.into_iter().fold(self, |sent, (member, value)| sent.foreign_body(with(acceptable, member, value)))
    }
}
