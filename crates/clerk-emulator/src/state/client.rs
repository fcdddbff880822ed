//! Clients, as Clerk calls the browsers: what a browser shows to be itself, and what it is in the middle of.

use serde::{Deserialize, Serialize};

use super::{Session, SessionStatus, SignIn, SignUp, State, session::NewSession};
use crate::{
    error::{ApiError, Result},
    ids,
};

/// Clients without a session are forgotten after this long.
const FORGOTTEN_AFTER_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// One browser. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Its only credential: the cookie's value or, in dev-browser mode, the query's.
    pub(crate) key: String,
    pub(crate) sign_in: Option<SignIn>,
    pub(crate) sign_up: Option<SignUp>,
    pub(crate) last_active_session_id: Option<String>,
    pub(crate) last_strategy: Option<String>,
    pub(crate) created_at: i64,
    /// Of the last sign-in or sign-out: Clerk's packages refuse tokens that are older.
    pub(crate) updated_at: i64,
}

/// Where a sign-in begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// Where the instance's setting says.
    #[default]
    Usual,
    /// In no organization.
    Personal,
    /// In this organization, by id or slug.
    Organization(String),
}

/// A sign-in that has succeeded.
pub(super) struct Arrival<'a> {
    pub(super) user: &'a str,
    pub(super) place: Place,
    /// The page's origin.
    pub(super) origin: &'a str,
    pub(super) strategy: &'static str,
}

impl State {
    pub(crate) fn client_with_key(&self, key: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.key == key)
    }

    pub(crate) fn client(&self, id: &str) -> Result<&Client> {
        let found = self.clients.iter().find(|client| client.id == id);
        found.ok_or_else(|| ApiError::not_found("client", id))
    }

    pub(crate) fn client_mut(&mut self, id: &str) -> Result<&mut Client> {
        self.changed = true;
        let found = self.clients.iter_mut().find(|client| client.id == id);
        found.ok_or_else(|| ApiError::not_found("client", id))
    }

    pub(crate) fn create_client(&mut self, key: String) -> String {
        let now = self.tick();
        self.forget_old_clients(now);
        let id = ids::fresh("client_");
        self.clients.push(Client {
            id: id.clone(),
            key,
            sign_in: None,
            sign_up: None,
            last_active_session_id: None,
            last_strategy: None,
            created_at: now,
            updated_at: now,
        });
        id
    }

    fn forget_old_clients(&mut self, now: i64) {
        let open = |sessions: &[Session], client: &Client| {
            sessions.iter().any(|own| own.client_id == client.id && own.status(now) == SessionStatus::Active)
        };
        let (clients, sessions) = (&mut self.clients, &self.sessions);
        clients.retain(|client| client.updated_at > now - FORGOTTEN_AFTER_MS || open(sessions, client));
    }

    /// The open sessions of a client, oldest first.
    pub(crate) fn sessions_of_client<'a>(&'a self, client: &'a str) -> impl Iterator<Item = &'a Session> {
        let now = self.now();
        self.sessions.iter().filter(move |s| s.client_id == client && s.status(now) == SessionStatus::Active)
    }

    /// An open session of that client.
    pub(crate) fn session_of_client<'a>(&'a self, client: &'a str, id: &str) -> Result<&'a Session> {
        let found = self.sessions_of_client(client).find(|session| session.id == id);
        found.ok_or_else(signed_out)
    }

    /// Refuses a second sign-in where a browser has one session only.
    pub(crate) fn check_free(&self, client: &str) -> Result<()> {
        if self.settings.single_session_mode && self.sessions_of_client(client).next().is_some() {
            let message = "You're currently in single session mode. You can only be signed into one account at a time.";
            return Err(ApiError::bad_request("session_exists", message));
        }
        Ok(())
    }

    /// Makes the session of a sign-in or sign-up that has succeeded, and makes it the active one.
    pub(super) fn arrive(&mut self, client: &str, arrival: &Arrival<'_>) -> Result<Session> {
        let first = |state: &Self| {
            let mut own = state.memberships_of(arrival.user);
            own.next().map(|membership| membership.organization_id.clone())
        };
        let organization = match &arrival.place {
            Place::Organization(id) => Some(id.clone()),
            Place::Personal => None,
            Place::Usual if self.settings.start_in_personal_account => None,
            Place::Usual => first(self),
        };
        let session = self.create_session_as(NewSession {
            user: arrival.user,
            organization: organization.as_deref(),
            client: Some(client),
            origin: Some(arrival.origin),
        })?;
        let now = session.created_at;
        let own = self.client_mut(client)?;
        own.sign_in = None;
        own.sign_up = None;
        own.last_active_session_id = Some(session.id.clone());
        own.last_strategy = Some(arrival.strategy.to_owned());
        own.updated_at = now;
        Ok(session)
    }

    /// Ends one session of a client and lets another one be the active one.
    pub(crate) fn leave(&mut self, client: &str, session: &str, how: SessionStatus) -> Result<Session> {
        self.session_of_client(client, session)?;
        let ended = self.close_session(session, how)?;
        let next = self.sessions_of_client(client).last().map(|session| session.id.clone());
        let own = self.client_mut(client)?;
        if own.last_active_session_id.as_deref() == Some(session) {
            own.last_active_session_id = next;
        }
        own.updated_at = ended.updated_at;
        Ok(ended)
    }

    /// Signs out of everything.
    pub(crate) fn leave_all(&mut self, client: &str) -> Result<()> {
        let open: Vec<String> = self.sessions_of_client(client).map(|session| session.id.clone()).collect();
        for session in open {
            self.leave(client, &session, SessionStatus::Removed)?;
        }
        let own = self.client_mut(client)?;
        own.last_active_session_id = None;
        own.sign_in = None;
        own.sign_up = None;
        Ok(())
    }
}

/// The browser has no such session, or no session at all.
pub(crate) fn signed_out() -> ApiError {
    let message = "Unable to authenticate the request, you need to supply an active session";
    ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "authentication_invalid", message)
}
