//! What happened to a task, for everybody who sees it: a projection of the audit log, of which there is no second copy.
//!
//! It leaves out what is an administrator's to know: who impersonated, from which address, under which request.

pub mod routes;
mod wire;

use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

use super::living;
use crate::audit::AuditEntry;
use crate::db::journal::{Column, Entity};
use crate::db::{Keyset, TenantDb};
use crate::error::Result;
use crate::http::page::{Cursor, Direction, PageRequest, SortKey};

/// What the list is ordered by: the entries' place in the log.
const BY: &str = "seq";

/// Reads one page, and where the next begins.
///
/// # Errors
/// 404 when the task is not there; the database's.
async fn list(db: &TenantDb, task: Uuid, page: PageRequest<i64>) -> Result<(Vec<AuditEntry>, Option<Cursor<i64>>)> {
    let rows = Entity::find()
        .filter(Column::TargetType.eq("task"))
        .filter(Column::TargetId.eq(task.to_string()))
        .filter(living::lives(db.tenant(), task));
    let keyset = Keyset {
        after: page.after.map(|cursor| [cursor.id.into(), cursor.id.into()]),
        ..Keyset::by((Entity, Column::Seq), (Entity, Column::Seq), Order::Desc, page.limit)
    };
    let (rows, more) = db.page(rows, &keyset).await?;
    if rows.is_empty() {
        // Either nothing of it is recorded here, or there is no such task.
        living::demand(db, task).await?;
    }
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        by: BY.to_owned(),
        order: Direction::Desc,
        key: SortKey::Rank(0),
        id: last.seq,
    });
    Ok((rows.into_iter().map(AuditEntry::from).collect(), next))
}
