//! Labels: what they may be, and the rows they are found by.

use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::label::{ActiveModel, Column, Entity};
use crate::db::{TenantDb, TenantTransaction};
use crate::http::check::Checks;

const MOST: usize = 20;
const LONGEST: usize = 50;

/// The labels trimmed and without repetitions.
pub fn accept(checks: &mut Checks, labels: &[String]) -> Vec<String> {
    let mut accepted: Vec<String> = Vec::new();
    for (index, label) in labels.iter().enumerate().take(MOST + 1) {
        let label = checks.line(&format!("/labels/{index}"), label, LONGEST);
        if !accepted.contains(&label) {
            accepted.push(label);
        }
    }
    if labels.len() > MOST {
        checks.refuse("/labels", "too_many", format!("A task may have at most {MOST} labels."));
    }
    accepted
}

/// Replaces the rows by which a task is found.
///
/// # Errors
/// The database's.
pub async fn index(tx: &TenantDb<TenantTransaction>, task: Uuid, labels: &[String], fresh: bool) -> Result<(), DbErr> {
    if !fresh {
        tx.delete(Entity::delete_many().filter(Column::TaskId.eq(task))).await?;
    }
    let rows = labels.iter().map(|label| ActiveModel {
        task_id: Set(task),
        label: Set(label.clone()),
        ..ActiveModel::default()
    });
    tx.insert_all(rows).await
}
