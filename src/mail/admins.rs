//! Tells an organization's administrators: one job becomes one for each of them.

use chrono::{SubsecRound, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, ExprTrait, Insert, QueryFilter, QuerySelect};

use super::Mail;
use super::entity::notice::{ActiveModel, Column, Entity};
use super::job::{SendMail, TellAdmins};
use crate::auth::ADMIN;
use crate::db::TenantId;
use crate::directory::membership;
use crate::jobs::{Context, Failure, enqueue_for};

/// How long administrators hear no more of the same.
const QUIET: TimeDelta = TimeDelta::days(1);

/// No organization has as many; who has, has other ways to tell them.
const MOST: u64 = 100;

impl Mail {
    /// Has each administrator told, unless they were of the same within a day. In a workspace of one's own that is its owner.
    ///
    /// # Errors
    /// The database's.
    #[expect(
        clippy::disallowed_methods,
        reason = "what was told when is no change of the tenant's, and has no audit entry"
    )]
    pub async fn tell_admins(&self, job: TellAdmins, context: Context) -> Result<(), Failure> {
        if !self.is_on() {
            return Ok(());
        }
        let tenant = context.tenant().as_str();
        let admins = admins(&context).await?;
        let tx = context.db().system().begin().await?;
        if claim(&tx, tenant, &job.about.topic()).await? {
            for user_id in admins {
                enqueue_for(&tx, tenant, &SendMail { user_id, about: job.about.clone() }).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

async fn admins(context: &Context) -> Result<Vec<String>, DbErr> {
    if let TenantId::Personal(owner) = context.tenant() {
        return Ok(vec![owner.clone()]);
    }
    let admins = membership::living().filter(membership::Column::Role.eq(ADMIN)).limit(MOST);
    let rows = context.tenant_db().all(admins).await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Notes that a tenant is told of a topic now, unless it was lately; says whether it was noted. Of several at once one is.
async fn claim<C: ConnectionTrait>(tx: &C, tenant: &str, topic: &str) -> Result<bool, DbErr> {
    let now = Utc::now().trunc_subsecs(6);
    let row = ActiveModel { tenant_id: Set(tenant.to_owned()), topic: Set(topic.to_owned()), told_at: Set(now) };
    let unless_lately = OnConflict::columns([Column::TenantId, Column::Topic])
        .update_column(Column::ToldAt)
        .action_and_where(Expr::col((Entity, Column::ToldAt)).lte(now - QUIET))
        .to_owned();
    Ok(Insert::one(row).on_conflict(unless_lately).exec_without_returning(tx).await? > 0)
}
