//! Whether a tenant's audit log is whole: no entry edited, none missing, none after the end.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use crate::db::journal::{BEGINNING, Column, Entity, Model, chained, head};

/// How many entries are in memory at once.
const BATCH: u64 = 1_000;

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// An entry is not where it should be.
    #[error("entry {expected} is missing (the next that is there is {found})")]
    Gap {
        /// The first that is missing.
        expected: i64,
        /// The one that is there instead.
        found: i64,
    },
    /// An entry, or the one before it, was edited.
    #[error("entry {0} is not what it was when it was written")]
    Edited(i64),
    /// A searched column does not say what the entry says.
    #[error("entry {0} is filed under something else than it says")]
    Misfiled(i64),
    /// The last entries are missing.
    #[error("the log ends with entry {found}, and had {expected}")]
    Cut {
        /// How many there were.
        expected: i64,
        /// The last that is there.
        found: i64,
    },
    /// Nothing says where the log ends.
    #[error("nothing says where the log ends")]
    NoEnd,
}

/// A chain, as far as it was read.
#[derive(Debug)]
pub struct Chain<'a> {
    tenant: &'a str,
    seq: i64,
    digest: Vec<u8>,
}

impl<'a> Chain<'a> {
    /// Before the first entry.
    pub fn new(tenant: &'a str) -> Self {
        Self { tenant, seq: 0, digest: BEGINNING.to_vec() }
    }

    /// Reads the next entry.
    ///
    /// # Errors
    /// When it does not continue the chain.
    pub fn read(&mut self, row: &Model) -> Result<(), Break> {
        let expected = self.seq + 1;
        if row.seq != expected {
            return Err(Break::Gap { expected, found: row.seq });
        }
        let digest = chained(&self.digest, row.seq, self.tenant, &row.entry);
        if digest != row.digest {
            return Err(Break::Edited(row.seq));
        }
        if !filed_as_it_says(row) {
            return Err(Break::Misfiled(row.seq));
        }
        (self.seq, self.digest) = (row.seq, digest);
        Ok(())
    }

    /// Compares the end.
    ///
    /// # Errors
    /// When entries are missing there, or were appended by another hand.
    pub fn end(&self, head: Option<&head::Model>) -> Result<(), Break> {
        match head {
            None if self.seq == 0 => Ok(()),
            None => Err(Break::NoEnd),
            Some(head) if head.seq != self.seq => Err(Break::Cut { expected: head.seq, found: self.seq }),
            Some(head) if head.digest != self.digest => Err(Break::Edited(self.seq)),
            Some(_) => Ok(()),
        }
    }
}

fn filed_as_it_says(row: &Model) -> bool {
    let Ok(entry) = serde_json::from_str::<Value>(&row.entry) else { return false };
    let at = entry["at"].as_str().and_then(|at| at.parse().ok());
    entry["actor"]["type"] == row.actor_type.as_str()
        && entry["actor"]["id"].as_str() == row.actor_id.as_deref()
        && entry["action"] == row.action.as_str()
        && entry["target"]["type"] == row.target_type.as_str()
        && entry["target"]["id"] == row.target_id.as_str()
        && at == Some(row.at)
}

/// Reads a tenant's whole log, and says how many entries it has. Give it one state of the database: a snapshot.
///
/// # Errors
/// The database's; within, what is wrong with the log.
pub async fn verify<C: ConnectionTrait>(snapshot: &C, tenant: &str) -> Result<Result<i64, Break>, DbErr> {
    let mut chain = Chain::new(tenant);
    let mut read_to = None;
    loop {
        // From the very first, whatever its number is: one that was put before the beginning shows too.
        let next = Entity::find()
            .filter(Column::TenantId.eq(tenant))
            .filter(Condition::all().add_option(read_to.map(|seq| Column::Seq.gt(seq))))
            .order_by_asc(Column::Seq)
            .limit(BATCH);
        let rows = next.all(snapshot).await?;
        read_to = rows.last().map(|row| row.seq).or(read_to);
        for row in &rows {
            if let Err(wrong) = chain.read(row) {
                return Ok(Err(wrong));
            }
        }
        if u64::try_from(rows.len()).unwrap_or(BATCH) < BATCH {
            break;
        }
    }
    let head = head::Entity::find_by_id(tenant).one(snapshot).await?;
    Ok(chain.end(head.as_ref()).map(|()| chain.seq))
}

/// Whether there is anything of a tenant's log.
///
/// # Errors
/// The database's.
pub async fn has_log<C: ConnectionTrait>(db: &C, tenant: &str) -> Result<bool, DbErr> {
    let entry = Entity::find().filter(Column::TenantId.eq(tenant)).limit(1);
    Ok(has_end(db, tenant).await? || entry.one(db).await?.is_some())
}

/// Whether it is known where a tenant's log ends. A purge takes that first.
///
/// # Errors
/// The database's.
pub async fn has_end<C: ConnectionTrait>(db: &C, tenant: &str) -> Result<bool, DbErr> {
    Ok(head::Entity::find_by_id(tenant).one(db).await?.is_some())
}

/// The tenants that have a log, or the end of one, some at a time in the order of their ids.
///
/// # Errors
/// The database's.
pub async fn tenants<C: ConnectionTrait>(snapshot: &C, after: &str, most: u64) -> Result<Vec<String>, DbErr> {
    let logs = Entity::find().select_only().column(Column::TenantId).filter(Column::TenantId.gt(after)).distinct();
    let heads = head::Entity::find()
        .select_only()
        .column(head::Column::TenantId)
        .filter(head::Column::TenantId.gt(after))
        .order_by_asc(head::Column::TenantId)
        .limit(most);
    let mut found: Vec<String> = heads.into_tuple().all(snapshot).await?;
    let logs: Vec<String> = logs.order_by_asc(Column::TenantId).limit(most).into_tuple().all(snapshot).await?;
    found.extend(logs);
    found.sort_unstable();
    found.dedup();
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}
