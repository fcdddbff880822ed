//! Plays a step against the service, and says where the answer is not what the model predicts.

use axum::http::Method;
use serde_json::{Value, json};

use super::cast::{Cast, SEATS};
use super::compare::{Outcome, is, replayed, same, same_task};
use super::model::{Model, View, stats};
use super::step::{Action, Door, Step, Tag};
use crate::support::{Answer, Caller};

/// A step on its way.
pub struct Play<'a> {
    pub cast: &'a Cast,
    pub model: &'a mut Model,
    pub caller: Caller,
    pub view: View,
    /// `/api`, or `/api/{user_id}`
    pub base: String,
    /// Whether the address names somebody else.
    foreign: bool,
}

pub async fn play(cast: &Cast, model: &mut Model, step: &Step) -> Outcome {
    let person = match step.door {
        Door::Tenant => None,
        Door::Own => Some(SEATS[step.seat].0),
        Door::Of(person) => Some(person),
    };
    let caller = cast.seats[step.seat].clone();
    let base = person.map_or("/api".to_owned(), |person| format!("/api/{}", cast.people[person]));
    let foreign = person.is_some_and(|person| person != SEATS[step.seat].0);
    let view = View::of(cast, step.seat, person.is_some());
    Play { cast, model, caller, view, base, foreign }.act(&step.action).await
}

