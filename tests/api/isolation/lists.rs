//! Lists with filters, orders and pages, and those that go on where somebody else's page ended.

use std::cmp::Ordering;

use serde_json::Value;

use super::compare::{Outcome, is, same, same_list};
use super::model::View;
use super::play::Play;
use crate::tasks::random_lists::Question;

impl Play<'_> {
    pub async fn list(&mut self, question: &Question, assignees: &[Option<usize>], creators: &[usize]) -> Outcome {
        let name = |person: &usize| self.cast.people[*person].clone();
        let assignees: Vec<String> =
            assignees.iter().map(|person| person.as_ref().map_or("none".into(), name)).collect();
        let creators: Vec<String> = creators.iter().map(name).collect();
        let mut address = format!("{}/tasks?{}", self.base, question.query());
        for (filter, values) in [("assignee", &assignees), ("created_by", &creators)] {
            if !values.is_empty() {
                address.push_str(&format!("&{filter}={}", values.join(",")));
            }
        }
        let admits = |task: &Value| {
            let assignee = task["assignee_id"].as_str().unwrap_or("none");
            question.admits(task)
                && (assignees.is_empty() || assignees.iter().any(|known| known == assignee))
                && (creators.is_empty() || creators.iter().any(|known| task["created_by"] == known.as_str()))
        };
        let mut predicted = self.model.tasks(&self.view);
        predicted.retain(admits);
        predicted.sort_by(|one, other| question.order(one, other));
        let total = predicted.len();
        self.pages(address, predicted, total).await
    }

    /// Follows a list to its end.
    async fn pages(&self, address: String, predicted: Vec<Value>, total: usize) -> Outcome {
        let (mut next, mut found) = (Some(address), Vec::new());
        while let Some(address) = next {
            let page = self.caller.get(&address).await;
            if let Some(refusal) = self.refused("org:tasks:view") {
                return is(&page, refusal);
            }
            is(&page, "200")?;
            same("the count", page.header("x-total-count"), Some(total.to_string().as_str()))?;
            found.extend(page.list());
            if found.len() > predicted.len() {
                break;
            }
            next = page.next();
        }
        same_list(&found, &predicted)
    }

    /// A cursor of somebody else's list is a position in the caller's own list, and nothing more.
    pub async fn list_from(&mut self, other: usize, question: &Question) -> Outcome {
        let theirs = View::of(self.cast, other, false);
        let mut known = self.model.tasks(&theirs);
        known.sort_by(|one, other| question.order(one, other));
        let first = Question { limit: 1, ..question.clone() };
        let page = self.cast.seats[other].get(format!("/api/tasks?{}", first.query())).await;
        let cursor = page.next().and_then(|next| Some(next.split_once("cursor=")?.1.to_owned()));
        same("a second page", cursor.is_some(), known.len() > 1)?;
        let Some(cursor) = cursor else { return Ok(()) };
        let mine = self.model.tasks(&self.view);
        let total = mine.len();
        let mut predicted: Vec<Value> =
            mine.into_iter().filter(|task| question.order(&known[0], task) == Ordering::Less).collect();
        predicted.sort_by(|one, other| question.order(one, other));
        self.pages(format!("{}/tasks?{}&cursor={cursor}", self.base, question.query()), predicted, total).await
    }
}
