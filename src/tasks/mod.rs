//! Tasks: what an organization has to do. The model slice: a new resource begins as a copy of this one.
//!
//! A task belongs to a tenant and has a title, a status, a priority and, if wanted, a category, labels, a due date and an assignee.
//! People comment on it; deleted, it lies in the trash for a while; what happened to it is read from the audit log.

mod activity;
mod assignee;
mod changes;
mod comments;
mod completion;
pub mod entity;
mod filters;
mod labels;
mod list;
mod living;
mod new;
mod person;
mod routes;
mod stats;
mod trash;
mod wire;

use sea_orm::DbErr;

pub use assignee::{UnassignFormerMember, title_if_assigned, unassign};
pub use entity::{Priority, Status};
pub use filters::make_filters;
pub use list::TaskQuery;
pub use living::living;
pub use new::{beside, row};
pub use person::person_router;
pub use routes::router;
pub use trash::{TrashHold, purge_overdue};
pub use wire::{NewTask, Task};

use crate::db::{Connection, TenantDb};

/// How many tasks count against a tenant's plan: those that are not in the trash.
///
/// # Errors
/// The database's.
pub async fn count<C: Connection>(db: &TenantDb<C>) -> Result<u64, DbErr> {
    db.count(living()).await
}
