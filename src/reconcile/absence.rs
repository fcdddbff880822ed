//! Rows that a complete list of Clerk's did not show: gone, or only younger than the list.

use anyhow::{Context, Result};
use chrono::Utc;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::seen::Seen;
use super::{Reconciliation, Removable};
use crate::clerk::api::Found;

/// How many rows are read at once.
const BATCH: u64 = 500;

impl Reconciliation<'_> {
    /// Removes of these rows those that Clerk does not have.
    ///
    /// That a list did not show them is only a suspicion. The row was in the mirror before Clerk is asked for it, so that the
    /// answer is about a thing that began before.
    #[expect(clippy::disallowed_methods, reason = "the mirror is compared past the tenant wall")]
    pub(super) async fn absent<E: Removable>(&mut self, living: Select<E>, seen: &Seen) -> Result<()> {
        let mut after = String::new();
        loop {
            let batch = living.clone().filter(E::id_column().gt(&*after)).order_by_asc(E::id_column()).limit(BATCH);
            let rows = batch.all(&self.db.system().reader()).await.context("reading the mirror")?;
            let Some(last) = rows.last() else { return Ok(()) };
            E::id(last).clone_into(&mut after);
            for row in rows {
                if !seen.has_id(E::id(&row)) {
                    self.suspect::<E>(&living, row).await?;
                }
            }
            self.report.progress(&self.summary, None);
        }
    }

    /// Removes a row that an answer did not show, if Clerk does not have it; `living` are the rows that it is among.
    pub(super) async fn suspect<E: Removable>(&mut self, living: &Select<E>, row: E::Model) -> Result<()> {
        let version = E::version(&row);
        let changed_at = version.updated_at.max(version.event_at);
        if changed_at > (Utc::now() - self.options.settled).timestamp_millis() {
            self.summary.unsettled += 1;
            return Ok(());
        }
        match E::look(&mut self.clerk, &row).await? {
            Found::Absent(at) => self.remove::<E>(row, at).await,
            Found::There(notice) => self.compare::<E>(living.clone(), std::slice::from_ref(&notice)).await,
        }
    }
}
