//! Changes that take access away or give it back: recorded with the mirror, in force here at once and everywhere else within
//! a second.
//!
//! `sync` records them in the transaction that changes the mirror. Every instance holds the recent ones in memory
//! ([`Revocations`](crate::auth::Revocations)), where requests look; [`follow`] keeps that memory up to date.

pub mod entity;
mod follow;
mod listener;
mod reader;
mod record;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

pub use follow::{Following, follow};
pub use listener::try_to_hear;
pub(super) use record::{of_ended_session, of_membership, of_organization, of_user, record};

use crate::auth::revocation;
use crate::db::{Db, TenantId};

/// Where PostgreSQL tells of new rows.
const CHANNEL: &str = "tenantry_access_changes";

/// How a notification begins that tells whose plan changed. There is no row for it to be read: an instance that does not hear
/// remembers no plan for longer than a second.
const PLAN: &str = "plan ";

/// How long a row is kept: longer than it is read, whatever the clocks.
const KEPT: TimeDelta = TimeDelta::hours(revocation::KEPT.num_hours() + 1);

/// Whether anything of a tenant's access was recorded since a time: an organization's, or a person's.
///
/// # Errors
/// The database's.
pub async fn recorded_since<C: ConnectionTrait>(
    db: &C,
    tenant: &TenantId,
    since: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let of = match tenant {
        TenantId::Organization(id) => entity::Column::OrganizationId.eq(id),
        TenantId::Personal(id) => entity::Column::UserId.eq(id),
    };
    let lately = entity::Entity::find().filter(of).filter(entity::Column::RecordedAt.gt(since.trunc_subsecs(6)));
    Ok(lately.limit(1).one(db).await?.is_some())
}

/// Deletes the changes that were recorded longer ago, and says how many.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "age is no tenant's business")]
pub async fn sweep(db: &Db) -> Result<u64, DbErr> {
    let limit = (Utc::now() - KEPT).trunc_subsecs(6);
    let old = entity::Entity::delete_many().filter(entity::Column::RecordedAt.lt(limit)).exec(&db.system()).await?;
    Ok(old.rows_affected)
}
