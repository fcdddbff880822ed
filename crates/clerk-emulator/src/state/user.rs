//! People: creating, changing, banning, deleting and finding them.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Metadata, Password, Payer, State, is_email, merge_metadata, session::SessionStatus};
use crate::{
    error::{ApiError, Result},
    ids, json,
};

/// An e-mail address of a user; every one counts as verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmailAddress {
    /// `idn_…`
    pub id: String,
    /// The address as it was given.
    pub email_address: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// A person who can sign in. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    /// The name people type at the command line; the emulator's own, never on Clerk's wire.
    pub short_name: Option<String>,
    pub email_addresses: Vec<EmailAddress>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub external_id: Option<String>,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
    pub unsafe_metadata: Metadata,
    pub password_enabled: bool,
    #[serde(default)]
    pub(crate) password: Option<Password>,
    pub banned: bool,
    pub last_sign_in_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl User {
    /// The primary e-mail address: the first one.
    pub fn email(&self) -> Option<&str> {
        let first = self.email_addresses.first()?;
        Some(&first.email_address)
    }

    /// First and last name, or whatever else names the person.
    pub fn display_name(&self) -> String {
        let names: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().filter_map(|name| name.as_deref()).collect();
        match (names.is_empty(), self.email()) {
            (false, _) => names.join(" "),
            (true, Some(email)) => email.to_owned(),
            (true, None) => self.id.clone(),
        }
    }

    pub(crate) fn has_email(&self, address: &str) -> bool {
        self.email_addresses.iter().any(|own| own.email_address.eq_ignore_ascii_case(address))
    }
}

/// A person to be created; everything may be left at its default.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// A fixed id; a fresh one when absent.
    pub id: Option<String>,
    /// A short name for `GET /token/{user}`.
    pub short_name: Option<String>,
    pub email_addresses: Vec<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub external_id: Option<String>,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
    pub unsafe_metadata: Metadata,
    /// Signs in at the Frontend API.
    pub password: Option<String>,
}

impl NewUser {
    /// A person with one e-mail address.
    pub fn with_email(address: impl Into<String>) -> Self {
        Self { email_addresses: vec![address.into()], ..Self::default() }
    }
}

/// Changes to a person: the outer `None` leaves a field alone, the inner one clears it.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    pub first_name: Option<Option<String>>,
    pub last_name: Option<Option<String>>,
    pub username: Option<Option<String>>,
    pub external_id: Option<Option<String>>,
}

impl State {
    pub(crate) fn user(&self, id: &str) -> Result<&User> {
        let found = self.users.iter().find(|user| user.id == id);
        found.ok_or_else(|| ApiError::not_found("user", id))
    }

    fn user_mut(&mut self, id: &str) -> Result<&mut User> {
        let found = self.users.iter_mut().find(|user| user.id == id);
        found.ok_or_else(|| ApiError::not_found("user", id))
    }

    /// By id, e-mail address or short name.
    pub(crate) fn find_user(&self, who: &str) -> Result<&User> {
        let named = |user: &&User| user.id == who || user.short_name.as_deref() == Some(who) || user.has_email(who);
        let found = self.users.iter().find(named);
        found.ok_or_else(|| ApiError::not_found("user", who))
    }

    pub(crate) fn user_with_email(&self, address: &str) -> Option<&User> {
        self.users.iter().find(|user| user.has_email(address))
    }

    pub(crate) fn create_user(&mut self, new: NewUser) -> Result<User> {
        let password = new.password.as_deref().map(Password::new);
        self.create_user_with(new, password)
    }

    /// The same with a password of which only what is kept is known.
    pub(super) fn create_user_with(&mut self, new: NewUser, password: Option<Password>) -> Result<User> {
        self.check_new_user(&new)?;
        let now = self.tick();
        let email = |email_address| EmailAddress { id: ids::fresh("idn_"), email_address, created_at: now };
        let user = User {
            id: new.id.unwrap_or_else(|| ids::fresh("user_")),
            short_name: new.short_name,
            email_addresses: new.email_addresses.into_iter().map(email).collect(),
            first_name: new.first_name,
            last_name: new.last_name,
            username: new.username,
            external_id: new.external_id,
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            unsafe_metadata: new.unsafe_metadata,
            password_enabled: password.is_some(),
            password,
            banned: false,
            last_sign_in_at: None,
            created_at: now,
            updated_at: now,
        };
        self.users.push(user.clone());
        self.emit("user.created", json::user(self, &user));
        self.open_subscription(Payer::User(user.id.clone()));
        Ok(user)
    }

