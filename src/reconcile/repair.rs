//! Compares objects with rows, and brings rows up to what Clerk has.

use std::collections::HashMap;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, EntityTrait, Select};

use super::difference::{Difference, What};
use super::{Comparable, Reconciliation, Removable};
use crate::audit::Origin;
use crate::clerk::api::Found;
use crate::clerk::event::Notice;
use crate::directory::sync::{self, Announced};
use crate::directory::{organization, version::Version};
use crate::mail::Mail;
use crate::mirroring;

impl Reconciliation<'_> {
    /// Compares objects of Clerk's with the rows of the mirror, which are among these.
    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    pub(super) async fn compare<E: Comparable>(&mut self, among: Select<E>, notices: &[Notice]) -> Result<()> {
        let pairs = notices.iter().filter_map(|notice| Some((E::row(sync::announced(notice))?, notice)));
        let pairs: Vec<(E::Model, &Notice)> = pairs.collect();
        let ids: Vec<String> = pairs.iter().map(|(row, _)| E::id(row).to_owned()).collect();
        let stored = E::stored(&self.db.system().reader(), among.clone(), &ids).await.context("reading the mirror")?;
        let stored: HashMap<String, E::Model> = stored.into_iter().map(|row| (E::id(&row).to_owned(), row)).collect();
        for (row, notice) in pairs {
            self.compare_one::<E>(&among, stored.get(E::id(&row)), &row, notice).await?;
        }
        Ok(())
    }

    async fn compare_one<E: Comparable>(
        &mut self,
        among: &Select<E>,
        stored: Option<&E::Model>,
        row: &E::Model,
        notice: &Notice,
    ) -> Result<()> {
        let ours = stored.map(E::version);
        let theirs = E::version(row);
        match (stored, ours) {
            (Some(_), Some(Version { deleted: true, .. })) => self.contradiction::<E>(row).await,
            // The mirror has heard of something newer.
            (Some(_), Some(ours)) if ours >= theirs => Ok(()),
            (Some(stored), Some(ours)) => {
                let differences = E::differences(stored, row);
                if !differences.is_empty() {
                    return self.differs::<E>(among, &differences, row, notice).await;
                }
                if ours.updated_at < theirs.updated_at || !E::same_content(stored, row) {
                    self.refresh(notice).await?;
                }
                Ok(())
            }
            _ => {
                let missing = Difference::exists(E::WHAT, E::id(row), E::organization(row), "no", "yes");
                self.differs::<E>(among, &[missing], row, notice).await
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    async fn differs<E: Comparable>(
        &mut self,
        among: &Select<E>,
        differences: &[Difference],
        row: &E::Model,
        notice: &Notice,
    ) -> Result<()> {
        self.summary.differ += 1;
        differences.iter().for_each(|difference| self.report.difference(difference));
        if !self.options.apply {
            return Ok(());
        }
        self.store(sync::announced(notice)).await?;
        let ids = [E::id(row).to_owned()];
        let now = E::stored(&self.db.system().reader(), among.clone(), &ids).await.context("reading the mirror")?;
        let right = |now: &E::Model| E::version(now) > E::version(row) || E::same_content(now, row);
        self.summary.repaired += u64::from(now.first().is_some_and(right));
        Ok(())
    }

    /// Of the right content, but older than it is: something that came in between and is still on its way must not replace it.
    async fn refresh(&mut self, notice: &Notice) -> Result<()> {
        if self.options.apply {
            self.store(sync::announced(notice)).await?;
            self.summary.refreshed += 1;
        }
        Ok(())
    }

    /// Clerk lists what is deleted here. Either that is news since, or somebody erased it here alone, for good.
    async fn contradiction<E: Comparable>(&mut self, row: &E::Model) -> Result<()> {
        if let Found::There(_) = E::look(&mut self.clerk, row).await? {
            let (what, id) = (E::WHAT.as_str(), E::id(row));
            self.report.note(&format!("{what} {id} is deleted here for good, though Clerk has it"));
        }
        Ok(())
    }

    /// What Clerk no longer has goes here too, as if Clerk had announced it.
    pub(super) async fn remove<E: Removable>(&mut self, row: E::Model, at: DateTime<Utc>) -> Result<()> {
        self.summary.differ += 1;
        let difference = Difference::exists(E::WHAT, E::id(&row), E::organization(&row), "yes", "no");
        self.report.difference(&difference);
        if !self.options.apply {
            return Ok(());
        }
        if self.summary.removed >= self.options.most_removals {
            self.summary.withheld += 1;
            return Ok(());
        }
        self.store(E::gone(row, at)).await?;
        self.summary.removed += 1;
        self.summary.repaired += 1;
        Ok(())
    }

    /// One object a transaction, in the order in which deliveries write, and what follows from it.
    async fn store(&self, rows: Announced) -> Result<()> {
        let work = async {
            let tx = mirroring::begin(self.db, &rows).await?;
            // Whoever looks after the mirror tells nobody by mail of what is long known.
            let kept = mirroring::keep(&tx, &Mail::default(), &Origin::operator(), rows).await?;
            let changes = kept.record(&tx).await?;
            sync::commit(tx, changes, self.revocations).await
        };
        let outcome: Result<(), DbErr> = work.await;
        outcome.context("writing the mirror")
    }

    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    pub(super) async fn organization_row(&self, id: &str) -> Result<Option<organization::Model>> {
        let row = organization::Entity::find_by_id(id).one(&self.db.system().reader()).await;
        row.context("reading the mirror")
    }

    pub(super) fn counter<E: Comparable>(&mut self) -> &mut u64 {
        match E::WHAT {
            What::Organization => &mut self.summary.organizations,
            What::User => &mut self.summary.users,
            What::Membership => &mut self.summary.memberships,
            What::Invitation => &mut self.summary.invitations,
            What::Subscription => &mut self.summary.subscriptions,
            What::SubscriptionItem => &mut self.summary.subscription_items,
        }
    }
}
