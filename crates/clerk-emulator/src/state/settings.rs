//! What the whole instance is set to, as in Clerk's dashboard.

use serde::{Deserialize, Serialize};

/// Settings of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Member limit of a new organization, and of one that leaves a seat-based plan; 0 means no limit.
    pub max_allowed_memberships: u64,
    /// Whether everybody has to belong to an organization: nobody can be taken out of their last one.
    pub membership_required: bool,
    /// Whether a browser can be signed in as one person only.
    pub single_session_mode: bool,
    /// Whether a sign-in begins in no organization instead of in the person's first.
    pub start_in_personal_account: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_allowed_memberships: 5,
            membership_required: false,
            single_session_mode: true,
            start_in_personal_account: false,
        }
    }
}