    fn check_new_user(&self, new: &NewUser) -> Result<()> {
        for (index, address) in new.email_addresses.iter().enumerate() {
            if !is_email(address) {
                return Err(ApiError::format("email_address", "must be a valid email address"));
            }
            let repeated = new.email_addresses[..index].contains(address);
            if repeated || self.user_with_email(address).is_some() {
                return Err(taken("email_address"));
            }
        }
        let id_taken = |id: &String| self.users.iter().any(|user| user.id == *id);
        if new.id.as_ref().is_some_and(id_taken) {
            return Err(taken("id"));
        }
        let names = (&new.short_name, &new.username, &new.external_id);
        self.check_names(names.0.as_deref(), names.1.as_deref(), names.2.as_deref(), None)
    }

    /// Names that may belong to one person only; `own` is the person they are for.
    fn check_names(
        &self,
        short_name: Option<&str>,
        username: Option<&str>,
        external_id: Option<&str>,
        own: Option<&str>,
    ) -> Result<()> {
        let clash = |given: Option<&str>, theirs: &Option<String>| given.is_some() && given == theirs.as_deref();
        for user in self.users.iter().filter(|user| Some(user.id.as_str()) != own) {
            if clash(short_name, &user.short_name) {
                return Err(taken("short_name"));
            }
            if clash(username, &user.username) {
                return Err(taken("username"));
            }
            if clash(external_id, &user.external_id) {
                return Err(taken("external_id"));
            }
        }
        Ok(())
    }

    pub(crate) fn update_user(&mut self, id: &str, changes: UserChanges) -> Result<User> {
        self.user(id)?;
        let username = changes.username.as_ref().and_then(Option::as_deref);
        let external_id = changes.external_id.as_ref().and_then(Option::as_deref);
        self.check_names(None, username, external_id, Some(id))?;
        let now = self.tick();
        let user = self.user_mut(id)?;
        let fields = [
            (&mut user.first_name, changes.first_name),
            (&mut user.last_name, changes.last_name),
            (&mut user.username, changes.username),
            (&mut user.external_id, changes.external_id),
        ];
        for (field, change) in fields {
            if let Some(value) = change {
                *field = value;
            }
        }
        user.updated_at = now;
        self.user_updated(id)
    }

    /// Gives another password to somebody who knows the present one, if there is one.
    pub(crate) fn change_password(&mut self, id: &str, current: Option<&str>, new: &str) -> Result<User> {
        check_password(new, "new_password")?;
        if let Some(own) = &self.user(id)?.password
            && !own.is(current.unwrap_or_default())
        {
            let message = "Password is incorrect. Try again.";
            return Err(ApiError::invalid("form_password_incorrect", "current_password", message));
        }
        let now = self.tick();
        let user = self.user_mut(id)?;
        user.password = Some(Password::new(new));
        user.password_enabled = true;
        user.updated_at = now;
        self.user_updated(id)
    }

    /// Bans or readmits; a ban revokes every session.
    pub(crate) fn set_banned(&mut self, id: &str, banned: bool) -> Result<User> {
        self.user(id)?;
        let now = self.tick();
        let user = self.user_mut(id)?;
        user.banned = banned;
        user.updated_at = now;
        let user = self.user_updated(id)?;
        if banned {
            let open: Vec<String> = self.open_sessions(id).map(|s| s.id.clone()).collect();
            for session in open {
                self.close_session(&session, SessionStatus::Revoked)?;
            }
        }
        Ok(user)
    }

    /// Replaces (`merge` false) or deeply merges what the person's own browser may write.
    pub(crate) fn set_unsafe_metadata(&mut self, id: &str, metadata: Metadata, merge: bool) -> Result<User> {
        let now = self.tick();
        let user = self.user_mut(id)?;
        match merge {
            true => merge_metadata(&mut user.unsafe_metadata, metadata),
            false => user.unsafe_metadata = metadata,
        }
        user.updated_at = now;
        self.user_updated(id)
    }

    fn user_updated(&mut self, id: &str) -> Result<User> {
        let user = self.user(id)?.clone();
        self.emit("user.updated", json::user(self, &user));
        Ok(user)
    }

    /// Removes the person with their memberships and sessions; only `user.deleted` is announced.
    pub(crate) fn delete_user(&mut self, id: &str) -> Result<User> {
        let user = self.user(id)?.clone();
        self.tick();
        self.users.retain(|other| other.id != id);
        self.memberships.retain(|membership| membership.user_id != id);
        self.sessions.retain(|session| session.user_id != id);
        self.drop_subscription(id);
        self.emit("user.deleted", json::deleted_user(&user));
        Ok(user)
    }
}

/// The shortest password that Clerk accepts, in characters.
const PASSWORD_MIN: usize = 8;

pub(super) fn check_password(password: &str, field: &str) -> Result<()> {
    if password.chars().count() >= PASSWORD_MIN {
        return Ok(());
    }
    let message = "Passwords must be 8 characters or more.";
    Err(ApiError::invalid("form_password_length_too_short", field, message))
}

fn taken(name: &str) -> ApiError {
    let message = format!("That {name} is taken. Please try another.");
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "form_identifier_exists", message)
        .with_meta(json!({ "param_name": name }))
}
