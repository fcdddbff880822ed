//! What Clerk's refusals mean, as a table, and what our own callers are told.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use crate::error::{Error, FieldError};

/// How long our callers are asked to wait when Clerk does not say.
const WAIT: Duration = Duration::from_secs(5);
/// The longest wait that is passed on.
const LONGEST_WAIT: u64 = 3600;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// Nobody would be left who can run the organization.
    #[error("the last admin")]
    LastAdmin,
    /// The membership comes from the customer's own directory, which alone may change it.
    #[error("managed by a directory")]
    ManagedByDirectory,
    /// The person belongs to no other organization, and the instance demands that everybody belongs to one.
    #[error("the only organization of the person")]
    OnlyOrganization,
    /// A value is not accepted; which, when it is one that was sent.
    #[error("not acceptable")]
    Unacceptable {
        /// The member of the body.
        parameter: Option<&'static str>,
    },
    /// No answer, one that cannot be read, or one that is about us and not about the request.
    #[error("Clerk is away")]
    Away {
        /// How long Clerk asked to wait.
        retry_after: Duration,
        /// For the log.
        cause: anyhow::Error,
    },
    /// There is no secret key.
    #[error("no secret key is configured")]
    NotConfigured,
}

/// What a row of the table means.
#[derive(Clone, Copy)]
enum Meaning {
    NotFound,
    LastAdmin,
    ManagedByDirectory,
    OnlyOrganization,
    Unacceptable,
}

/// Status and code of a refusal that is about the request; the first row that fits counts, and `*` is any code.
///
/// Whatever is not here is about us (our key, our quota, an outage, a lock held by another change): come again later.
const MEANINGS: &[(u16, &str, Meaning)] = &[
    (400, "organization_minimum_permissions_needed", Meaning::LastAdmin),
    (404, "*", Meaning::NotFound),
    (409, "organization_membership_managed_by_scim", Meaning::ManagedByDirectory),
    (422, "personal_accounts_not_allowed", Meaning::OnlyOrganization),
    (422, "*", Meaning::Unacceptable),
];

/// The members of bodies that we send, which a refusal may name.
const PARAMETERS: &[&str] = &["role"];

/// The part of Clerk's error body that is read. Its sentences are not: they may name people.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    errors: Vec<Item>,
    clerk_trace_id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    code: String,
    meta: Meta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    param_name: String,
}

/// What an answer other than success means.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let code = body.errors.first().map(|item| item.code.as_str()).unwrap_or_default();
    let fits = |row: &&(u16, &str, Meaning)| row.0 == status.as_u16() && (row.1 == "*" || row.1 == code);
    match MEANINGS.iter().find(fits).map(|row| row.2) {
        Some(Meaning::NotFound) => Refusal::NotFound,
        Some(Meaning::LastAdmin) => Refusal::LastAdmin,
        Some(Meaning::ManagedByDirectory) => Refusal::ManagedByDirectory,
        Some(Meaning::OnlyOrganization) => Refusal::OnlyOrganization,
        Some(Meaning::Unacceptable) => Refusal::Unacceptable { parameter: named(&body.errors) },
        None => {
            let (code, trace) = (word(code), word(&body.clerk_trace_id));
            let cause = anyhow::anyhow!("Clerk's Backend API answered {} {code} (trace {trace})", status.as_u16());
            Refusal::Away { retry_after: retry_after(headers), cause }
        }
    }
}

fn named(errors: &[Item]) -> Option<&'static str> {
    errors.iter().find_map(|item| PARAMETERS.iter().copied().find(|known| *known == item.meta.param_name))
}

/// Seconds; a date, which Clerk does not send, counts as none.
fn retry_after(headers: &HeaderMap) -> Duration {
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds: Option<u64> = text.and_then(|text| text.trim().parse().ok());
    seconds.map_or(WAIT, |seconds| Duration::from_secs(seconds.clamp(1, LONGEST_WAIT)))
}

/// Only what looks like a code or an id goes to the log; a proxy may answer anything.
fn word(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) { text } else { "-" }
}

impl Refusal {
    pub(super) fn away(cause: anyhow::Error) -> Self {
        Self::Away { retry_after: WAIT, cause }
    }

    /// What our caller is told, `absent` being what was not found.
    pub fn into_error(self, absent: Error) -> Error {
        match self {
            Self::NotFound => absent,
            Self::LastAdmin => LAST_ADMIN,
            Self::ManagedByDirectory => Error::Conflict {
                code: "managed_by_directory",
                detail: "This membership comes from the organization's own directory and can only be changed there.",
            },
            Self::OnlyOrganization => Error::Conflict {
                code: "only_organization",
                detail: "They belong to no other organization, and everybody has to belong to one.",
            },
            Self::Unacceptable { parameter: Some(name) } => {
                FieldError::body(format!("/{name}"), "not_accepted", format!("Clerk does not accept this {name}."))
                    .into()
            }
            Self::Unacceptable { parameter: None } => {
                Error::Unprocessable { code: "not_accepted", detail: "Clerk does not accept this request.".into() }
            }
            Self::Away { retry_after, cause } => Error::Unavailable {
                code: "clerk_unavailable",
                detail: "Clerk cannot answer at the moment.",
                retry_after,
                cause: Some(cause),
            },
            Self::NotConfigured => Error::Unavailable {
                code: "clerk_not_configured",
                detail: "This server has no key for Clerk's Backend API; whoever runs it must set CLERK_SECRET_KEY.",
                retry_after: Duration::from_secs(60),
                cause: None,
            },
        }
    }
}

/// Nobody would be left to run the organization.
pub const LAST_ADMIN: Error = Error::Conflict {
    code: "last_admin",
    detail: "The last admin of an organization can be neither removed nor demoted. Make somebody else an admin first.",
};
