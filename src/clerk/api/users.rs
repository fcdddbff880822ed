//! People.

use reqwest::Method;
use serde_json::{Map, Value};

use super::read::{Answered, demand};
use super::{Api, Refusal};
use crate::clerk::event::User;

/// Names to change. Absent stays as it is, `Some(None)` clears.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// First name.
    pub first: Option<Option<String>>,
    /// Last name.
    pub last: Option<Option<String>>,
}

impl Api {
    /// A person.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn user(&self, id: &str) -> Result<Answered<User>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["users", id])?;
        let found = clerk.ask(Method::GET, url, None).await?.object(User::answered)?;
        demand(found.object.person.id == id)?;
        Ok(found)
    }

    /// Changes somebody's names.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn rename_user(&self, id: &str, names: &Names) -> Result<Answered<User>, Refusal> {
        let clerk = self.call()?;
        let url = clerk.address(&["users", id])?;
        let sent = [("first_name", &names.first), ("last_name", &names.last)];
        let body: Map<String, Value> = sent
            .into_iter()
            .filter_map(|(member, name)| Some((member.to_owned(), Value::from(name.clone()?))))
            .collect();
        let changed = clerk.ask(Method::PATCH, url, Some(&body.into())).await?.object(User::answered)?;
        demand(changed.object.person.id == id)?;
        Ok(changed)
    }
}
