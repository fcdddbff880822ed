//! The trash and the comments, which have the tenant's own address alone.

use serde_json::{Value, json};

use super::compare::{Outcome, is, same, same_list, same_task};
use super::model::View;
use super::play::Play;
use super::step::Tag;

impl Play<'_> {
    /// Whatever door the step came by.
    fn in_tenant(&self) -> View {
        View { own: false, ..self.view.clone() }
    }

    /// Why somebody is turned away at an address that names no person.
    fn lacks(&self, permission: &str) -> Option<&'static str> {
        (!self.view.permissions.contains(&permission)).then_some("403 permission_missing")
    }

    pub async fn restore(&mut self, number: usize) -> Outcome {
        let (id, view) = (self.model.id(number), self.in_tenant());
        let answer = self.caller.request(axum::http::Method::POST, format!("/api/tasks/{id}/restore"), None).await;
        if let Some(refusal) = self.lacks("org:tasks:delete") {
            return is(&answer, refusal);
        }
        let Some(mut row) = self.model.take_from_trash(&view, &id) else { return is(&answer, "404 task_not_in_trash") };
        is(&answer, "200")?;
        let answered = answer.json();
        row.task["updated_by"] = json!(view.user);
        row.task["updated_at"] = answered["updated_at"].clone();
        row.version += 1;
        same("etag", answer.header("etag"), Some(row.etag().as_str()))?;
        same_task(&answered, &row.task)?;
        self.model.put_back(&view, row);
        Ok(())
    }

    pub async fn purge(&mut self, number: usize, tag: Tag) -> Outcome {
        let (id, view) = (self.model.id(number), self.in_tenant());
        let caller = match self.model.tag(&id, tag) {
            Some(tag) => self.caller.clone().header("if-match", &tag),
            None => self.caller.clone(),
        };
        let answer = caller.delete(format!("/api/tasks/trash/{id}")).await;
        if let Some(refusal) = self.lacks("org:tasks:delete") {
            return is(&answer, refusal);
        }
        let there = self.model.trash(&view).iter().any(|(row, _)| row.task["id"] == id.as_str());
        match (there, tag) {
            (false, _) => is(&answer, "404 task_not_in_trash"),
            (true, Tag::Other) => is(&answer, "412 precondition_failed"),
            (true, _) => {
                self.model.take_from_trash(&view, &id);
                is(&answer, "204")
            }
        }
    }

    pub async fn trash(&mut self) -> Outcome {
        let answer = self.caller.get("/api/tasks/trash?count=exact").await;
        if let Some(refusal) = self.lacks("org:tasks:delete").or(self.lacks("org:tasks:view")) {
            return is(&answer, refusal);
        }
        is(&answer, "200")?;
        let predicted = self.model.trash(&self.in_tenant());
        same("the count", answer.header("x-total-count"), Some(predicted.len().to_string().as_str()))?;
        let who = |task: &Value| task["deleted_by"].as_str().unwrap_or_default().to_owned();
        let mut found = answer.list();
        same(
            "who deleted",
            found.iter().map(who).collect(),
            predicted.iter().map(|(_, who)| who.clone()).collect::<Vec<_>>(),
        )?;
        for task in &mut found {
            for member in ["deleted_at", "deleted_by", "purge_at"] {
                task.as_object_mut().unwrap().remove(member);
            }
        }
        same_list(&found, &predicted.into_iter().map(|(row, _)| row.task).collect::<Vec<_>>())
    }

    pub async fn comment(&mut self, number: usize, text: &str) -> Outcome {
        let (id, view) = (self.model.id(number), self.in_tenant());
        let answer = self.caller.post(format!("/api/tasks/{id}/comments"), json!({"body": text})).await;
        if self.model.get(&view, &id).is_none() {
            return is(&answer, "404 task_not_found");
        }
        is(&answer, "201")?;
        let comment = answer.json();
        same("the author and the text", (&comment["author_id"], &comment["body"]), (&json!(view.user), &json!(text)))?;
        same("the task", &comment["task_id"], &json!(id))?;
        self.model.comments(&view, &id).push(comment);
        Ok(())
    }

    pub async fn comments(&mut self, number: usize) -> Outcome {
        let (id, view) = (self.model.id(number), self.in_tenant());
        let answer = self.caller.get(format!("/api/tasks/{id}/comments?sort_order=asc")).await;
        if self.model.get(&view, &id).is_none() {
            return is(&answer, "404 task_not_found");
        }
        is(&answer, "200")?;
        same("the comments", &answer.list(), self.model.comments(&view, &id))
    }
}
