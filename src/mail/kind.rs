//! What there is to tell, and its templates.

use std::str::FromStr;

/// What there is to tell somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody else assigned a task to them.
    TaskAssigned,
    /// They became a member of an organization.
    MemberAdded,
    /// Their organization's plan is not paid for.
    PlanPastDue,
    /// Their organization has as much of something as its plan allows.
    LimitReached,
}

/// The texts of a kind, with places for what differs from mail to mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    pub(super) subject: &'static str,
    pub(super) text: &'static str,
    pub(super) html: &'static str,
    /// What `html` was rendered from.
    #[cfg(feature = "dev")]
    pub(super) mjml: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template {
            subject: include_str!(concat!("templates/", $name, ".subject.txt")),
            text: concat!(include_str!(concat!("templates/", $name, ".txt")), include_str!("templates/foot.txt")),
            html: include_str!(concat!("rendered/", $name, ".html")),
            #[cfg(feature = "dev")]
            mjml: include_str!(concat!("templates/", $name, ".mjml")),
        }
    };
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 4] = [Self::TaskAssigned, Self::MemberAdded, Self::PlanPastDue, Self::LimitReached];

    /// As it is stored, sent in preferences, and as its files are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TaskAssigned => "task_assigned",
            Self::MemberAdded => "member_added",
            Self::PlanPastDue => "plan_past_due",
            Self::LimitReached => "limit_reached",
        }
    }

    /// In words that follow "no more mail".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::TaskAssigned => "about tasks that are assigned to you",
            Self::MemberAdded => "about organizations that you become a member of",
            Self::PlanPastDue => "about plans that are not paid for",
            Self::LimitReached => "about limits that are reached",
        }
    }

    pub(super) const fn template(self) -> Template {
        match self {
            Self::TaskAssigned => template!("task_assigned"),
            Self::MemberAdded => template!("member_added"),
            Self::PlanPastDue => template!("plan_past_due"),
            Self::LimitReached => template!("limit_reached"),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let named = Self::ALL.into_iter().find(|kind| kind.name() == text);
        named.ok_or_else(|| format!("there is no such template; there are {}", names()))
    }
}
