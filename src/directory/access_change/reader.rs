//! Reads the table into the memory that requests look at.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use crate::auth::Revocations;
use crate::auth::revocation::{CAPACITY, Change, KEPT, News};
use crate::db::Db;

/// A transaction commits some time after it wrote: rows this much older than the newest known may still come to light.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);

/// How much Clerk's clock may be ahead of the database's.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Knows how far the table was read.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) db: Db,
    pub(super) revocations: Revocations,
    newest: Option<DateTime<Utc>>,
}

impl Reader {
    pub(super) fn new(db: Db, revocations: Revocations) -> Self {
        Self { db, revocations, newest: None }
    }

    /// Reads everything that still matters. Tokens that are older than that are not accepted from now on.
    pub(super) async fn reload(&mut self) -> Result<(), DbErr> {
        self.revocations.forget_old();
        self.read(since(Utc::now() - KEPT)).await
    }

    /// Reads what was recorded since the last time.
    pub(super) async fn catch_up(&mut self) -> Result<(), DbErr> {
        match self.newest {
            Some(newest) => self.read(since(newest - OVERLAP)).await,
            None => self.reload().await,
        }
    }

    /// The plans of these tenants are not what they were.
    pub(super) fn forget_plans(&self, tenants: Vec<String>) {
        let changes: Vec<Change> =
            tenants.into_iter().map(|tenant| Change { news: News::Plan { tenant }, second: 0 }).collect();
        self.revocations.learn(&changes);
    }

    /// Reads the rows that were told of.
    pub(super) async fn fetch(&mut self, ids: Vec<Uuid>) -> Result<(), DbErr> {
        if ids.is_empty() { Ok(()) } else { self.read(Condition::all().add(Column::Id.is_in(ids))).await }
    }

    /// The newest rows, as many as are held. If there are more, tokens of the time of the others are not accepted.
    #[expect(clippy::disallowed_methods, reason = "access changes in any tenant")]
    async fn read(&mut self, which: Condition) -> Result<(), DbErr> {
        let rows = Entity::find()
            .filter(which)
            .order_by_desc(Column::RecordedAt)
            .order_by_desc(Column::Id)
            .limit(CAPACITY as u64)
            .all(&self.db.system())
            .await?;
        if rows.len() == CAPACITY
            && let Some(oldest) = rows.last()
        {
            self.revocations.forget_until((oldest.recorded_at + LEEWAY).min(Utc::now()).timestamp());
        }
        self.newest = self.newest.max(rows.first().map(|row| row.recorded_at));
        let changes: Vec<_> = rows.into_iter().filter_map(Model::change).collect();
        let news = self.revocations.learn(&changes);
        if news > 0 {
            tracing::debug!(news, "learned of changes of access");
        }
        Ok(())
    }
}

fn since(time: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::RecordedAt.gt(time.trunc_subsecs(6)))
}
