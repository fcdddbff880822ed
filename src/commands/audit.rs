//! `tenantry audit verify`: whether the audit logs are what they were when they were written.

use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;
use sea_orm::DbErr;

use crate::audit::verify::{has_end, has_log, tenants, verify};
use crate::config::Config;
use crate::db::{Db, TenantId};
use crate::directory::tombstone;

/// How many tenants are named at once.
const SOME: u64 = 500;

/// What to do with the logs.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Read every entry and its digest; the exit code is 1 when one was edited or is missing.
    Verify {
        /// One organization (or a person, for their own workspace) alone.
        #[arg(long)]
        org: Option<String>,
    },
}

/// Carries it out.
pub async fn run(order: Order, config: &Config) -> Result<()> {
    let Order::Verify { org } = order;
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    let broken = match &org {
        Some(tenant) => {
            ensure!(
                is_known(&db, tenant).await.context("looking for it")?,
                "nothing of {tenant} is in this database; give Clerk's id (`org_…`, or `user_…` for somebody's own workspace)"
            );
            u64::from(!intact(&db, tenant).await?)
        }
        None => every(&db).await.context("reading the audit logs")?,
    };
    db.close().await.context("closing the database")?;
    match broken {
        0 => Ok(()),
        1 => bail!("one audit log is not what it was"),
        broken => bail!("{broken} audit logs are not what they were"),
    }
}

#[expect(clippy::disallowed_methods, reason = "the operator asks about every tenant")]
async fn every(db: &Db) -> Result<u64, DbErr> {
    let (mut broken, mut last) = (0, String::new());
    loop {
        let some = tenants(&db.system().reader(), &last, SOME).await?;
        let Some(end) = some.last().cloned() else { return Ok(broken) };
        for tenant in &some {
            broken += u64::from(!intact(db, tenant).await?);
        }
        last = end;
    }
}

#[expect(clippy::disallowed_methods, reason = "the operator asks about any tenant")]
async fn is_known(db: &Db, tenant: &str) -> Result<bool, DbErr> {
    let system = db.system();
    Ok(has_log(&system, tenant).await? || tombstone::find(&system, &TenantId::stored(tenant)).await?.is_some())
}

/// Each in a state of the database of its own, so that what is written meanwhile looks like no gap.
#[expect(clippy::disallowed_methods, reason = "the operator asks about every tenant")]
async fn intact(db: &Db, tenant: &str) -> Result<bool, DbErr> {
    let snapshot = db.system().snapshot().await?;
    let found = verify(&snapshot, tenant).await?;
    let deleted =
        tombstone::find(&snapshot, &TenantId::stored(tenant)).await?.and_then(|tomb| tomb.deleted_at).is_some();
    // A purge takes the end of the log first, and then its entries, some at a time. Until then the log of the deleted is whole.
    let purging = deleted && !has_end(&snapshot, tenant).await?;
    match &found {
        Ok(entries) => println!("{tenant}: {entries} entries, intact"),
        Err(_) if purging => println!("{tenant}: deleted, and being purged"),
        Err(wrong) => println!("{tenant}: BROKEN, {wrong}"),
    }
    Ok(found.is_ok() || purging)
}
