//! Which objects a list has shown so far, a few bytes for each.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use crate::clerk::event::{Event, Notice};

/// Digests of ids and not the ids: a hundred thousand of them take two megabytes. That two of a list are alike is as good as
/// impossible, and would only leave one object that is gone for the next run.
#[derive(Debug, Default)]
pub(super) struct Seen {
    digests: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    /// Notes an id, and says whether it is new.
    pub(super) fn note(&mut self, id: &str) -> bool {
        self.digests.insert(self.hasher.hash_one(id))
    }

    pub(super) fn has_id(&self, id: &str) -> bool {
        self.digests.contains(&self.hasher.hash_one(id))
    }

    pub(super) fn has(&self, notice: &Notice) -> bool {
        self.has_id(id(notice))
    }
}

/// The id of a listed object.
pub(super) fn id(notice: &Notice) -> &str {
    match &notice.event {
        Event::User(user) => &user.person.id,
        Event::Organization(organization) => &organization.id,
        Event::Membership(membership) => &membership.id,
        Event::Invitation(invitation) => &invitation.id,
        _ => "",
    }
}
