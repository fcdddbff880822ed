//! What the mirror came to say of somebody's access, and which of two things it said of the same counts.

/// News of somebody's access: something was taken away, or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of whose, and how it is now.
    pub news: News,
    /// The second in which it changed at Clerk; tokens issued later know of it themselves.
    pub second: i64,
}

/// The news itself. Ids are Clerk's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A person was deleted, for good.
    UserDeleted {
        /// `user_…`
        user: String,
    },
    /// A person was banned, or let in again.
    Ban {
        /// `user_…`
        user: String,
        /// Whether they are banned now.
        banned: bool,
        /// Its place in the order of all that was said of it.
        rank: Rank,
    },
    /// A session ended, for good.
    SessionEnded {
        /// `user_…`
        user: String,
        /// `sess_…`
        session: String,
    },
    /// An organization was deleted, for good.
    OrganizationDeleted {
        /// `org_…`
        organization: String,
    },
    /// A person's place in an organization.
    Membership {
        /// `org_…`
        organization: String,
        /// `user_…`
        user: String,
        /// The place; none when they left.
        place: Option<Place>,
        /// Its place in the order of all that was said of it.
        rank: Rank,
    },
    /// What is known of a tenant's plan is not what it was; what it is now, the mirror says.
    Plan {
        /// `org_…`, or `user_…` for a workspace of their own
        tenant: String,
    },
}

/// What a member may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The role, `org:…`.
    pub role: String,
    /// Its permissions; empty when they are not known.
    pub permissions: Vec<String>,
}

/// The order of states of one thing, compared field by field: the greatest counts, in whatever order they come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rank {
    /// When the membership began, in Unix milliseconds; 0 where there is no such thing. A person has one at a time, so that
    /// the end of an older one says nothing of the newer.
    pub began_at: i64,
    /// The membership's id; empty where there is none.
    pub id: String,
    /// Final states outrank all others of the same id.
    pub gone: bool,
    /// When Clerk changed it, in Unix milliseconds.
    pub updated_at: i64,
    /// When the event happened, in Unix milliseconds.
    pub event_at: i64,
    /// Digest of the event's data, so that no two different states are equal.
    pub digest: Vec<u8>,
}
