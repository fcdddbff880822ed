//! Where a change says what is to be told, in its own transaction. While mail is off nothing is written down.

use std::fmt;
use std::sync::Arc;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::job::{About, Limit, SendMail, TellAdmins};
use super::letter::Sender;
use super::outlet::Outlet;
use crate::config::MailConfig;
use crate::db::{TenantDb, TenantTransaction};
use crate::jobs;

/// Mail, on or off. Cheap to clone.
#[derive(Clone, Default)]
pub struct Mail(pub(super) Option<Arc<Office>>);

/// What it takes to send mail.
pub(super) struct Office {
    pub(super) sender: Sender,
    pub(super) outlet: Outlet,
    /// Where the product is.
    pub(super) app: Option<String>,
}

impl Mail {
    /// As configured; off without a configuration.
    ///
    /// # Errors
    /// When the server's address or the folder is unusable.
    pub fn new(config: Option<&MailConfig>) -> Result<Self> {
        let Some(config) = config else { return Ok(Self::default()) };
        let sender = Sender::new(config.from.clone(), config.links.clone());
        let office = Office { sender, outlet: Outlet::open(&config.outlet)?, app: config.app.clone() };
        Ok(Self(Some(Arc::new(office))))
    }

    /// Whether anything is sent at all.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// A task was given from nobody or somebody to nobody or somebody: whoever has it now is told, unless they did it.
    ///
    /// # Errors
    /// The database's.
    pub async fn task_assigned(
        &self,
        tx: &TenantDb<TenantTransaction>,
        task_id: Uuid,
        (from, to): (Option<&str>, Option<&str>),
        by: &str,
    ) -> Result<(), DbErr> {
        let Some(to) = to.filter(|to| self.is_on() && Some(*to) != from && *to != by) else { return Ok(()) };
        let about = About::TaskAssigned { task_id, by: by.to_owned() };
        jobs::enqueue(tx, &SendMail { user_id: to.to_owned(), about }).await
    }

    /// Somebody became a member. For transactions of the system.
    ///
    /// # Errors
    /// The database's.
    pub async fn member_added<C: ConnectionTrait>(&self, tx: &C, tenant: &str, user_id: &str) -> Result<(), DbErr> {
        if !self.is_on() {
            return Ok(());
        }
        jobs::enqueue_for(tx, tenant, &SendMail { user_id: user_id.to_owned(), about: About::MemberAdded }).await
    }

    /// A tenant's plan changed: its administrators are told if it is not paid for. For transactions of the system.
    ///
    /// # Errors
    /// The database's.
    pub async fn plan_may_be_past_due<C: ConnectionTrait>(&self, tx: &C, tenant: &str) -> Result<(), DbErr> {
        if !self.is_on() {
            return Ok(());
        }
        jobs::enqueue_for(tx, tenant, &TellAdmins { about: About::PlanPastDue }).await
    }

    /// With what the transaction adds a tenant has as much as its plan allows: its administrators are told.
    ///
    /// # Errors
    /// The database's.
    pub async fn limit_reached(&self, tx: &TenantDb<TenantTransaction>, limit: Limit) -> Result<(), DbErr> {
        if !self.is_on() {
            return Ok(());
        }
        jobs::enqueue(tx, &TellAdmins { about: About::LimitReached { limit } }).await
    }

    /// The same from a transaction of the system.
    ///
    /// # Errors
    /// The database's.
    pub async fn limit_reached_for<C: ConnectionTrait>(&self, tx: &C, tenant: &str, limit: Limit) -> Result<(), DbErr> {
        if !self.is_on() {
            return Ok(());
        }
        jobs::enqueue_for(tx, tenant, &TellAdmins { about: About::LimitReached { limit } }).await
    }
}

/// Nothing of the server's address, which may hold a password.
impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mail").field("is_on", &self.is_on()).finish_non_exhaustive()
    }
}
