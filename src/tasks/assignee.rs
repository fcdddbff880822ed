//! Who may be given a task: the caller, or a member we know of. Who leaves gives theirs back.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect, QueryTrait,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::entity::{Column, Entity};
use super::living;
use super::new::now;

use crate::audit::{Action, Entry, Target};
use crate::auth::AuthUser;
use crate::db::{Connection, TenantDb, TenantTransaction};
use crate::directory::membership;
use crate::error::{FieldError, Result};
use crate::jobs::{Context, Failure, Job};

/// Passes when the person may be given a task.
///
/// # Errors
/// 422 when they are no member.
pub async fn demand<C: Connection>(db: &TenantDb<C>, caller: &AuthUser, assignee: Option<&str>) -> Result<()> {
    let Some(assignee) = assignee.filter(|assignee| *assignee != caller.user_id) else { return Ok(()) };
    if !assignee.contains('\0') && membership::is_member(db, assignee).await? {
        return Ok(());
    }
    Err(FieldError::body("/assignee_id", "not_a_member", "The assignee is not a member of this organization.").into())
}

/// The title of a task, if it is still given to somebody.
///
/// # Errors
/// The database's.
pub async fn title_if_assigned<C: Connection>(
    db: &TenantDb<C>,
    id: Uuid,
    user_id: &str,
) -> Result<Option<String>, DbErr> {
    let theirs = living().filter(Column::Id.eq(id)).filter(Column::AssigneeId.eq(user_id));
    Ok(db.one(theirs).await?.map(|task| task.title))
}

/// So many tasks a transaction, so that nobody waits long for its locks.
const BATCH: u64 = 500;

/// Somebody may have left an organization: the tasks they were given there are to be nobody's.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnassignFormerMember {
    /// Who.
    pub user_id: String,
}

impl Job for UnassignFormerMember {
    const KIND: &'static str = "tasks.unassign_former_member";

    fn key(&self) -> Option<String> {
        Some(self.user_id.clone())
    }
}

/// Takes from somebody who has left the tenant the tasks they were given there, a batch at a time.
///
/// Nothing happens to the tasks of a member, such as somebody who has come back: each batch looks again. Who changed a task last
/// stays as it is: nobody edited it. What is in the trash is given back too, so that a task does not come back as that of somebody
/// who has left.
///
/// # Errors
/// The database's; what was done until then stays done.
pub async fn unassign(job: UnassignFormerMember, context: Context) -> Result<(), Failure> {
    loop {
        let tx = context.tenant_db().begin().await?;
        let given_back = give_back(&tx, &job.user_id).await?;
        if given_back == 0 {
            return Ok(());
        }
        let entry = Entry::new(&context.origin(), Action::TasksUnassigned, Target::member(&job.user_id));
        tx.commit(entry.after(&json!({ "tasks": given_back }))).await?;
    }
}

/// One batch, and how many it was.
async fn give_back(tx: &TenantDb<TenantTransaction>, user_id: &str) -> Result<u64, DbErr> {
    let tenant = tx.tenant().as_str();
    let membership = membership::living()
        .filter(membership::Column::TenantId.eq(tenant))
        .filter(membership::Column::UserId.eq(user_id))
        .select_only()
        .column(membership::Column::Id);
    let theirs = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::AssigneeId.eq(user_id))
        .filter(Expr::exists(membership.into_query()).not())
        .limit(BATCH);
    let changes = [
        (Column::AssigneeId, Expr::value(None::<String>)),
        (Column::UpdatedAt, Expr::value(now())),
        (Column::Version, Column::Version.into_simple_expr().add(1)),
    ];
    let theirs = Condition::all().add(Column::Id.in_subquery(theirs.into_query()));
    let given_back = tx.update::<Entity>(theirs, changes).await?;
    Ok(u64::try_from(given_back.len()).unwrap_or(u64::MAX))
}
