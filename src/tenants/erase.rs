//! Erases a tenant now: what the purge does, without the hold.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::DbErr;

use super::purge::{Purge, Purged};
use super::removed::Removed;
use crate::audit::Origin;
use crate::auth::Revocations;
use crate::clerk::event::{Event, Notice};
use crate::db::{Db, TenantId};
use crate::directory::{sync, tombstone};
use crate::jobs::letters;
use crate::mail::Mail;
use crate::mirroring;

/// Servers hear of a deletion within a second; a request that they had let in before may take ten more, and its last statement
/// five. What it writes must not come after the rest is gone.
const UNTIL_QUIET: Duration = Duration::from_secs(20);

/// How often to ask whether the last job of the tenant is over.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Removes everything of a deleted tenant but its tombstone, and counts it. Told to, it marks a living one as deleted first.
///
/// # Errors
/// When the tenant lives and that is not to be changed, and the database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn erase(db: &Db, tenant: &TenantId, now: DateTime<Utc>, force: bool) -> Result<Removed> {
    let deleted_at = tombstone::find(&db.system(), tenant).await?.and_then(|tombstone| tombstone.deleted_at);
    if deleted_at.is_none() && force {
        mark_deleted(db, tenant, now).await.context("marking it as deleted")?;
    }
    if deleted_at.is_none() && !force {
        bail!(
            "{tenant} is not marked as deleted, so it may be in use. Delete it at Clerk and wait for the webhook; if that \
             was done and no webhook will come, add --force"
        );
    }
    // From now and not from the deletion: its webhook may have come late, just now.
    tokio::time::sleep(UNTIL_QUIET).await;
    // None is begun any more for a tenant that is deleted.
    while letters::is_running(db, tenant.as_str(), Utc::now()).await? {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let mut purged = Purged::default();
    let again = Purge { again: true, ..Purge::new(db, now) };
    again.tenant(tenant, &mut purged).await.context("removing its rows; run it again to go on")?;
    Ok(purged.removed)
}

/// As if Clerk had announced it, so that everything that follows from a deletion follows here too.
async fn mark_deleted(db: &Db, tenant: &TenantId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let id = tenant.to_string();
    let event = match tenant {
        TenantId::Organization(_) => Event::OrganizationDeleted { id },
        TenantId::Personal(_) => Event::UserDeleted { id },
    };
    let rows = sync::announced(&Notice { event, occurred_at: now.trunc_subsecs(3), digest: Vec::new() });
    let tx = mirroring::begin(db, &rows).await?;
    let kept = mirroring::keep(&tx, &Mail::default(), &Origin::operator(), rows).await?;
    let changes = kept.record(&tx).await?;
    // This process serves nobody; those that do hear of it.
    sync::commit(tx, changes, &Revocations::default()).await
}
