//! Sessions: a person signed in somewhere.

use serde::{Deserialize, Serialize};

use super::{Factor, Proof, State};
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
    /// Origin of the page that signed in, which tokens name as their authorized party.
    #[serde(default)]
    pub(crate) origin: Option<String>,
    /// When the person last showed who they are; at the sign-in when absent.
    #[serde(default)]
    pub(crate) verified_at: Option<i64>,
    /// A verification for a step that needs one, on its way.
    #[serde(default)]
    pub(crate) verification: Option<Reverification>,
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

    /// Minutes since the first and the second factor were verified, as in the claim `fva`.
    pub(crate) fn factor_ages(&self, now: i64) -> [i64; 2] {
        let verified = self.verified_at.unwrap_or(self.created_at);
        [((now - verified) / 60_000).max(0), -1]
    }

    pub(super) fn leave_organization(&mut self, organization: &str) {
        if self.last_active_organization_id.as_deref() == Some(organization) {
            self.last_active_organization_id = None;
        }
    }
}

/// A session to be made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NewSession<'a> {
    pub(super) user: &'a str,
    pub(super) organization: Option<&'a str>,
    /// The browser's; one of its own when absent.
    pub(super) client: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
}

/// A person showing once more who they are, before a step that needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reverification {
    /// As it was asked for.
    pub(crate) level: String,
    pub(crate) factor: Option<Factor>,
    pub(crate) complete: bool,
}

impl State {
    pub(crate) fn session(&self, id: &str) -> Result<&Session> {
        let found = self.sessions.iter().find(|session| session.id == id);
        found.ok_or_else(|| ApiError::not_found("session", id))
    }

    pub(crate) fn open_sessions<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Session> {
        let now = self.now();
        self.sessions.iter().filter(move |s| s.user_id == user && s.status(now) == SessionStatus::Active)
    }

    pub(crate) fn create_session(&mut self, user: &str, organization: Option<&str>) -> Result<Session> {
        self.create_session_as(NewSession { user, organization, ..NewSession::default() })
    }

    pub(super) fn create_session_as(&mut self, new: NewSession<'_>) -> Result<Session> {
        let user = new.user;
        if self.user(user)?.banned {
            let message = "The user is banned and cannot sign in";
            return Err(ApiError::forbidden("user_banned", message));
        }
        let organization = match new.organization {
            Some(id) => Some(self.member(id, user)?.organization_id.clone()),
            None => None,
        };
        let now = self.tick();
        let session = Session {
            id: ids::fresh("sess_"),
            client_id: new.client.map_or_else(|| ids::fresh("client_"), str::to_owned),
            user_id: user.to_owned(),
            status: SessionStatus::Active,
            last_active_organization_id: organization,
            origin: new.origin.map(str::to_owned),
            verified_at: None,
            verification: None,
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
        if session.status(self.now()) != SessionStatus::Active {
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

    /// Ends every other session of the same person.
    pub(crate) fn close_other_sessions(&mut self, session: &Session) -> Result<()> {
        let others = self.open_sessions(&session.user_id).filter(|other| other.id != session.id);
        let others: Vec<String> = others.map(|other| other.id.clone()).collect();
        for other in others {
            self.close_session(&other, SessionStatus::Revoked)?;
        }
        Ok(())
    }

    fn session_mut(&mut self, id: &str) -> Result<&mut Session> {
        let found = self.sessions.iter_mut().find(|session| session.id == id);
        found.ok_or_else(|| ApiError::not_found("session", id))
    }

    /// Notes that a session is in use, and which organization it is active in: the inner `None` for none.
    pub(crate) fn touch_session(&mut self, id: &str, organization: Option<Option<&str>>) -> Result<Session> {
        let user = self.session(id)?.user_id.clone();
        let organization = match organization {
            Some(Some(id)) => Some(Some(self.member(id, &user)?.organization_id.clone())),
            Some(None) => Some(None),
            None => None,
        };
        let now = self.now();
        self.changed = organization.is_some() || self.changed;
        let session = self.session_mut(id)?;
        session.last_active_at = now;
        if let Some(organization) = organization {
            session.last_active_organization_id = organization;
        }
        Ok(session.clone())
    }

    /// Asks the person of a session to show once more who they are.
    pub(crate) fn begin_verification(&mut self, id: &str, level: &str) -> Result<Session> {
        self.changed = true;
        let session = self.session_mut(id)?;
        session.verification = Some(Reverification { level: level.to_owned(), factor: None, complete: false });
        Ok(session.clone())
    }

    /// Chooses how they will; a code counts as sent.
    pub(crate) fn prepare_verification(&mut self, id: &str, factor: Factor) -> Result<Session> {
        self.changed = true;
        let session = self.session_mut(id)?;
        let message = "Start the verification of this session first.";
        let missing = || ApiError::bad_request("session_reverification_missing", message);
        session.verification.as_mut().ok_or_else(missing)?.factor = Some(factor);
        Ok(session.clone())
    }

    /// Makes the session fresh again when the proof is good.
    pub(crate) fn attempt_verification(&mut self, id: &str, factor: Factor, proof: Proof<'_>) -> Result<Session> {
        let user = self.prepare_verification(id, factor)?.user_id;
        self.check_proof(&user, factor, proof)?;
        let now = self.now();
        let session = self.session_mut(id)?;
        session.verified_at = Some(now);
        if let Some(verification) = &mut session.verification {
            verification.complete = true;
        }
        Ok(session.clone())
    }
}
