//! Webhook payloads, and the only code that sees their JSON fields.
//!
//! Payloads differ between instances and over time: unknown fields are ignored and absent optional ones tolerated. Strict are
//! ids, times and the kind of each field. No error repeats a value, which may be somebody's name or address.

mod billing;
mod concerned;
mod fields;
mod objects;
mod role;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

pub use billing::{BilledPlan, ItemStatus, Payer, PaymentAttempt, Seats, Subscription, SubscriptionItem};
pub use fields::Unreadable;
use fields::{Fields, millis};
pub use objects::{EndedSession, Ending, Invitation, InvitationStatus, Membership, Organization, Person, User};
pub use role::Role;

/// The longest event type that is kept, in bytes.
const MAX_TYPE: usize = 255;

/// Below this a timestamp counts seconds: as milliseconds it would lie before March 1973.
const SECONDS_BELOW: i64 = 100_000_000_000;

/// What Clerk announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `user.created`, `user.updated`
    User(User),
    /// `user.deleted`
    UserDeleted {
        /// `user_…`
        id: String,
    },
    /// `organization.created`, `organization.updated`
    Organization(Organization),
    /// `organization.deleted`
    OrganizationDeleted {
        /// `org_…`
        id: String,
    },
    /// `organizationMembership.created`, `organizationMembership.updated`
    Membership(Membership),
    /// `organizationMembership.deleted`, which carries the whole object
    MembershipDeleted(Membership),
    /// `organizationInvitation.*`; revoked is a status and no deletion
    Invitation(Invitation),
    /// `session.ended`, `session.removed`, `session.revoked`
    SessionEnded(EndedSession),
    /// `subscription.*`, with all its items
    Subscription(Subscription),
    /// `subscriptionItem.*`; ended is a status and no deletion
    SubscriptionItem(SubscriptionItem),
    /// `paymentAttempt.*`
    PaymentAttempt(PaymentAttempt),
    /// Any other type.
    Other,
}

/// An event and its place in the order of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What was announced.
    pub event: Event,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// SHA-256 of the type and of `data` as it was sent, which orders events that happened at once.
    pub digest: Vec<u8>,
}

impl Notice {
    /// Reads an object as a list of the Backend API has it: as an announcement of that state would tell of it. `as_of` is a
    /// time at which it was so.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn listed(listed: Listed, object: &RawValue, as_of: DateTime<Utc>) -> Result<Self, Unreadable> {
        let kind = listed.announced_as();
        let digest = digest(&SHA256, format!("{kind}\n{}", object.get()).as_bytes()).as_ref().to_vec();
        let Some(read) = reader(kind) else { return Err(Unreadable::new("", "is of no known type")) };
        let value: Value = serde_json::from_str(object.get())
            .map_err(|_| Unreadable::new("", "nests too deeply, or is no Unicode"))?;
        Ok(Self { event: read(&Fields::of(&value, "")?, as_of)?, occurred_at: as_of, digest })
    }

    /// Reads a subscription as the Backend API shows it, which does not say whose it is; else as [`Notice::listed`].
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn subscription(payer: Payer, object: &RawValue, as_of: DateTime<Utc>) -> Result<Self, Unreadable> {
        let digest = digest(&SHA256, object.get().as_bytes()).as_ref().to_vec();
        let value: Value = serde_json::from_str(object.get())
            .map_err(|_| Unreadable::new("", "nests too deeply, or is no Unicode"))?;
        let subscription = Subscription::answered(&value, payer, as_of)?;
        Ok(Self { event: Event::Subscription(subscription), occurred_at: as_of, digest })
    }

    /// The items of a subscription, each as if it had been announced alone.
    pub fn items(&self) -> Vec<Self> {
        let Event::Subscription(subscription) = &self.event else { return Vec::new() };
        let alone = |item: &SubscriptionItem| Self { event: Event::SubscriptionItem(item.clone()), ..self.clone() };
        subscription.items.iter().map(alone).collect()
    }
}

/// What the Backend API lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Users.
    User,
    /// Organizations.
    Organization,
    /// The memberships of an organization.
    Membership,
    /// The invitations to an organization, whatever became of them.
    Invitation,
}

impl Listed {
    fn announced_as(self) -> &'static str {
        match self {
            Self::User => "user.updated",
            Self::Organization => "organization.updated",
            Self::Membership => "organizationMembership.updated",
            Self::Invitation => "organizationInvitation.created",
        }
    }
}

/// The body is not a JSON object with a string `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object with a type of 1 to {MAX_TYPE} bytes")]
pub struct Malformed;

