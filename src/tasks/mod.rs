//! Tasks: what an organization has to do. The model slice: a new resource begins as a copy of this one.
//!
//! A task belongs to a tenant and has a title, a status, a priority and, if wanted, a category, labels, a due date and an assignee.

mod assignee;
mod changes;
mod completion;
pub mod entity;
mod labels;
mod list;
mod new;
mod person;
mod routes;
mod stats;
mod wire;

use sea_orm::{DbErr, EntityTrait, Select};

pub use assignee::{UnassignFormerMember, unassign};
pub use entity::{Priority, Status};
pub use new::row;
pub use person::person_router;
pub use routes::router;
pub use wire::{NewTask, Task};

use crate::db::{Connection, TenantDb};

/// The tasks that count against a plan's limit.
pub fn counted() -> Select<entity::Entity> {
    entity::Entity::find()
}

/// How many tasks count against a tenant's plan.
///
/// # Errors
/// The database's.
pub async fn count<C: Connection>(db: &TenantDb<C>) -> Result<u64, DbErr> {
    db.count(counted()).await
}
