//! What payers subscribe to: one question for each, whose answer has every item that is not over.

use anyhow::{Context, Result};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::Reconciliation;
use super::asking::Subscribed;
use super::subscribed::LIVING;
use crate::clerk::api::Found;
use crate::clerk::event::{Event, Notice, Payer};
use crate::directory::subscription_item::{Column, Entity as Items};
use crate::directory::{subscription, user};

/// Which kinds of payers Clerk bills, as far as it has not said otherwise: it is not asked again.
pub(super) struct Billed {
    pub(super) organizations: bool,
    pub(super) people: bool,
}

impl Billed {
    fn of(&mut self, payer: &Payer) -> &mut bool {
        match payer {
            Payer::Organization(_) => &mut self.organizations,
            Payer::User(_) => &mut self.people,
        }
    }
}

impl Reconciliation<'_> {
    /// Compares what a payer subscribes to. That nothing is to be found ends nothing: Clerk ends plans, and no subscriptions.
    pub(super) async fn subscription(&mut self, payer: Payer) -> Result<()> {
        if !*self.billed.of(&payer) || self.is_deleted_here(&payer).await? {
            return Ok(());
        }
        match self.clerk.subscription(&payer).await? {
            Subscribed::To(Found::There(notice)) => self.subscribed(&payer, &notice).await,
            Subscribed::To(Found::Absent(_)) => self.left_alone(&payer, "Clerk has no subscription").await,
            Subscribed::NotBilled => {
                *self.billed.of(&payer) = false;
                self.left_alone(&payer, "billing is off at Clerk").await
            }
            Subscribed::Unreadable(why) => {
                self.summary.unreadable += 1;
                self.report.note(&format!("what {} subscribes to is left alone: {why}", payer.id()));
                Ok(())
            }
        }
    }

    /// Items first: the list of them ends those that it does not have.
    async fn subscribed(&mut self, payer: &Payer, whole: &Notice) -> Result<()> {
        let items = whole.items();
        self.summary.subscriptions += 1;
        self.summary.subscription_items += items.len() as u64;
        self.compare::<Items>(items_of(payer), &items).await?;
        let subscriptions = subscription::Entity::find().filter(subscription::Column::TenantId.eq(payer.id()));
        self.compare::<subscription::Entity>(subscriptions, std::slice::from_ref(whole)).await?;
        if items.is_empty() {
            return self.left_alone(payer, "Clerk lists no item").await;
        }
        self.unlisted(payer, &items).await
    }

    /// What is over is not listed any more.
    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    async fn unlisted(&mut self, payer: &Payer, listed: &[Notice]) -> Result<()> {
        let ids = listed.iter().filter_map(|item| match &item.event {
            Event::SubscriptionItem(item) => Some(item.id.as_str()),
            _ => None,
        });
        let rows = living(payer).filter(Column::Id.is_not_in(ids));
        for row in rows.all(&self.db.system().reader()).await.context("reading the mirror")? {
            self.suspect::<Items>(&items_of(payer), row).await?;
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    async fn left_alone(&mut self, payer: &Payer, why: &str) -> Result<()> {
        if living(payer).count(&self.db.system().reader()).await.context("reading the mirror")? > 0 {
            self.report.note(&format!("{} has a plan here, and {why}; it is left alone", payer.id()));
        }
        Ok(())
    }

    /// Of such a person nothing is written any more. Of organizations that was asked before.
    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    async fn is_deleted_here(&self, payer: &Payer) -> Result<bool> {
        let Payer::User(id) = payer else { return Ok(false) };
        let row = user::Entity::find_by_id(id).one(&self.db.system().reader()).await.context("reading the mirror")?;
        Ok(row.is_some_and(|row| row.deleted_at.is_some()))
    }
}

fn items_of(payer: &Payer) -> Select<Items> {
    Items::find().filter(Column::TenantId.eq(payer.id()))
}

fn living(payer: &Payer) -> Select<Items> {
    items_of(payer).filter(Column::Status.is_in(LIVING.map(|status| status.as_str())))
}
