//! Who may be given a task: the caller, or a member we know of. Who leaves gives theirs back.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect, QueryTrait,
};

use super::entity::{Column, Entity};
use super::new::now;

use crate::auth::AuthUser;
use crate::db::{Connection, TenantDb};
use crate::directory::membership;
use crate::error::{FieldError, Result};

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

/// So many tasks a statement, which may run for a few seconds only.
const BATCH: u64 = 2000;

/// Takes from somebody who has left an organization the tasks they were given there.
///
/// Nothing happens to the tasks of a member, such as somebody who came back before their departure was announced. Who changed
/// a task last stays as it is: nobody edited it. It runs where the mirror is written, in the same transaction.
///
/// # Errors
/// The database's.
pub async fn take_from_former_member<C: ConnectionTrait>(
    tx: &C,
    organization_id: &str,
    user_id: &str,
) -> Result<(), DbErr> {
    let membership = membership::living()
        .filter(membership::Column::TenantId.eq(organization_id))
        .filter(membership::Column::UserId.eq(user_id))
        .select_only()
        .column(membership::Column::Id);
    let theirs = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TenantId.eq(organization_id))
        .filter(Column::AssigneeId.eq(user_id))
        .filter(Expr::exists(membership.into_query()).not())
        .limit(BATCH);
    loop {
        let given_back = Entity::update_many()
            .col_expr(Column::AssigneeId, Expr::value(None::<String>))
            .col_expr(Column::UpdatedAt, Expr::value(now()))
            .col_expr(Column::Version, Column::Version.into_simple_expr().add(1))
            .filter(Column::TenantId.eq(organization_id))
            .filter(Column::Id.in_subquery(theirs.clone().into_query()))
            .exec(tx)
            .await?;
        if given_back.rows_affected < BATCH {
            return Ok(());
        }
    }
}
