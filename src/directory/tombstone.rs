//! The tombstones of deleted tenants: since when, and whether their data has been purged.
//!
//! `purged_at` is ours and not Clerk's. It is no column of the mirror's entities, so that no announcement can overwrite it.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::sea_query::{Expr, IntoIden, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, DeriveIden, DynIden, ExprTrait, Iden, QueryResult};

use super::{organization, user};
use crate::db::TenantId;

/// What is known of the end of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// When the tenant was deleted; none while it lives.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When its data was purged.
    pub purged_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, DeriveIden)]
enum Column {
    Id,
    DeletedAt,
    PurgedAt,
}

/// The table of a tenant's tombstone, and how its ids become a tenant.
type Kind = (DynIden, fn(String) -> TenantId);

fn kinds() -> [Kind; 2] {
    [(organization::Entity.into_iden(), TenantId::Organization), (user::Entity.into_iden(), TenantId::Personal)]
}

fn table(tenant: &TenantId) -> DynIden {
    match tenant {
        TenantId::Organization(_) => organization::Entity.into_iden(),
        TenantId::Personal(_) => user::Entity.into_iden(),
    }
}

/// The tombstone of a tenant; none when the mirror has never heard of it.
///
/// # Errors
/// The database's.
pub async fn find<C: ConnectionTrait>(db: &C, tenant: &TenantId) -> Result<Option<Tombstone>, DbErr> {
    db.query_one(&of(tenant)).await?.as_ref().map(read).transpose()
}

/// The same, locked until the transaction ends: of two instances one purges at a time, and deliveries about the tenant wait.
/// On SQLite a transaction that writes has the database to itself.
///
/// # Errors
/// The database's.
pub async fn claim<C: ConnectionTrait>(tx: &C, tenant: &TenantId) -> Result<Option<Tombstone>, DbErr> {
    let mut select = of(tenant);
    select.lock_exclusive();
    tx.query_one(&select).await?.as_ref().map(read).transpose()
}

/// Some tenants that were deleted before a time and are not purged yet, the longest deleted first.
///
/// # Errors
/// The database's.
pub async fn unpurged<C: ConnectionTrait>(db: &C, before: DateTime<Utc>, most: u64) -> Result<Vec<TenantId>, DbErr> {
    let mut found = Vec::new();
    for (table, tenant) in kinds() {
        let select = Query::select()
            .column(Column::Id)
            .from(table)
            .and_where(Expr::col(Column::DeletedAt).lte(before))
            .and_where(Expr::col(Column::PurgedAt).is_null())
            .order_by(Column::DeletedAt, sea_orm::Order::Asc)
            .limit(most)
            .to_owned();
        for row in db.query_all(&select).await? {
            found.push(tenant(row.try_get_by_index(0)?));
        }
    }
    Ok(found)
}

/// Notes that a tenant's data is gone; the time of the first purge stays.
///
/// # Errors
/// The database's.
pub async fn close<C: ConnectionTrait>(tx: &C, tenant: &TenantId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let update = Query::update()
        .table(table(tenant))
        .value(Column::PurgedAt, now.trunc_subsecs(6))
        .and_where(Expr::col(Column::Id).eq(tenant.as_str()))
        .and_where(Expr::col(Column::PurgedAt).is_null())
        .to_owned();
    tx.execute(&update).await.map(|_| ())
}

/// Whether a tenant's data has been purged, so that nothing may be written of it any more. Takes the id of an organization, or
/// of a person for their own workspace.
///
/// The answer holds until the transaction ends: a purge that is about to finish waits for it, and then sees what it wrote.
///
/// # Errors
/// The database's.
pub async fn is_purged<C: ConnectionTrait>(tx: &C, tenant: &str) -> Result<bool, DbErr> {
    let kind = if tenant.starts_with("user_") { TenantId::Personal } else { TenantId::Organization };
    let mut select = of(&kind(tenant.to_owned()));
    select.lock_shared();
    let row = tx.query_one(&select).await?;
    Ok(row.as_ref().map(read).transpose()?.is_some_and(|tombstone| tombstone.purged_at.is_some()))
}

fn of(tenant: &TenantId) -> SelectStatement {
    Query::select()
        .columns([Column::DeletedAt, Column::PurgedAt])
        .from(table(tenant))
        .and_where(Expr::col(Column::Id).eq(tenant.as_str()))
        .to_owned()
}

fn read(row: &QueryResult) -> Result<Tombstone, DbErr> {
    let time = |column: Column| row.try_get::<Option<DateTime<Utc>>>("", &Iden::to_string(&column));
    Ok(Tombstone { deleted_at: time(Column::DeletedAt)?, purged_at: time(Column::PurgedAt)? })
}