/// A payload whose data has not been read yet.
#[derive(Debug)]
pub struct Envelope<'a> {
    kind: String,
    data: Option<&'a RawValue>,
    timestamp: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Opens a body.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn open(body: &'a [u8]) -> Result<Self, Malformed> {
        // serde would read the fields off an array as well, in order.
        let object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let wire: Wire<'a> = serde_json::from_slice(body).map_err(|_| Malformed)?;
        let named = (1..=MAX_TYPE).contains(&wire.kind.len()) && !wire.kind.chars().any(char::is_control);
        if !object || !named {
            return Err(Malformed);
        }
        Ok(Self { kind: wire.kind, data: wire.data, timestamp: wire.timestamp })
    }

    /// The event type, such as `organization.created`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The organization it tells of, whatever its type, so that what is kept of it can be found by that.
    pub fn organization_id(&self) -> Option<String> {
        let data: Value = serde_json::from_str(self.data?.get()).ok()?;
        concerned::organization(&self.kind, &data)
    }

    /// Reads the data. `sent_at` stands in for the time of an event that has none.
    ///
    /// # Errors
    /// [`Unreadable`] when the type is known and its data is not as described; never for another type.
    pub fn notice(&self, sent_at: DateTime<Utc>) -> Result<Notice, Unreadable> {
        let raw = self.data.map_or("null", RawValue::get);
        // The type belongs to it: `session.ended` and `session.removed` may carry the very same data.
        let digest = digest(&SHA256, format!("{}\n{raw}", self.kind).as_bytes()).as_ref().to_vec();
        let Some(read) = reader(&self.kind) else {
            return Ok(Notice { event: Event::Other, occurred_at: sent_at, digest });
        };
        let occurred_at = self.occurred_at()?.unwrap_or(sent_at);
        let data: Value = serde_json::from_str(raw)
            .map_err(|_| Unreadable::new("/data", "nests too deeply, or has text that is no Unicode"))?;
        let event = read(&Fields::of(&data, "/data")?, occurred_at)?;
        Ok(Notice { event, occurred_at, digest })
    }

    fn occurred_at(&self) -> Result<Option<DateTime<Utc>>, Unreadable> {
        let Some(raw) = self.timestamp else { return Ok(None) };
        let number: Option<i64> = serde_json::from_str(raw.get()).ok();
        let scaled = number.map(|number| if number < SECONDS_BELOW { number.saturating_mul(1000) } else { number });
        scaled.and_then(millis).map(Some).ok_or(Unreadable::new("/timestamp", "is no time"))
    }
}

type Reader = fn(&Fields<'_>, DateTime<Utc>) -> Result<Event, Unreadable>;

/// The types we know, and how the data of each is read.
fn reader(kind: &str) -> Option<Reader> {
    Some(match kind {
        "user.created" | "user.updated" => |data, at| User::read(data, at).map(Event::User),
        "user.deleted" => |data, _| Ok(Event::UserDeleted { id: data.id("id")? }),
        "organization.created" | "organization.updated" => {
            |data, at| Organization::read(data, Some(at)).map(Event::Organization)
        }
        "organization.deleted" => |data, _| Ok(Event::OrganizationDeleted { id: data.organization_id("id")? }),
        "organizationMembership.created" | "organizationMembership.updated" => {
            |data, at| Membership::read(data, at).map(Event::Membership)
        }
        "organizationMembership.deleted" => |data, at| Membership::read(data, at).map(Event::MembershipDeleted),
        "organizationInvitation.created" => |data, at| invitation(data, at, InvitationStatus::Pending),
        "organizationInvitation.accepted" => |data, at| invitation(data, at, InvitationStatus::Accepted),
        "organizationInvitation.revoked" => |data, at| invitation(data, at, InvitationStatus::Revoked),
        "session.ended" => |data, at| session(data, at, Ending::Ended),
        "session.removed" => |data, at| session(data, at, Ending::Removed),
        "session.revoked" => |data, at| session(data, at, Ending::Revoked),
        _ => return billing(kind),
    })
}

fn billing(kind: &str) -> Option<Reader> {
    Some(match kind {
        "subscription.created" | "subscription.updated" | "subscription.active" | "subscription.pastDue" => {
            |data, at| Subscription::read(data, at).map(Event::Subscription)
        }
        "subscriptionItem.created" | "subscriptionItem.updated" | "subscriptionItem.freeTrialEnding" => {
            |data, at| item(data, at, None)
        }
        "subscriptionItem.active" => |data, at| item(data, at, Some(ItemStatus::Active)),
        "subscriptionItem.canceled" => |data, at| item(data, at, Some(ItemStatus::Canceled)),
        "subscriptionItem.upcoming" => |data, at| item(data, at, Some(ItemStatus::Upcoming)),
        "subscriptionItem.ended" => |data, at| item(data, at, Some(ItemStatus::Ended)),
        "subscriptionItem.abandoned" => |data, at| item(data, at, Some(ItemStatus::Abandoned)),
        "subscriptionItem.incomplete" => |data, at| item(data, at, Some(ItemStatus::Incomplete)),
        "subscriptionItem.pastDue" => |data, at| item(data, at, Some(ItemStatus::PastDue)),
        "paymentAttempt.created" | "paymentAttempt.updated" => {
            |data, at| PaymentAttempt::read(data, at).map(Event::PaymentAttempt)
        }
        _ => return None,
    })
}

fn item(data: &Fields<'_>, at: DateTime<Utc>, usual: Option<ItemStatus>) -> Result<Event, Unreadable> {
    SubscriptionItem::read(data, at, usual).map(Event::SubscriptionItem)
}

fn invitation(data: &Fields<'_>, at: DateTime<Utc>, usual: InvitationStatus) -> Result<Event, Unreadable> {
    Invitation::read(data, at, usual).map(Event::Invitation)
}

fn session(data: &Fields<'_>, at: DateTime<Utc>, ending: Ending) -> Result<Event, Unreadable> {
    EndedSession::read(data, at, ending).map(Event::SessionEnded)
}
