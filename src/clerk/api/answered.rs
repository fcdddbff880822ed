//! Answers other than success, read by a table: the status and Clerk's own code say which [`Refusal`] it is, and whether the
//! same may be asked again.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::breaker::Sign;
use super::refusal::{Refusal, WAIT};

/// The longest wait that is passed on, in seconds.
const LONGEST_WAIT: u64 = 3600;

/// A question without success.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) refusal: Refusal,
    pub(super) nature: Nature,
    /// What `Retry-After` said.
    pub(super) told_to_wait: Option<Duration>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Not asked, by our own choice.
    Unasked,
    /// No connection.
    Unsent,
    /// Clerk takes no more questions for a while.
    Limited,
    /// Another change holds what was to be changed.
    Locked,
    /// A gateway answered, and not Clerk.
    Gateway,
    /// No answer, or not to its end.
    Silent,
    /// An answer that is none, such as an error of Clerk's own.
    Broken,
    /// A refusal.
    Refused,
}

impl Failure {
    /// Clerk was not asked.
    pub(super) fn unasked(refusal: Refusal) -> Self {
        Self { refusal, nature: Nature::Unasked, told_to_wait: None }
    }

    /// Whether asking again cannot do anything twice.
    pub(super) fn is_undone(&self) -> bool {
        matches!(self.nature, Nature::Unsent | Nature::Limited | Nature::Locked)
    }

    /// What it tells of Clerk.
    pub(super) fn sign(&self) -> Sign {
        match self.nature {
            Nature::Unsent | Nature::Gateway | Nature::Silent => Sign::Ill,
            Nature::Limited | Nature::Locked | Nature::Refused => Sign::Well,
            Nature::Broken | Nature::Unasked => Sign::None,
        }
    }

    /// What an answer other than success means.
    pub(super) fn answered(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let code = body.errors.first().map(|item| item.code.as_str()).unwrap_or_default();
        let told_to_wait = retry_after(headers);
        let nature = match (status.as_u16(), code) {
            (429, _) => Nature::Limited,
            (409, "resource_locked") => Nature::Locked,
            (502..=504, _) => Nature::Gateway,
            (400..=499, _) => Nature::Refused,
            _ => Nature::Broken,
        };
        let fits = |row: &&(u16, &str, Meaning)| row.0 == status.as_u16() && (row.1 == "*" || row.1 == code);
        let refusal = match MEANINGS.iter().find(fits) {
            Some((.., meaning)) => meaning(&body.errors),
            None => {
                let (code, trace) = (word(code), trace(headers, &body.clerk_trace_id));
                let cause = anyhow::anyhow!("Clerk's Backend API answered {} {code} (trace {trace})", status.as_u16());
                let undone = matches!(nature, Nature::Limited | Nature::Locked | Nature::Refused);
                match status {
                    StatusCode::UNAUTHORIZED => Refusal::KeyRefused { cause },
                    _ => Refusal::Away { retry_after: told_to_wait.unwrap_or(WAIT), undone, cause },
                }
            }
        };
        Self { refusal, nature, told_to_wait }
    }
}

/// What a row of the table means, with what else the body tells.
type Meaning = fn(&[Item]) -> Refusal;

/// Status and code of a refusal that is about the request; the first row that fits counts, and `*` is any code.
///
/// Whatever is not here is about us (our key, our quota, an outage, a lock held by another change): come again later.
const MEANINGS: &[(u16, &str, Meaning)] = &[
    (400, "organization_invitation_not_unique", |_| Refusal::InvitationExists),
    (400, "duplicate_record", |_| Refusal::InvitationExists),
    (400, "already_a_member_in_organization", |_| Refusal::AlreadyMember),
    (400, "organization_minimum_permissions_needed", |_| Refusal::LastAdmin),
    (400, "organization_member_limit_managed_by_billing", |_| Refusal::LimitManagedByBilling),
    (402, "insufficient_seats", member_limit),
    (402, "unsupported_subscription_plan_features", |_| Refusal::BeyondOurSubscription),
    (403, "organization_membership_quota_exceeded", member_limit),
    (403, "missing_organization_permission", |_| Refusal::NotPermitted),
    (403, "not_a_member_in_organization", |_| Refusal::NotAMember),
    (403, "billing_not_enabled", |_| Refusal::BillingOff),
    (404, "organization_not_found_or_unauthorized", |_| Refusal::NotAMember),
    (404, "organization_invitation_not_pending", |_| Refusal::InvitationNotPending),
    (404, "*", |_| Refusal::NotFound),
    (409, "organization_membership_managed_by_scim", |_| Refusal::ManagedByDirectory),
    (422, "personal_accounts_not_allowed", |_| Refusal::OnlyOrganization),
    (422, "exclusive_organization_membership", |_| Refusal::ExclusiveMembership),
    (422, "*", |items| Refusal::Unacceptable { parameters: named(items) }),
];

/// The members of bodies that we send, which a refusal may name.
const PARAMETERS: &[&str] = &["role", "email_address", "first_name", "last_name"];

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
    seats_quantity: Option<i64>,
}

fn member_limit(items: &[Item]) -> Refusal {
    Refusal::MemberLimit { seats: items.iter().find_map(|item| item.meta.seats_quantity) }
}

/// Each once, in the order of the refusal.
fn named(items: &[Item]) -> Vec<&'static str> {
    let mut named = Vec::new();
    for item in items {
        let known = PARAMETERS.iter().copied().find(|known| *known == item.meta.param_name);
        named.extend(known.filter(|known| !named.contains(known)));
    }
    named
}

/// Seconds; a date, which Clerk does not send, counts as none.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds: u64 = text.and_then(|text| text.trim().parse().ok())?;
    Some(Duration::from_secs(seconds.clamp(1, LONGEST_WAIT)))
}

fn trace<'a>(headers: &'a HeaderMap, told: &'a str) -> &'a str {
    let ray = headers.get("cf-ray").and_then(|value| value.to_str().ok());
    word(if told.is_empty() { ray.unwrap_or_default() } else { told })
}

/// Only what looks like a code or an id goes to the log; a proxy may answer anything.
fn word(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) { text } else { "-" }
}
