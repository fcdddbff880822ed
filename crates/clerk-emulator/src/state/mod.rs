//! Everything the stand-in knows: people, organizations, roles, memberships, invitations, browsers, sessions, subscriptions.
//!
//! Plain data and the rules for changing it; each change leaves the events it causes in `outbox`.
//! Knows nothing of HTTP routes, webhooks' delivery or files. One file per resource.

mod access;
mod billing;
mod client;
mod invitation;
mod membership;
mod naming;
mod organization;
mod password;
mod quota;
mod role;
mod session;
mod settings;
mod sign_in;
mod sign_up;
mod tickets;
mod user;

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use billing::{
    Checkout, Interval, ItemStatus, Payer, PayerKind, Plan, SeatPrice, Seats, Subscription, SubscriptionItem,
    SubscriptionStatus,
};
pub use invitation::{Invitation, InvitationStatus, NewInvitation};
pub use membership::Membership;
pub use organization::{NewOrganization, Organization, OrganizationChanges};
pub use role::{Feature, Permission, Role};
pub use session::{Session, SessionStatus};
pub use settings::Settings;
pub use user::{EmailAddress, NewUser, User, UserChanges};

pub(crate) use access::Access;
pub(crate) use billing::{Billing, Payment, PaymentOutcome};
pub(crate) use client::{Client, Place, signed_out};
pub(crate) use membership::Bags;
pub(crate) use password::Password;
use role::ADMIN;
pub(crate) use role::{DELETE_PROFILE, MANAGE_MEMBERS, MANAGE_PROFILE, READ_MEMBERS};
pub(crate) use sign_in::{Factor, Proof, SignIn};
pub(crate) use sign_up::{AddressProof, SignUp, SignUpFields};
pub(crate) use tickets::{SignInToken, Ticket};

use crate::{error::Result, ids, keys::KeyRing};

/// Free-form data hung on an object.
pub type Metadata = Map<String, Value>;

/// What stays the same when the people are reset: who this instance is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) secret_key: String,
    pub(crate) webhook_secret: String,
}

/// Something that happened, to be announced.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) data: Value,
    pub(crate) timestamp: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) instance: Instance,
    pub(crate) keys: KeyRing,
    /// Greatest time given to a change, in milliseconds.
    clock: i64,
    /// How far its time is ahead of the machine's, in milliseconds.
    #[serde(default)]
    ahead: i64,
    pub(crate) features: Vec<Feature>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) roles: Vec<Role>,
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) sessions: Vec<Session>,
    /// State files of earlier versions have none of these.
    #[serde(default)]
    pub(crate) clients: Vec<Client>,
    #[serde(default)]
    pub(crate) sign_in_tokens: Vec<SignInToken>,
    #[serde(default)]
    pub(crate) settings: Settings,
    #[serde(default)]
    pub(crate) billing: Billing,
    /// Address under which links into the emulator are written; known once it is served.
    #[serde(skip)]
    pub(crate) base_url: String,
    #[serde(skip)]
    pub(crate) outbox: Vec<Change>,
    #[serde(skip)]
    pub(crate) changed: bool,
}

/// Milliseconds since 1970 by the machine's clock; what is dated for people and verifiers takes `State::now`.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}

impl State {
    pub(crate) fn new(keys: KeyRing) -> Self {
        let instance = Instance {
            id: keys.kid().to_owned(),
            secret_key: ids::secret_key(),
            webhook_secret: ids::webhook_secret(),
        };
        Self::blank(instance, keys)
    }

    /// The same instance with nobody in it.
    pub(crate) fn blank(instance: Instance, keys: KeyRing) -> Self {
        Self {
            instance,
            keys,
            clock: 0,
            ahead: 0,
            features: Vec::new(),
            plans: Vec::new(),
            permissions: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            organizations: Vec::new(),
            memberships: Vec::new(),
            invitations: Vec::new(),
            sessions: Vec::new(),
            clients: Vec::new(),
            sign_in_tokens: Vec::new(),
            settings: Settings::default(),
            billing: Billing::default(),
            base_url: String::new(),
            outbox: Vec::new(),
            changed: false,
        }
    }

    /// Milliseconds since 1970 by its own clock, which can be moved.
    pub(crate) fn now(&self) -> i64 {
        now_ms().saturating_add(self.ahead)
    }

    /// The time of a change: never the same twice, so that receivers can order what happened.
    fn tick(&mut self) -> i64 {
        self.clock = self.now().max(self.clock + 1);
        self.changed = true;
        self.clock
    }

    /// Later changes are never dated before `clock`, even when the whole state is replaced.
    pub(crate) fn continue_clock(&mut self, clock: i64) {
        self.clock = self.clock.max(clock);
    }

    pub(crate) fn clock(&self) -> i64 {
        self.clock
    }

    /// How far its time is ahead of the machine's, in milliseconds.
    pub(crate) fn ahead(&self) -> i64 {
        self.ahead
    }

    pub(crate) fn set_ahead(&mut self, ahead: i64) {
        self.ahead = ahead;
        self.changed = true;
    }

    fn emit(&mut self, kind: &'static str, data: Value) {
        let timestamp = self.clock;
        self.outbox.push(Change { kind, data, timestamp });
    }

    /// Runs `work` on a copy and keeps it only when all of it succeeded.
    pub(crate) fn all_or_nothing<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mut draft = self.clone();
        let outcome = work(&mut draft)?;
        *self = draft;
        Ok(outcome)
    }
}

/// Merges `patch` into `target` deeply; null removes a key, as Clerk's metadata endpoints do.
pub(crate) fn merge_metadata(target: &mut Metadata, patch: Metadata) {
    for (key, value) in patch {
        match (value, target.get_mut(&key)) {
            (Value::Null, _) => {
                target.remove(&key);
            }
            (Value::Object(inner), Some(Value::Object(existing))) => {
                merge_metadata(existing, inner);
            }
            (value, _) => {
                target.insert(key, value);
            }
        }
    }
}

/// An address that could be delivered to: one `@`, something before it, a dotted host after it.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let dotted = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    plain && !local.is_empty() && dotted && !host.contains('@') && text.len() <= 254
}
