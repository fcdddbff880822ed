//! What an invitation looks like, and what is sent to make some.

use std::collections::HashSet;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clerk::api::{MOST_INVITATIONS, NewInvitation};
use crate::clerk::event;
use crate::directory::invitation;
use crate::error::{FieldError, Result};
use crate::http::check::Checks;
use crate::members::one::ROLE;
use crate::members::routes::role_key;

/// The longest address, in characters (RFC 5321 section 4.5.3.1.3).
const ADDRESS: usize = 254;

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not answered yet.
    Pending,
    /// They joined.
    Accepted,
    /// Taken back.
    Revoked,
    /// Not answered in time.
    Expired,
}

impl FromStr for Status {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pending" => Ok(Self::Pending),
            "accepted" => Ok(Self::Accepted),
            "revoked" => Ok(Self::Revoked),
            "expired" => Ok(Self::Expired),
            _ => Err("use pending, accepted, revoked or expired"),
        }
    }
}

/// An invitation to the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitation {
    /// Clerk's id.
    pub id: String,
    /// Whom it was sent to.
    pub email_address: String,
    /// The role they will have, such as `org:member`.
    pub role: String,
    /// What became of it.
    pub status: Status,
    /// Clerk's id of who invited them.
    pub inviter_id: Option<String>,
    /// Until when it can be accepted.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
}

impl Invitation {
    /// A row of the mirror as it is at a time: nobody announces that an invitation has expired.
    pub(super) fn at(row: invitation::Model, now: DateTime<Utc>) -> Self {
        let status = row.status.parse().unwrap_or(Status::Expired);
        let lapsed = row.expires_at.is_some_and(|until| until <= now);
        Self {
            id: row.id,
            email_address: row.email_address,
            role: row.role,
            status: if status == Status::Pending && lapsed { Status::Expired } else { status },
            inviter_id: row.inviter_id,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    }
}

impl From<&event::Invitation> for Invitation {
    fn from(answered: &event::Invitation) -> Self {
        Self {
            id: answered.id.clone(),
            email_address: answered.email_address.clone(),
            role: answered.role.clone(),
            status: answered.status.as_str().parse().unwrap_or(Status::Pending),
            inviter_id: answered.inviter_id.clone(),
            expires_at: answered.expires_at,
            created_at: answered.created_at,
        }
    }
}

/// What was made: an invitation, or a list of them when `invitations` was sent.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes an answer that is written as either")]
pub(super) enum Invited {
    /// One.
    One(Invitation),
    /// Several, in the order in which they were sent.
    Several(Vec<Invitation>),
}

/// Whom to invite: one person by `email_address` and `role`, or several by `invitations`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitations {
    /// Where the invitation goes.
    #[schema(format = "email", max_length = 254, example = "uma@example.com")]
    email_address: Option<String>,
    /// The role they will have, with or without `org:`.
    #[schema(min_length = 1, max_length = 100, example = "org:member")]
    role: Option<String>,
    /// Several at once: all are invited, or none is.
    #[schema(min_items = 1, max_items = 10)]
    invitations: Option<Vec<OneOfSeveral>>,
}

/// One of several people to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneOfSeveral {
    /// Where the invitation goes.
    #[schema(format = "email", max_length = 254, example = "uma@example.com")]
    email_address: String,
    /// The role they will have, with or without `org:`.
    #[schema(min_length = 1, max_length = 100, example = "org:member")]
    role: String,
}

/// Whom to invite, checked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) people: Vec<NewInvitation>,
    /// Whether they came as a list, and go back as one.
    pub(super) several: bool,
}

impl NewInvitations {
    /// # Errors
    /// 422 with every mistake.
    pub(super) fn checked(&self) -> Result<Asked> {
        let mut checks = Checks::default();
        let Some(invitations) = &self.invitations else {
            let one = self.one(&mut checks);
            return checks.accept(Asked { people: vec![one], several: false });
        };
        for (name, given) in [("email_address", self.email_address.is_some()), ("role", self.role.is_some())] {
            if given {
                checks.refuse(&format!("/{name}"), "contradiction", "Give one person, or invitations, and not both.");
            }
        }
        if !(1..=MOST_INVITATIONS).contains(&invitations.len()) {
            let detail = format!("invitations must be 1 to {MOST_INVITATIONS}.");
            checks.refuse("/invitations", "out_of_range", detail);
        }
        let mut known = HashSet::new();
        let mut people = Vec::new();
        for (index, new) in invitations.iter().enumerate() {
            let at = format!("/invitations/{index}");
            let person = person(&mut checks, &at, &new.email_address, &new.role);
            if !known.insert(person.email_address.to_lowercase()) {
                checks.refuse(&format!("{at}/email_address"), "duplicate", "This address is in the list already.");
            }
            people.push(person);
        }
        checks.accept(Asked { people, several: true })
    }

    fn one(&self, checks: &mut Checks) -> NewInvitation {
        for (name, given) in [("email_address", &self.email_address), ("role", &self.role)] {
            if given.is_none() {
                checks.refuse(&format!("/{name}"), "required", format!("missing field `{name}`."));
            }
        }
        match (&self.email_address, &self.role) {
            (Some(address), Some(role)) => person(checks, "", address, role),
            _ => NewInvitation { email_address: String::new(), role: String::new() },
        }
    }
}

/// Whether it is an address at all; whether mail arrives there is Clerk's to find out.
fn person(checks: &mut Checks, at: &str, address: &str, role: &str) -> NewInvitation {
    let pointer = format!("{at}/email_address");
    let email_address = checks.line(&pointer, address, ADDRESS);
    let plausible = email_address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !email_address.is_empty() && (!plausible || email_address.contains(char::is_whitespace)) {
        checks.refuse(&pointer, "invalid_value", "This is no e-mail address.");
    }
    let role = checks.line(&format!("{at}/role"), role.trim().trim_start_matches("org:"), ROLE);
    NewInvitation { email_address, role: role_key(&role) }
}

impl Asked {
    /// Where Clerk found something unacceptable: it does not say in which of several.
    pub(super) fn unacceptable(&self, parameters: &[&'static str]) -> Option<FieldError> {
        let named = if parameters.is_empty() { "of them".to_owned() } else { parameters.join(" or ") };
        let detail = format!("Clerk does not accept one {named}.");
        self.several.then(|| FieldError::body("/invitations", "not_accepted", detail))
    }
}
