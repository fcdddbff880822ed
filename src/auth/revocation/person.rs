//! What is held of one person, and what it means for a token.

use super::change::{Place, Rank};
use super::few::Few;
use crate::auth::Powers;
use crate::clerk::Reject;
use crate::clerk::session::{Organization, Session};

/// What was taken from a person, or given back.
#[derive(Debug, Default)]
pub(super) struct Person {
    deleted: Option<i64>,
    ban: Option<Ban>,
    ended_sessions: Few<i64>,
    memberships: Few<Membership>,
}

#[derive(Debug)]
struct Ban {
    banned: bool,
    rank: Rank,
    second: i64,
}

#[derive(Debug)]
struct Membership {
    standing: Standing,
    rank: Rank,
    second: i64,
}

/// What a membership gives by now.
#[derive(Debug)]
enum Standing {
    Gone,
    Holds(Powers),
    /// The permissions are not known.
    Role(Box<str>),
}

/// What learning did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learned {
    /// Nothing: it was known.
    Nothing,
    /// Something held says something else now.
    Changed,
    /// There is one thing more to hold.
    Added,
}

impl Person {
    pub(super) fn deleted(&mut self, second: i64) -> Learned {
        match self.deleted.replace(second) {
            None => Learned::Added,
            Some(_) => Learned::Nothing,
        }
    }

    pub(super) fn ended(&mut self, session: &str, second: i64) -> Learned {
        match self.ended_sessions.insert(session, second) {
            None => Learned::Added,
            Some(_) => Learned::Nothing,
        }
    }

    pub(super) fn banned(&mut self, banned: bool, rank: &Rank, second: i64) -> Learned {
        let learned = match &self.ban {
            Some(known) if known.rank >= *rank => return Learned::Nothing,
            Some(_) => Learned::Changed,
            None => Learned::Added,
        };
        self.ban = Some(Ban { banned, rank: rank.clone(), second });
        learned
    }

    pub(super) fn placed(&mut self, organization: &str, place: Option<&Place>, rank: &Rank, second: i64) -> Learned {
        if self.memberships.get(organization).is_some_and(|known| known.rank >= *rank) {
            return Learned::Nothing;
        }
        let membership = Membership { standing: Standing::of(place), rank: rank.clone(), second };
        match self.memberships.insert(organization, membership) {
            Some(_) => Learned::Changed,
            None => Learned::Added,
        }
    }

    /// The powers that a token claims in vain.
    pub(super) fn judge(&self, session: &Session) -> Result<Powers, Reject> {
        // Neither comes back, so when the token was issued does not matter.
        if self.deleted.is_some() {
            return Err(Reject::UserGone);
        }
        if self.ended_sessions.get(&session.session_id).is_some() {
            return Err(Reject::SessionOver);
        }
        if self.ban.as_ref().is_some_and(|ban| ban.banned && session.issued_at <= ban.second) {
            return Err(Reject::UserGone);
        }
        match &session.organization {
            Some(claimed) => self.judge_membership(claimed, session.issued_at),
            None => Ok(Powers::NONE),
        }
    }

    fn judge_membership(&self, claimed: &Organization, issued_at: i64) -> Result<Powers, Reject> {
        let Some(known) = self.memberships.get(&claimed.id).filter(|known| issued_at <= known.second) else {
            return Ok(Powers::NONE);
        };
        match &known.standing {
            Standing::Gone => Err(Reject::Stale),
            Standing::Holds(powers) => Ok(powers.others()),
            Standing::Role(role) if claimed.role.as_deref() == Some(&**role) => Ok(Powers::NONE),
            Standing::Role(role) => Ok(Powers::NONE.with_role(role).others()),
        }
    }

    /// Lets go of what changed no later than a second, and says how much that was.
    pub(super) fn forget_until(&mut self, second: i64) -> usize {
        let before = self.len();
        self.deleted.take_if(|at| *at <= second);
        self.ban.take_if(|ban| ban.second <= second);
        self.ended_sessions.retain(|at| *at > second);
        self.memberships.retain(|membership| membership.second > second);
        before - self.len()
    }

    /// When each thing that is held changed.
    pub(super) fn seconds(&self) -> impl Iterator<Item = i64> {
        let sessions = self.ended_sessions.values().copied();
        let memberships = self.memberships.values().map(|membership| membership.second);
        self.deleted.into_iter().chain(self.ban.iter().map(|ban| ban.second)).chain(sessions).chain(memberships)
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.deleted.is_some())
            + usize::from(self.ban.is_some())
            + self.ended_sessions.len()
            + self.memberships.len()
    }
}

impl Standing {
    fn of(place: Option<&Place>) -> Self {
        match place {
            None => Self::Gone,
            Some(place) if place.permissions.is_empty() => Self::Role(place.role.as_str().into()),
            Some(place) => Self::Holds(Powers::of(&place.role, &place.permissions)),
        }
    }
}
