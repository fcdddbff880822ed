//! Whether a task is there: stored, and not in the trash. What belongs to one asks here.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::changes::NOT_FOUND;
use super::entity::{Column, Entity};
use crate::db::{Connection, TenantDb, TenantId, TenantTransaction};
use crate::error::Result;

/// The tasks that are not in the trash.
///
/// The condition stands in every index of the lists: a statement without it is answered from none of them.
pub fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}

/// Whether a task is there, as a condition on what belongs to it. The subquery names the tenant itself: the wall around the
/// outer statement does not reach into it.
pub(super) fn lives(tenant: &TenantId, task: Uuid) -> SimpleExpr {
    let task = living().filter(Column::TenantId.eq(tenant.as_str())).filter(Column::Id.eq(task));
    Expr::exists(task.select_only().column(Column::Id).into_query())
}

/// Passes when a task is there.
///
/// # Errors
/// 404 when it is not.
pub(super) async fn demand<C: Connection>(db: &TenantDb<C>, task: Uuid) -> Result<()> {
    db.one(living().filter(Column::Id.eq(task))).await?.map(drop).ok_or(NOT_FOUND)
}

/// The same, and nobody moves it to the trash before this transaction ends. On SQLite nobody else writes until then anyway.
///
/// # Errors
/// 404 when it is not.
pub(super) async fn hold(tx: &TenantDb<TenantTransaction>, task: Uuid) -> Result<()> {
    tx.one(living().filter(Column::Id.eq(task)).lock_shared()).await?.map(drop).ok_or(NOT_FOUND)
}
