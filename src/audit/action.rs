//! What can be done, by the names under which it is recorded.

use std::str::FromStr;

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal;)*) => {
        /// What was done. The name is `<kind of thing>.<past participle>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// Every action there is.
            pub const ALL: &'static [Self] = &[$(Self::$action,)*];

            /// As it is recorded.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

impl FromStr for Action {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.iter().find(|action| action.name() == text);
        named.copied().ok_or("there is no such action; the description of the audit log names them")
    }
}

actions! {
    /// A task was created.
    TaskCreated = "task.created";
    /// A task was changed.
    TaskUpdated = "task.updated";
    /// A task was put into the trash.
    TaskDeleted = "task.deleted";
    /// A task was taken out of the trash.
    TaskRestored = "task.restored";
    /// A task was deleted for good.
    TaskPurged = "task.purged";
    /// Tasks of somebody who left were given back to nobody.
    TasksUnassigned = "tasks.unassigned";
    /// A comment was written.
    CommentCreated = "comment.created";
    /// A comment was changed.
    CommentUpdated = "comment.updated";
    /// A comment was deleted.
    CommentDeleted = "comment.deleted";
    /// Somebody became a member.
    MemberAdded = "member.added";
    /// A member was given another role.
    MemberUpdated = "member.updated";
    /// A member was removed, or left.
    MemberRemoved = "member.removed";
    /// Somebody was invited.
    InvitationCreated = "invitation.created";
    /// An invitation was taken back.
    InvitationRevoked = "invitation.revoked";
    /// An invitation was accepted.
    InvitationAccepted = "invitation.accepted";
    /// An invitation ran out.
    InvitationExpired = "invitation.expired";
    /// An organization was created or changed.
    OrganizationUpdated = "organization.updated";
    /// An organization was deleted.
    OrganizationDeleted = "organization.deleted";
    /// Somebody changed their own profile.
    ProfileUpdated = "profile.updated";
    /// Somebody changed which mail they want.
    PreferencesUpdated = "preferences.updated";
    /// A subscription changed.
    SubscriptionUpdated = "subscription.updated";
    /// The audit log was exported.
    AuditLogExported = "audit_log.exported";
    /// The tenant's data was exported.
    DataExported = "data.exported";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own_that_fits() {
        let names: HashSet<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        assert!(names.iter().all(|name| name.len() <= 64 && name.split('.').count() == 2));
    }
}
