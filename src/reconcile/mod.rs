//! Compares the mirror with Clerk's Backend API and, told to, repairs it: for when deliveries were lost.
//!
//! A list of Clerk's is a state of some time ago. What the mirror heard since outranks it by `directory::version`; nothing that
//! is deleted comes back; and nothing counts as gone before a look for that one object, after the mirror had it, found it
//! absent. So it may run beside servers and deliveries, be killed at any moment, and run again.

mod absence;
mod asking;
mod billing;
mod difference;
mod mirrored;
mod repair;
mod seen;
mod subscribed;
mod walk;

use std::time::Duration;

use anyhow::{Result, bail};
use chrono::TimeDelta;

pub use asking::Pace;
use billing::Billed;
pub use difference::{Difference, Shown, What};
use mirrored::{Comparable, Removable};

use crate::auth::Revocations;
use crate::clerk::Api;
use crate::clerk::api::ApiConfig;
use crate::db::Db;

/// How long one exchange may take: nobody waits for a page.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Clerk's Backend API with the patience of a command.
#[must_use]
pub fn patient(mut config: ApiConfig) -> ApiConfig {
    config.timeout = TIMEOUT;
    config
}

/// What is compared, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// One organization, its members, its invitations and its subscription alone.
    pub organization: Option<String>,
    /// Go on with this organization in Clerk's list, which begins with the oldest.
    pub from: Option<String>,
    /// Repair what differs.
    pub apply: bool,
    /// How fast Clerk is asked.
    pub pace: Pace,
    /// What changed so lately may still be on its way to Clerk's lists, and is not taken for gone.
    pub settled: TimeDelta,
    /// Whether people have workspaces of their own: what each subscribes to is compared too, at a question each.
    pub personal_workspaces: bool,
    /// After so many removals the rest is only told: a key of another instance would empty the mirror.
    pub most_removals: u64,
}

/// Is told what is found, as it is found.
pub trait Report: Send {
    /// Something differs.
    fn difference(&mut self, difference: &Difference);
    /// What is looked at now. `resume` is the organization to go on from after an interruption.
    fn progress(&mut self, summary: &Summary, resume: Option<&str>);
    /// Something the operator should know, which is no difference.
    fn note(&mut self, note: &str);
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Organizations at Clerk.
    pub organizations: u64,
    /// Users at Clerk.
    pub users: u64,
    /// Memberships at Clerk.
    pub memberships: u64,
    /// Invitations at Clerk.
    pub invitations: u64,
    /// Subscriptions at Clerk.
    pub subscriptions: u64,
    /// Their items that are not over.
    pub subscription_items: u64,
    /// Objects that differ.
    pub differ: u64,
    /// Objects that differed and were repaired.
    pub repaired: u64,
    /// Rows removed, which are among the repaired.
    pub removed: u64,
    /// Rows whose content was right but whose age was not, brought up to date so that nothing older can replace them.
    pub refreshed: u64,
    /// Removals withheld, since there were too many.
    pub withheld: u64,
    /// Rows that Clerk does not list and that are too young to be taken for gone.
    pub unsettled: u64,
    /// Objects of Clerk's that could not be read.
    pub unreadable: u64,
}

impl Summary {
    /// Whether mirror and Clerk agree now, as far as could be told.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.differ == self.repaired && self.unreadable == 0
    }
}

/// One run.
struct Reconciliation<'a> {
    db: &'a Db,
    clerk: asking::Asking<'a>,
    revocations: &'a Revocations,
    options: &'a Options,
    report: &'a mut dyn Report,
    summary: Summary,
    billed: Billed,
}

/// Compares, and repairs when told to.
///
/// # Errors
/// When Clerk refuses the key or stays away, and the database's. What was repaired until then is repaired.
pub async fn reconcile(
    db: &Db,
    clerk: &Api,
    revocations: &Revocations,
    options: &Options,
    report: &mut dyn Report,
) -> Result<Summary> {
    let clerk = asking::Asking::new(clerk, options.pace);
    let billed = Billed { organizations: true, people: options.personal_workspaces };
    let mut run = Reconciliation { db, clerk, revocations, options, report, summary: Summary::default(), billed };
    match (&options.organization, &options.from) {
        (Some(_), Some(_)) => bail!("one organization is compared as a whole; leave one of --org and --from out"),
        (Some(organization), None) => run.organization(organization).await?,
        (None, _) => run.everything().await?,
    }
    Ok(run.summary)
}
