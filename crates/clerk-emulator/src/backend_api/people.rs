//! Choosing and ordering people, in lists of users and of members alike.

use super::{
    Params,
    params::{admits_id, admits_one_of, matches},
};
use crate::{Result, User};

/// Conditions on a person; what was not asked for holds for everybody.
pub(super) struct PeopleFilter<'a> {
    ids: Vec<&'a str>,
    emails: Vec<&'a str>,
    usernames: Vec<&'a str>,
    query: &'a str,
    email_query: &'a str,
    username_query: &'a str,
    name_query: &'a str,
}

impl<'a> PeopleFilter<'a> {
    pub(super) fn read(params: &'a Params) -> Result<Self> {
        let part = |name: &str| params.one(name).unwrap_or_default();
        Ok(Self {
            ids: params.all("user_id")?,
            emails: params.all("email_address")?,
            usernames: params.all("username")?,
            query: part("query"),
            email_query: part("email_address_query"),
            username_query: part("username_query"),
            name_query: part("name_query"),
        })
    }

    pub(super) fn fits(&self, user: &User) -> bool {
        let emails = || user.email_addresses.iter().map(|email| email.email_address.as_str());
        admits_id(&self.ids, &user.id)
            && (self.emails.is_empty() || emails().any(|email| admits_id(&self.emails, email)))
            && admits_one_of(&self.usernames, user.username.as_deref())
            && matches(self.query, texts(user))
            && (self.email_query.is_empty() || matches(self.email_query, emails()))
            && (self.username_query.is_empty() || matches(self.username_query, user.username.as_deref()))
            && (self.name_query.is_empty() || matches(self.name_query, [user.display_name().as_str()]))
    }
}

/// What `query` looks into.
fn texts(user: &User) -> impl Iterator<Item = &str> {
    let names = [&user.first_name, &user.last_name, &user.username];
    let emails = user.email_addresses.iter().map(|email| email.email_address.as_str());
    std::iter::once(user.id.as_str()).chain(names.into_iter().filter_map(|name| name.as_deref())).chain(emails)
}

/// A number and a text, one of which decides.
pub(super) fn sort_key(user: &User, field: &str) -> (i64, String) {
    let text = |value: Option<&str>| (0, value.unwrap_or_default().to_lowercase());
    match field {
        "email_address" => text(user.email()),
        "first_name" => text(user.first_name.as_deref()),
        "last_name" => text(user.last_name.as_deref()),
        "username" => text(user.username.as_deref()),
        "updated_at" => (user.updated_at, String::new()),
        "last_sign_in_at" => (user.last_sign_in_at.unwrap_or(0), String::new()),
        _ => (user.created_at, String::new()),
    }
}
