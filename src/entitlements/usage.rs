//! How many seats are taken: members, and invitations that may still be accepted. Clerk counts the same.

use chrono::{SubsecRound, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};

use crate::db::{Connection, TenantDb};
use crate::directory::{invitation, membership};

/// Members and pending invitations.
///
/// # Errors
/// The database's.
pub async fn members<C: Connection>(db: &TenantDb<C>) -> Result<u64, DbErr> {
    Ok(db.count(membership::living()).await? + pending_invitations(db).await?)
}

/// Invitations that may still be accepted.
///
/// # Errors
/// The database's.
pub async fn pending_invitations<C: Connection>(db: &TenantDb<C>) -> Result<u64, DbErr> {
    use invitation::Column;
    let open = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(Utc::now().trunc_subsecs(6)));
    db.count(invitation::Entity::find().filter(Column::Status.eq("pending")).filter(open)).await
}
