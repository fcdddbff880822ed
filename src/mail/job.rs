//! The jobs of this module. They name everything by its id; what is true is read when they run.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Kind;
use crate::jobs::Job;

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A task that somebody else assigned to the receiver.
    TaskAssigned {
        /// Which.
        task_id: Uuid,
        /// Who assigned it.
        by: String,
    },
    /// A membership that began.
    MemberAdded,
    /// A plan that is not paid for.
    PlanPastDue,
    /// A limit of the plan.
    LimitReached {
        /// Which.
        limit: Limit,
    },
}

impl About {
    /// What kind of mail that is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::TaskAssigned { .. } => Kind::TaskAssigned,
            Self::MemberAdded => Kind::MemberAdded,
            Self::PlanPastDue => Kind::PlanPastDue,
            Self::LimitReached { .. } => Kind::LimitReached,
        }
    }

    /// Of what administrators are told once a day at the most.
    pub(super) fn topic(&self) -> String {
        match self {
            Self::LimitReached { limit } => format!("{}:{}", self.kind().name(), limit.words()),
            _ => self.kind().name().to_owned(),
        }
    }
}

/// Of what a plan allows so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Tasks.
    Tasks,
    /// Members.
    Members,
}

impl Limit {
    /// In the plural.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Members => "members",
        }
    }
}

/// Tell one person of something by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMail {
    /// Whom.
    pub user_id: String,
    /// Of what.
    pub about: About,
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";

    /// A digest, since two ids and more are longer than a key may be.
    fn key(&self) -> Option<String> {
        let thing = match &self.about {
            // Whoever assigned it last is named.
            About::TaskAssigned { task_id, .. } => task_id.to_string(),
            other => other.topic(),
        };
        let whole = format!("{}\0{}\0{thing}", self.user_id, self.about.kind().name());
        let digest = digest(&SHA256, whole.as_bytes());
        Some(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Tell an organization's administrators of something, each by a [`SendMail`], once a day at the most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellAdmins {
    /// Of what.
    pub about: About,
}

impl Job for TellAdmins {
    const KIND: &'static str = "mail.tell_admins";

    fn key(&self) -> Option<String> {
        Some(self.about.topic())
    }
}
