//! Deletes the data of tenants that were deleted, once the hold is over.
//!
//! One batch of rows is one transaction, under a lock on the tombstone. Whatever ends it in the middle, the next run goes on
//! where it stopped; any number of instances may run it at once, and each batch is one instance's. Nothing but the
//! tombstone stays.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};

use super::registry::{OWNED, TELLING};
use super::removed::Removed;
use crate::db::{Db, TenantId};
use crate::directory::access_change::recorded_since;
use crate::directory::tombstone;
use crate::jobs;
use crate::webhooks::forget;

/// How many rows one transaction deletes at most: a statement may run five seconds, and requests wait for its locks.
const BATCH: u64 = 1_000;

/// Longer than the last token of a tenant is good and its last request runs: after this nothing new is written for it.
const LAST_REQUEST: TimeDelta = TimeDelta::minutes(2);

// Nor does a job that was begun before the deletion; none is begun after it.
const _: () = assert!(LAST_REQUEST.num_seconds().unsigned_abs() > jobs::TIME_LIMIT.as_secs() + 30);

/// How many tombstones are read at once.
const SOME: u64 = 100;

/// The name under which deliveries are counted.
const DELIVERIES: &str = "webhook_deliveries";

/// How to purge.
#[derive(Debug, Clone)]
pub struct Purge {
    /// Where.
    pub db: Db,
    /// The time that is noted in the tombstone.
    pub now: DateTime<Utc>,
    /// How many rows one transaction deletes at most.
    pub batch: u64,
    /// Also where the tombstone says that nothing is left.
    pub again: bool,
}

/// What one transaction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The batch is full: there may be more rows.
    More,
    /// No row is left.
    Empty,
    /// No row is left, and the tombstone says so.
    Closed,
    /// The tombstone said so before.
    Already,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// The tenants that it finished.
    pub tenants: u64,
    /// The rows that it removed.
    pub removed: Removed,
}

impl Purge {
    /// As the job purges.
    pub fn new(db: &Db, now: DateTime<Utc>) -> Self {
        Self { db: db.clone(), now, batch: BATCH, again: false }
    }

    /// Purges every tenant that was deleted longer ago than the hold.
    ///
    /// A tenant that cannot be purged keeps no other from it, and waits for the next run.
    ///
    /// # Errors
    /// The database's last one; what was done stays done.
    #[expect(clippy::disallowed_methods, reason = "the deleted are nobody's to serve")]
    pub async fn overdue(&self, hold: TimeDelta) -> Result<Purged, DbErr> {
        let before = self.now - hold.max(LAST_REQUEST);
        let (mut purged, mut trouble) = (Purged::default(), None);
        loop {
            let so_far = purged.clone();
            for tenant in tombstone::unpurged(&self.db.system(), before, SOME).await? {
                // The webhook may have come late: what counts is when servers heard of the deletion.
                if recorded_since(&self.db.system(), &tenant, self.now - LAST_REQUEST).await? {
                    continue;
                }
                if let Err(error) = self.tenant(&tenant, &mut purged).await {
                    tracing::warn!(%tenant, %error, "a deleted tenant could not be purged");
                    trouble = Some(error);
                }
            }
            // Those that are left are in trouble.
            if purged == so_far {
                return trouble.map_or(Ok(purged), Err);
            }
        }
    }

    /// Removes everything of one tenant, then notes it in the tombstone, unless another instance did so first.
    ///
    /// # Errors
    /// The database's; what was done until then stays done.
    pub async fn tenant(&self, tenant: &TenantId, purged: &mut Purged) -> Result<Step, DbErr> {
        let mut close = false;
        loop {
            let begun = Instant::now();
            let step = self.step(tenant, close, &mut purged.removed).await?;
            match step {
                // Requests get as much of the database as this does.
                Step::More => tokio::time::sleep(begun.elapsed()).await,
                Step::Empty => {
                    purged.removed.count(DELIVERIES, forget::all_naming(&self.db, tenant.as_str()).await?);
                    close = true;
                }
                Step::Closed => {
                    purged.tenants += 1;
                    return Ok(step);
                }
                Step::Already => return Ok(step),
            }
        }
    }

    /// One batch in one transaction.
    ///
    /// To close, and when no row is left, the tombstone is noted in the same transaction, so that nothing comes between: a late
    /// delivery either is among the rows, or finds the note.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    #[expect(clippy::disallowed_methods, reason = "the deleted are nobody's to serve")]
    pub async fn step(&self, tenant: &TenantId, close: bool, removed: &mut Removed) -> Result<Step, DbErr> {
        let tx = self.db.system().begin().await?;
        let claimed = tombstone::claim(&tx, tenant).await?;
        if claimed.is_none_or(|tombstone| tombstone.purged_at.is_some() && !self.again) {
            return Ok(Step::Already);
        }
        let batch = self.remove(&tx, tenant.as_str()).await?;
        let step = match close {
            _ if batch.rows() >= self.batch => Step::More,
            false => Step::Empty,
            true => {
                tombstone::close(&tx, tenant, self.now).await?;
                Step::Closed
            }
        };
        tx.commit().await?;
        removed.add(batch);
        Ok(step)
    }

    /// Removes rows until the batch is full.
    async fn remove<C: ConnectionTrait>(&self, tx: &C, tenant: &str) -> Result<Removed, DbErr> {
        let backend = tx.get_database_backend();
        let mut removed = Removed::default();
        for table in OWNED.iter().chain(TELLING) {
            let statement = table.delete(backend, tenant, self.batch - removed.rows());
            removed.count(table.name(), tx.execute_raw(statement).await?.rows_affected());
            if removed.rows() >= self.batch {
                return Ok(removed);
            }
        }
        let known = forget::some_of(backend, tenant, self.batch - removed.rows());
        removed.count(DELIVERIES, tx.execute_raw(known).await?.rows_affected());
        Ok(removed)
    }
}
