//! What Clerk's refusals mean, as a table, and what our own callers are told.

use std::time::Duration;

use crate::error::{Error, FieldError};

/// How long our callers are asked to wait when Clerk does not say.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// There is no such thing any more: an attempt to remove it may have been made though its answer was lost.
    #[error("gone meanwhile")]
    GoneMeanwhile,
    /// The organization has as many members and open invitations as it may.
    #[error("the member limit is reached")]
    MemberLimit {
        /// How many seats there are, when Clerk tells.
        seats: Option<i64>,
    },
    /// An invitation to this address waits for its answer.
    #[error("invited already")]
    InvitationExists,
    /// They are a member.
    #[error("a member already")]
    AlreadyMember,
    /// It was accepted, revoked, or has expired.
    #[error("the invitation is not pending")]
    InvitationNotPending,
    /// Nobody would be left who can run the organization.
    #[error("the last admin")]
    LastAdmin,
    /// The membership comes from the customer's own directory, which alone may change it.
    #[error("managed by a directory")]
    ManagedByDirectory,
    /// The person belongs to no other organization, and the instance demands that everybody belongs to one.
    #[error("the only organization of the person")]
    OnlyOrganization,
    /// The person belongs to an organization that lets its members belong to no other, or is asked into such a one.
    #[error("an exclusive membership")]
    ExclusiveMembership,
    /// On whose behalf it was asked may not do this at Clerk.
    #[error("not permitted at Clerk")]
    NotPermitted,
    /// On whose behalf it was asked is no member of the organization.
    #[error("not a member at Clerk")]
    NotAMember,
    /// The plan of the organization sets its member limit; it cannot be set otherwise.
    #[error("the member limit is set by the plan")]
    LimitManagedByBilling,
    /// The limit is above what our own subscription at Clerk allows.
    #[error("beyond our own subscription at Clerk")]
    BeyondOurSubscription,
    /// Billing is switched off at Clerk.
    #[error("billing is off")]
    BillingOff,
    /// Values are not accepted; which, of those that were sent.
    #[error("not acceptable")]
    Unacceptable {
        /// The members of the body.
        parameters: Vec<&'static str>,
    },
    /// Clerk does not accept our key.
    #[error("the secret key is refused")]
    KeyRefused {
        /// For the log.
        cause: anyhow::Error,
    },
    /// No answer, one that cannot be read, or one that is about us and not about the request.
    #[error("Clerk is away")]
    Away {
        /// How long Clerk asked to wait.
        retry_after: Duration,
        /// Whether it is certain that nothing was done.
        undone: bool,
        /// For the log.
        cause: anyhow::Error,
    },
    /// There is no secret key.
    #[error("no secret key is configured")]
    NotConfigured,
}

/// Nobody would be left to run the organization.
pub const LAST_ADMIN: Error = Error::Conflict {
    code: "last_admin",
    detail: "The last admin of an organization can be neither removed nor demoted. Make somebody else an admin first.",
};

impl Refusal {
    /// Something went wrong after Clerk was asked: it may have been done.
    pub(super) fn away(cause: anyhow::Error) -> Self {
        Self::Away { retry_after: WAIT, undone: false, cause }
    }

    /// Clerk was not asked at all.
    pub(super) fn unasked(retry_after: Duration, cause: anyhow::Error) -> Self {
        Self::Away { retry_after, undone: true, cause }
    }

    /// Whether nobody knows if it was done: no answer came, or none that says so.
    pub fn leaves_doubt(&self) -> bool {
        matches!(self, Self::Away { undone: false, .. })
    }

    /// What our caller is told, `absent` being what was not found.
    pub fn into_error(self, absent: Error) -> Error {
        match self {
            Self::NotFound | Self::GoneMeanwhile => absent,
            Self::MemberLimit { seats } => Error::LimitReached {
                code: "member_limit_reached",
                detail: "The organization has as many members and open invitations as its plan allows.".into(),
                limit: None,
                used: None,
                plan: None,
                seats_quantity: seats,
            },
            Self::Unacceptable { parameters } => unacceptable(&parameters),
            Self::NotPermitted => Error::Forbidden {
                code: "permission_missing",
                detail: "Clerk lets only those do this who may manage the organization's memberships.".into(),
                permission: Some("org:sys_memberships:manage"),
            },
            Self::NotAMember => Error::Forbidden {
                code: "not_a_member",
                detail: "At Clerk you are no member of this organization.".into(),
                permission: None,
            },
            Self::Away { retry_after, cause, .. } => unavailable(retry_after, cause),
            Self::KeyRefused { cause } => unavailable(WAIT, cause),
            Self::BeyondOurSubscription | Self::BillingOff => unavailable(WAIT, self.into()),
            Self::NotConfigured => Error::Unavailable {
                code: "clerk_not_configured",
                detail: "This server has no key for Clerk's Backend API; whoever runs it must set CLERK_SECRET_KEY.",
                retry_after: Duration::from_secs(60),
                cause: None,
            },
            conflict => conflict.into_conflict(),
        }
    }

    /// The refusals that clash with what is so at Clerk.
    fn into_conflict(self) -> Error {
        let (code, detail) = match self {
            Self::InvitationExists => {
                ("invitation_exists", "An invitation to this address waits for its answer already.")
            }
            Self::AlreadyMember => ("already_member", "They are a member of this organization already."),
            Self::InvitationNotPending => {
                ("invitation_not_pending", "This invitation was accepted or revoked, or it has expired.")
            }
            Self::LastAdmin => return LAST_ADMIN,
            Self::ManagedByDirectory => (
                "managed_by_directory",
                "This membership comes from the organization's own directory and can only be changed there.",
            ),
            Self::OnlyOrganization => {
                ("only_organization", "They belong to no other organization, and everybody has to belong to one.")
            }
            Self::ExclusiveMembership => {
                ("exclusive_membership", "They cannot belong to this organization and to another one at once.")
            }
            Self::LimitManagedByBilling => {
                ("limit_managed_by_billing", "The member limit follows from the organization's plan.")
            }
            other => return unavailable(WAIT, other.into()),
        };
        Error::Conflict { code, detail }
    }
}

fn unavailable(retry_after: Duration, cause: anyhow::Error) -> Error {
    Error::Unavailable {
        code: "clerk_unavailable",
        detail: "Clerk cannot answer at the moment.",
        retry_after,
        cause: Some(cause),
    }
}

fn unacceptable(parameters: &[&'static str]) -> Error {
    let field = |name: &&str| {
        FieldError::body(format!("/{name}"), "not_accepted", format!("Clerk does not accept this {name}."))
    };
    match parameters {
        [] => Error::Unprocessable { code: "not_accepted", detail: "Clerk does not accept this request.".into() },
        named => Error::Invalid(named.iter().map(field).collect()),
    }
}
