//! Sessions: a person signed in somewhere.

use serde::{Deserialize, Serialize};

use super::{State, now_ms};
use crate::{
    error::{ApiError, Result},
    ids, json,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Signed in.
    Active,
    /// The person signed out.
    Ended,
    /// Taken off the browser, as when one of several accounts is left.
    Removed,
    /// Ended by somebody else, or by a ban.
    Revoked,
    /// Past its maximum lifetime; only ever computed, and without an event.
    Expired,
}

impl SessionStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Ended | Self::Expired => "session.ended",
            Self::Removed => "session.removed",
            Self::Revoked => "session.revoked",
            Self::Active => "session.created",
        }
    }
}

/// A sign-in. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    pub client_id: String,
    pub user_id: String,
    status: SessionStatus,
    pub last_active_organization_id: Option<String>,
    pub last_active_at: i64,
    pub expire_at: i64,
    pub abandon_at: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Session {
    /// The status at a time in milliseconds since 1970: an active one expires after 7 days.
    pub fn status(&self, now: i64) -> SessionStatus {
        match self.status {
            SessionStatus::Active if self.expire_at <= now => SessionStatus::Expired,
            status => status,
        }
    }

    pub(super) fn leave_organization(&mut self, organization: &str) {
        if self.last_active_organization_id.as_deref() == Some(organization) {
            self.last_active_organization_id = None;
        }
    }
}

impl State {
    pub(crate) fn session(&self, id: &str) -> Result<&Session> {
        let found = self.sessions.iter().find(|session| session.id == id);
        found.ok_or_else(|| ApiError::not_found("session", id))
    }

    pub(crate) fn open_sessions<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Session> {
        let now = now_ms();
        self.sessions.iter().filter(move |s| s.user_id == user && s.status(now) == SessionStatus::Active)
    }

    pub(crate) fn create_session(&mut self, user: &str, organization: Option<&str>) -> Result<Session> {
        if self.user(user)?.banned {
            let message = "The user is banned and cannot sign in";
            return Err(ApiError::forbidden("user_banned", message));
        }
        let organization = match organization {
            Some(id) => Some(self.member(id, user)?.organization_id.clone()),
            None => None,
        };
        let now = self.tick();
        let session = Session {
            id: ids::fresh("sess_"),
            client_id: ids::fresh("client_"),
            user_id: user.to_owned(),
            status: SessionStatus::Active,
            last_active_organization_id: organization,
            last_active_at: now,
            expire_at: now + 7 * DAY_MS,
            abandon_at: now + 30 * DAY_MS,
            created_at: now,
            updated_at: now,
        };
        if let Some(user) = self.users.iter_mut().find(|u| u.id == user) {
            user.last_sign_in_at = Some(now);
        }
        self.sessions.push(session.clone());
        let data = json::session_with_user(self, &session);
        self.emit(SessionStatus::Active.event(), data);
        Ok(session)
    }

    /// The person's newest open session, or a new one.
    pub(crate) fn session_for(&mut self, user: &str) -> Result<Session> {
        match self.open_sessions(user).last() {
            Some(session) => Ok(session.clone()),
            None => self.create_session(user, None),
        }
    }

    /// Ends an active session for the given reason; one that is over stays as it is.
    pub(crate) fn close_session(&mut self, id: &str, status: SessionStatus) -> Result<Session> {
        let session = self.session(id)?;
        if session.status(now_ms()) != SessionStatus::Active {
            return Ok(session.clone());
        }
        let now = self.tick();
        let found = self.sessions.iter_mut().find(|session| session.id == id);
        let session = found.ok_or_else(|| ApiError::not_found("session", id))?;
        session.status = status;
        session.updated_at = now;
        let session = session.clone();
        let data = json::session_with_user(self, &session);
        self.emit(status.event(), data);
        Ok(session)
    }
}
