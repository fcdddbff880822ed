//! The table of memberships, and who is a member now.
//!
//! Keyed by Clerk's id: somebody who leaves and comes back has a new membership, while the old one stays deleted.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait, DbErr, ExprTrait, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::organization;
use crate::db::{Db, TenantDb, TenantOwned};

/// The permissions of the member's role, system permissions included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Permissions(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    #[sea_orm(column_type = "Text")]
    pub role: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Permissions,
    pub created_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: HasOne<super::user::Entity>,
    #[sea_orm(belongs_to, from = "tenant_id", to = "id")]
    pub organization: HasOne<super::organization::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The memberships that hold now: not deleted, and neither is the person.
///
/// A person with two of them (the deletion of the older is still on its way) counts by the greatest `(created_at, id)`.
pub fn living() -> Select<Entity> {
    let newer = Alias::new("newer");
    let of_newer = |column: Column| Expr::col((newer.clone(), column));
    let of_this = |column: Column| Expr::col((Entity, column));
    let superseded = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, newer.clone())
        .and_where(of_newer(Column::TenantId).eq(of_this(Column::TenantId)))
        .and_where(of_newer(Column::UserId).eq(of_this(Column::UserId)))
        .and_where(of_newer(Column::DeletedAt).is_null())
        .and_where(
            Expr::tuple([of_newer(Column::CreatedAt), of_newer(Column::Id)])
                .gt(Expr::tuple([of_this(Column::CreatedAt), of_this(Column::Id)])),
        )
        .to_owned();
    Entity::find().filter(Column::DeletedAt.is_null()).filter(Expr::exists(superseded).not())
}

/// Whether somebody is a member, as far as we know.
///
/// # Errors
/// The database's.
pub async fn is_member<C: ConnectionTrait>(db: &TenantDb<C>, user_id: &str) -> Result<bool, DbErr> {
    let row = living().filter(Column::UserId.eq(user_id));
    Ok(db.one(row).await?.is_some())
}

/// The organizations a person belongs to, with their membership in each.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "one person's memberships lie in several tenants")]
pub async fn of_user(db: &Db, user_id: &str) -> Result<Vec<(Model, organization::Model)>, DbErr> {
    let rows = living()
        .filter(Column::UserId.eq(user_id))
        .find_also_related(organization::Entity)
        .filter(organization::Column::DeletedAt.is_null())
        .all(&db.system())
        .await?;
    Ok(rows.into_iter().filter_map(|(membership, organization)| Some((membership, organization?))).collect())
}
