//! Clerk's objects as webhooks carry them, cut down to what is kept.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Fields, Unreadable};
use crate::clerk::session::without_org;

/// An organization, or the snapshot of one inside another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// `org_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its slug; an instance can do without.
    pub slug: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
    /// 0 means no limit.
    pub max_allowed_memberships: Option<i64>,
    /// Who created it, where Clerk tells.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

impl Organization {
    /// `otherwise` is its age when it does not tell; a snapshot that does not is the oldest of all.
    pub(super) fn read(data: &Fields<'_>, otherwise: Option<DateTime<Utc>>) -> Result<Self, Unreadable> {
        Ok(Self {
            id: data.organization_id("id")?,
            name: data.required_text("name")?,
            slug: data.text("slug")?,
            image_url: data.text("image_url")?,
            max_allowed_memberships: data.integer("max_allowed_memberships")?,
            created_by: data.optional_id("created_by")?,
            created_at: data.time("created_at")?,
            updated_at: data.time("updated_at")?.or(otherwise).unwrap_or(DateTime::UNIX_EPOCH),
        })
    }
}

/// What is public of a person, or all that a snapshot tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `user_…`
    pub id: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The primary address; a person can do without.
    pub email: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
    /// Banned, or removed by the customer's own directory: may not sign in.
    pub banned: bool,
}

impl Person {
    fn read(data: &Fields<'_>, id: &str, email: Option<String>) -> Result<Self, Unreadable> {
        Ok(Self {
            id: data.id(id)?,
            first_name: data.text("first_name")?,
            last_name: data.text("last_name")?,
            email,
            image_url: data.text("image_url")?,
            banned: data.flag("banned")? || data.flag("deprovisioned")?,
        })
    }

    /// `public_user_data`, whose `identifier` may be an address, a telephone number or a user name.
    fn public(data: &Fields<'_>) -> Result<Self, Unreadable> {
        let email = data.text("identifier")?.filter(|identifier| identifier.contains('@'));
        Self::read(data, "user_id", email)
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who it is.
    pub person: Person,
    /// When they signed up.
    pub created_at: Option<DateTime<Utc>>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

impl User {
    pub(super) fn read(data: &Fields<'_>, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        Ok(Self {
            person: Person::read(data, "id", primary_address(data)?)?,
            created_at: data.time("created_at")?,
            updated_at: data.time("updated_at")?.unwrap_or(otherwise),
        })
    }
}

/// The address that is marked as primary; the first when none is.
fn primary_address(data: &Fields<'_>) -> Result<Option<String>, Unreadable> {
    let primary = data.optional_id("primary_email_address_id")?;
    for address in data.objects("email_addresses")? {
        if primary.is_none() || primary == address.optional_id("id")? {
            return address.text("email_address");
        }
    }
    Ok(None)
}

/// A membership, with snapshots of its organization and its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// `orgmem_…`; somebody who comes back gets a new one.
    pub id: String,
    /// The role, always with `org:`.
    pub role: String,
    /// The role's permissions, system permissions included.
    pub permissions: Vec<String>,
    /// The organization at that time, or at another.
    pub organization: Organization,
    /// The person at that time.
    pub person: Person,
    /// When they joined.
    pub created_at: DateTime<Utc>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

impl Membership {
    pub(super) fn read(data: &Fields<'_>, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
        let updated_at = data.time("updated_at")?.unwrap_or(otherwise);
        Ok(Self {
            id: data.id("id")?,
            role: role(data)?,
            permissions: data.texts("permissions")?,
            organization: Organization::read(&data.object("organization")?, None)?,
            person: Person::public(&data.object("public_user_data")?)?,
            created_at: data.time("created_at")?.unwrap_or(updated_at),
            updated_at,
        })
    }
}

/// A role as tokens have it too: exactly one `org:` before the key, which the oldest payloads leave out.
fn role(data: &Fields<'_>) -> Result<String, Unreadable> {
    let role = data.id("role")?;
    match without_org(&role) {
        "" => Err(Unreadable::new("/data/role", "is no role")),
        key => Ok(format!("org:{key}")),
    }
}

/// An invitation to an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `orginv_…`
    pub id: String,
    /// `org_…`
    pub organization_id: String,
    /// Whom it was sent to.
    pub email_address: String,
    /// The role they will have, always with `org:`.
    pub role: String,
    /// What became of it.
    pub status: InvitationStatus,
    /// Who sent it.
    pub inviter_id: Option<String>,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationStatus {
    /// Not answered yet.
    Pending,
    /// They joined.
    Accepted,
    /// Taken back.
    Revoked,
    /// Never answered.
    Expired,
}

impl InvitationStatus {
    /// As Clerk writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Revoked, Self::Expired].into_iter().find(|status| status.as_str() == text)
    }
}

impl Invitation {
    /// `usual` is the status that the event's type means.
    pub(super) fn read(
        data: &Fields<'_>,
        otherwise: DateTime<Utc>,
        usual: InvitationStatus,
    ) -> Result<Self, Unreadable> {
        let updated_at = data.time("updated_at")?.unwrap_or(otherwise);
        Ok(Self {
            id: data.id("id")?,
            organization_id: data.organization_id("organization_id")?,
            email_address: data.required_text("email_address")?,
            role: role(data)?,
            status: data.text("status")?.as_deref().and_then(InvitationStatus::parse).unwrap_or(usual),
            inviter_id: data.optional_id("inviter_id")?,
            expires_at: data.time("expires_at")?,
            created_at: data.time("created_at")?.unwrap_or(updated_at),
            updated_at,
        })
    }
}

/// A session that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// `sess_…`
    pub id: String,
    /// Whose it was.
    pub user_id: String,
    /// How it ended.
    pub ending: Ending,
    /// When Clerk changed it last.
    pub updated_at: DateTime<Utc>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The person signed out.
    Ended,
    /// The device was signed out altogether.
    Removed,
    /// An administrator or the person ended it from elsewhere.
    Revoked,
}

impl Ending {
    /// As Clerk writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
        }
    }
}

impl EndedSession {
    pub(super) fn read(data: &Fields<'_>, otherwise: DateTime<Utc>, ending: Ending) -> Result<Self, Unreadable> {
        Ok(Self {
            id: data.id("id")?,
            user_id: data.id("user_id")?,
            ending,
            updated_at: data.time("updated_at")?.unwrap_or(otherwise),
        })
    }
}

macro_rules! answered {
    ($($object:ident, $read:expr;)*) => {$(
        impl $object {
            /// Reads an answer of the Backend API, which is the same object without an envelope. `otherwise` is its age when it
            /// does not tell.
            ///
            /// # Errors
            /// When it is not as described.
            pub fn answered(value: &Value, otherwise: DateTime<Utc>) -> Result<Self, Unreadable> {
                let read: fn(&Fields<'_>, DateTime<Utc>) -> Result<Self, Unreadable> = $read;
                read(&Fields::of(value, "")?, otherwise)
            }
        }
    )*};
}

answered! {
    Membership, Self::read;
    User, Self::read;
    Organization, |data, at| Self::read(data, Some(at));
    Invitation, |data, at| Self::read(data, at, InvitationStatus::Pending);
}
