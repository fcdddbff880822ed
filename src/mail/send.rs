//! Sends one mail, if it is still true and still wanted.

use anyhow::Context as _;
use lettre::message::Mailbox;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::job::{About, SendMail};
use super::letter::Letter;
use super::{Mail, Words, preferences, template};
use crate::auth::ADMIN;
use crate::db::TenantId;
use crate::directory::user::{self, Profile};
use crate::directory::{membership, organization};
use crate::jobs::{Context, Failure};

/// Whom a name is not known of.
const NAMELESS: &str = "Somebody";

impl Mail {
    /// Sends a mail to somebody who still belongs to the tenant, has an address and wants it; does nothing otherwise. `task`
    /// is the title of the task that it is about.
    ///
    /// # Errors
    /// The database's, and the mail server's.
    pub async fn send(&self, job: &SendMail, task: Option<String>, context: &Context) -> Result<(), Failure> {
        // Mail was switched off meanwhile.
        let Some(office) = &self.0 else { return Ok(()) };
        let (kind, db) = (job.about.kind(), context.db());
        let Some(person) = user::find(db, &job.user_id).await?.filter(|person| !person.banned) else { return Ok(()) };
        let Some(to) = person.email.as_deref().and_then(|email| email.parse().ok()) else { return Ok(()) };
        if !concerns(job, context).await? {
            return Ok(());
        }
        let Some(token) = preferences::token_if_wanted(db, &job.user_id, kind).await? else { return Ok(()) };
        let unsubscribe = office.sender.unsubscribe(&token);
        let words = Words {
            recipient: name(&person),
            organization: organization(context).await?,
            task: task.unwrap_or_default(),
            by: by(job, context).await?,
            limit: if let About::LimitReached { limit } = job.about { limit.words() } else { "" },
            app: office.app.clone(),
            unsubscribe: unsubscribe.clone(),
        };
        let written = template::write(kind, &words)?;
        let letter = Letter { id: context.id(), to: Mailbox::new(None, to), unsubscribe, written };
        let message = office.sender.letter(letter).context("a mail")?;
        office.outlet.deliver(kind, context.id(), message).await?;
        tracing::info!(kind = kind.name(), "mail was handed over");
        Ok(())
    }
}

/// Whether the receiver still belongs to the tenant, and to its administrators where they are told.
async fn concerns(job: &SendMail, context: &Context) -> Result<bool, DbErr> {
    if let TenantId::Personal(owner) = context.tenant() {
        return Ok(*owner == job.user_id);
    }
    let mut theirs = membership::living().filter(membership::Column::UserId.eq(&*job.user_id));
    if matches!(job.about, About::PlanPastDue | About::LimitReached { .. }) {
        theirs = theirs.filter(membership::Column::Role.eq(ADMIN));
    }
    Ok(context.tenant_db().one(theirs).await?.is_some())
}

async fn organization(context: &Context) -> Result<String, DbErr> {
    if let TenantId::Personal(_) = context.tenant() {
        return Ok("your workspace".to_owned());
    }
    let row = organization::own(&context.tenant_db()).await?;
    Ok(row.map_or_else(|| "your organization".to_owned(), |row| row.name))
}

async fn by(job: &SendMail, context: &Context) -> Result<String, DbErr> {
    let About::TaskAssigned { by, .. } = &job.about else { return Ok(NAMELESS.to_owned()) };
    Ok(user::find(context.db(), by).await?.as_ref().map_or_else(|| NAMELESS.to_owned(), name))
}

fn name(person: &user::Model) -> String {
    Profile::from(person).name.unwrap_or_else(|| NAMELESS.to_owned())
}
