//! One difference between the mirror and Clerk, as a line.

use std::fmt;

/// Of what kind something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An organization.
    Organization,
    /// A user.
    User,
    /// A membership.
    Membership,
    /// An invitation.
    Invitation,
    /// A subscription.
    Subscription,
    /// A payer, a plan and a period of a subscription.
    SubscriptionItem,
}

impl What {
    /// As it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::User => "user",
            Self::Membership => "membership",
            Self::Invitation => "invitation",
            Self::Subscription => "subscription",
            Self::SubscriptionItem => "subscription_item",
        }
    }
}

/// A value, and whether it names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The value; none where there is none.
    pub value: Option<String>,
    /// Names, addresses, pictures.
    pub personal: bool,
}

/// A field that is not the same in the mirror and at Clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub what: What,
    /// Clerk's id of it.
    pub id: String,
    /// The organization it belongs to, or the person whose own subscription it is; none of what belongs to nobody.
    pub organization: Option<String>,
    /// The field; `exists` for the whole.
    pub field: &'static str,
    /// The mirror's value.
    pub mirror: Shown,
    /// Clerk's.
    pub clerk: Shown,
}

impl Difference {
    /// The whole object.
    pub(super) fn exists(what: What, id: &str, organization: Option<&str>, in_mirror: &str, at_clerk: &str) -> Self {
        let shown = |text: &str| Shown { value: Some(text.to_owned()), personal: false };
        Self {
            what,
            id: id.to_owned(),
            organization: organization.map(str::to_owned),
            field: "exists",
            mirror: shown(in_mirror),
            clerk: shown(at_clerk),
        }
    }

    /// One line: kind, id, organization, field, and both values. Names and addresses only when they are wanted.
    #[must_use]
    pub fn line(&self, personal: bool) -> String {
        let organization = self.organization.as_ref().map(|id| format!(" of {id}")).unwrap_or_default();
        let (mirror, clerk) = (self.mirror.show(personal), self.clerk.show(personal));
        format!("{} {}{organization} {}: {mirror} -> {clerk}", self.what.as_str(), self.id, self.field)
    }
}

impl Shown {
    fn show(&self, personal: bool) -> String {
        match &self.value {
            None => "none".into(),
            Some(_) if self.personal && !personal => "(hidden)".into(),
            // As JSON: a name may hold a line's end.
            Some(value) if self.personal => serde_json::Value::from(value.as_str()).to_string(),
            Some(value) => value.escape_default().to_string(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line(false))
    }
}
