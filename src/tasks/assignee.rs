//! Who may be given a task: the caller, or a member we know of.

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