impl Play<'_> {
    async fn act(mut self, action: &Action) -> Outcome {
        match action {
            Action::Create { body, assignee, key } => self.create(&body.0, *assignee, *key).await,
            Action::Get { task, tag } => self.get(*task, *tag).await,
            Action::Change { task, put, body, assignee, tag } => {
                self.change(*task, *put, &body.0, *assignee, *tag).await
            }
            Action::Complete { task, to, tag } => self.complete(*task, *to, *tag).await,
            Action::Delete { task, tag } => self.delete(*task, *tag).await,
            Action::List { question, assignees, creators } => self.list(question, assignees, creators).await,
            Action::ListFrom { other, question } => self.list_from(*other, question).await,
            Action::Restore { task } => self.restore(*task).await,
            Action::Purge { task, tag } => self.purge(*task, *tag).await,
            Action::Trash => self.trash().await,
            Action::Comment { task, text } => self.comment(*task, text).await,
            Action::Comments { task } => self.comments(*task).await,
            Action::Stats => self.stats().await,
            Action::Members => self.members().await,
            Action::Organization => self.organization().await,
        }
    }

    /// Why somebody is turned away at the door, if they are.
    pub fn refused(&self, permission: &str) -> Option<&'static str> {
        if !self.view.permissions.contains(&permission) {
            return Some("403 permission_missing");
        }
        self.foreign.then_some("403 other_person")
    }

    /// Whether somebody can be given a task here.
    fn may_be_assigned(&self, person: usize) -> bool {
        let id = &self.cast.people[person];
        *id == self.view.user || self.cast.members[self.view.tenant].iter().any(|(member, _)| member == id)
    }

    async fn create(&mut self, body: &Value, assignee: Option<usize>, key: Option<u8>) -> Outcome {
        let (path, mut body) = (format!("{}/tasks", self.base), body.clone());
        if let Some(person) = assignee {
            body["assignee_id"] = json!(self.cast.people[person]);
        }
        let caller = match key {
            Some(key) => self.caller.clone().header("idempotency-key", &format!("key-{key}")),
            None => self.caller.clone(),
        };
        let answer = caller.post(&path, body.clone()).await;
        if let Some(refusal) = self.refused("org:tasks:create") {
            return is(&answer, refusal);
        }
        if let Some((known, kept)) = key.and_then(|key| self.model.kept(&self.view, &path, key)) {
            return if *known == body { replayed(&answer, kept) } else { is(&answer, "422 idempotency_key_reused") };
        }
        if assignee.is_some_and(|person| !self.may_be_assigned(person)) {
            return is(&answer, "422 validation_failed");
        }
        is(&answer, "201")?;
        same("replayed", answer.header("idempotency-replayed"), None)?;
        let task = answer.json();
        let location = format!("{path}/{}", task["id"].as_str().unwrap_or_default());
        same("location", answer.header("location"), Some(location.as_str()))?;
        same_task(&task, &self.created(&body, &task))?;
        self.model.insert(&self.view, task);
        if let Some(key) = key {
            self.model.keep(&self.view, &path, key, body, answer);
        }
        Ok(())
    }

    /// What a creation should answer; id and times are taken from what it did.
    fn created(&self, body: &Value, answered: &Value) -> Value {
        let or = |member: &str, usual: Value| if body[member].is_null() { usual } else { body[member].clone() };
        let completed = body["status"] == "completed";
        let tenant = self.cast.is_organization(self.view.tenant).then(|| self.cast.tenants[self.view.tenant].clone());
        json!({
            "id": answered["id"], "org_id": tenant, "title": body["title"], "description": body["description"],
            "status": or("status", json!("pending")), "completed": completed,
            "completed_at": if completed { answered["created_at"].clone() } else { Value::Null },
            "priority": or("priority", json!("medium")), "category": body["category"], "labels": or("labels", json!([])),
            "assignee_id": body["assignee_id"], "due_date": body["due_date"],
            "created_by": self.view.user, "updated_by": self.view.user,
            "created_at": answered["created_at"], "updated_at": answered["created_at"],
        })
    }

    /// The address of a numbered task, and the caller with an entity tag about it.
    fn about(&self, number: usize, tag: Tag, header: &str) -> (String, String, Caller) {
        let id = self.model.id(number);
        let caller = match self.model.tag(&id, tag) {
            Some(tag) => self.caller.clone().header(header, &tag),
            None => self.caller.clone(),
        };
        (format!("{}/tasks/{id}", self.base), id, caller)
    }

    async fn get(&mut self, number: usize, tag: Tag) -> Outcome {
        let (path, id, caller) = self.about(number, tag, "if-none-match");
        let answer = caller.get(path).await;
        match (self.refused("org:tasks:view"), self.model.get(&self.view, &id)) {
            (Some(refusal), _) => is(&answer, refusal),
            (None, None) => is(&answer, "404 task_not_found"),
            (None, Some(_)) if tag == Tag::Current => is(&answer, "304"),
            (None, Some(row)) => {
                is(&answer, "200")?;
                same("etag", answer.header("etag"), Some(row.etag().as_str()))?;
                same_task(&answer.json(), &row.task)
            }
        }
    }

    async fn change(&mut self, number: usize, put: bool, body: &Value, assignee: Option<usize>, tag: Tag) -> Outcome {
        let (path, id, caller) = self.about(number, tag, "if-match");
        let mut body = body.clone();
        if let Some(person) = assignee {
            body["assignee_id"] = json!(self.cast.people[person]);
        }
        let method = if put { Method::PUT } else { Method::PATCH };
        let answer = caller.request(method, path, Some(body.to_string().into_bytes())).await;
        if let Some(refusal) = self.refused("org:tasks:edit") {
            return is(&answer, refusal);
        }
        let found = self.model.get(&self.view, &id).is_some() && tag != Tag::Other;
        if found && assignee.is_some_and(|person| !self.may_be_assigned(person)) {
            return is(&answer, "422 validation_failed");
        }
        let changes = body != json!({});
        self.changed(&answer, &id, tag, |task, answered| changes.then(|| apply(task, &body, answered)))
    }

    async fn complete(&mut self, number: usize, to: Option<bool>, tag: Tag) -> Outcome {
        let (path, id, caller) = self.about(number, tag, "if-match");
        let body = to.map(|completed| json!({"completed": completed}).to_string().into_bytes());
        let answer = caller.request(Method::PATCH, format!("{path}/complete"), body).await;
        if let Some(refusal) = self.refused("org:tasks:edit") {
            return is(&answer, refusal);
        }
        self.changed(&answer, &id, tag, |task, answered| {
            let completed = task["completed"] == true;
            let wanted = to.unwrap_or(!completed);
            (wanted != completed).then(|| apply(task, &json!({"completed": wanted}), answered))
        })
    }

    /// Predicts a change of one task; `change` gives the task as it should be, or nothing where nothing is to change.
    fn changed(
        &mut self,
        answer: &Answer,
        id: &str,
        tag: Tag,
        change: impl FnOnce(&Value, &Value) -> Option<Value>,
    ) -> Outcome {
        let user = self.view.user.clone();
        let Some(row) = self.model.get(&self.view, id) else { return is(answer, "404 task_not_found") };
        if tag == Tag::Other {
            is(answer, "412 precondition_failed")?;
            return same("etag", answer.header("etag"), Some(row.etag().as_str()));
        }
        is(answer, "200")?;
        let answered = answer.json();
        if let Some(mut changed) = change(&row.task, &answered) {
            changed["updated_by"] = json!(user);
            changed["updated_at"] = answered["updated_at"].clone();
            row.task = changed;
            row.version += 1;
        }
        same("etag", answer.header("etag"), Some(row.etag().as_str()))?;
        same_task(&answered, &row.task)
    }

    async fn delete(&mut self, number: usize, tag: Tag) -> Outcome {
        let (path, id, caller) = self.about(number, tag, "if-match");
        let answer = caller.delete(path).await;
        match (self.refused("org:tasks:delete"), self.model.get(&self.view, &id)) {
            (Some(refusal), _) => is(&answer, refusal),
            (None, None) => is(&answer, "404 task_not_found"),
            (None, Some(_)) if tag == Tag::Other => is(&answer, "412 precondition_failed"),
            (None, Some(_)) => {
                self.model.remove(&self.view, &id);
                is(&answer, "204")
            }
        }
    }

    async fn stats(&mut self) -> Outcome {
        let path = if self.view.own { format!("{}/stats", self.base) } else { "/api/tasks/stats".into() };
        let answer = self.caller.get(path).await;
        match self.refused("org:tasks:view") {
            Some(refusal) => is(&answer, refusal),
            None => same("the numbers", answer.json(), stats(&self.model.tasks(&self.view))),
        }
    }

    async fn members(&mut self) -> Outcome {
        let answer = self.caller.get("/api/members?count=exact").await;
        is(&answer, "200")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<(String, String)> =
            answer.list().iter().map(|member| (text(&member["user_id"]), text(&member["role"]))).collect();
        let mut predicted = self.cast.members[self.view.tenant].clone();
        found.sort();
        predicted.sort();
        same("the count", answer.header("x-total-count"), Some(predicted.len().to_string().as_str()))?;
        same("the members", found, predicted)
    }

    async fn organization(&mut self) -> Outcome {
        let answer = self.caller.get("/api/organization").await;
        let tenant = self.view.tenant;
        if !self.cast.is_organization(tenant) {
            return is(&answer, "403 organization_required");
        }
        is(&answer, "200")?;
        let found = answer.json();
        let usage = json!({"members": self.cast.members[tenant].len(), "tasks": self.model.count(tenant)});
        same("the organization", &found["id"], &json!(self.cast.tenants[tenant]))?;
        same("the usage", &found["usage"], &usage)
    }
}

/// A task with a change made; a time that cannot be predicted is taken from what was answered.
fn apply(task: &Value, change: &Value, answered: &Value) -> Value {
    let mut changed = task.clone();
    for (member, value) in change.as_object().unwrap() {
        changed[member] = value.clone();
    }
    if let Some(completed) = change["completed"].as_bool() {
        changed["status"] = match (completed, task["completed"] == true) {
            (true, _) => json!("completed"),
            (false, true) => json!("pending"),
            (false, false) => task["status"].clone(),
        };
    }
    let completed = changed["status"] == "completed";
    changed["completed"] = json!(completed);
    let since = if task["completed"] == true { &task["completed_at"] } else { &answered["completed_at"] };
    changed["completed_at"] = if completed { since.clone() } else { Value::Null };
    changed
}
