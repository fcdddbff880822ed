//! The table of memberships, and who is a member now.
//!
//! Keyed by Clerk's id: somebody who leaves and comes back has a new membership, while the old one stays deleted.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, ExprTrait, FromJsonQueryResult, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{organization, user};
use crate::db::{Connection, Db, TenantDb, TenantOwned};

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

/// The memberships that hold now: neither they, nor the person, nor the organization is deleted.
///
/// A person has one at a time, so that a newer one (by `(created_at, id)`), even a deleted one, shows that the older has ended,
/// though its deletion may still be on its way.
pub fn living() -> Select<Entity> {
    let newer = Alias::new("newer");
    let of_newer = |column: Column| Expr::col((newer.clone(), column));
    let of_this = |column: Column| Expr::col((Entity, column));
    let superseded = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, newer.clone())
        .and_where(of_newer(Column::TenantId).eq(of_this(Column::TenantId)))
        .and_where(of_newer(Column::UserId).eq(of_this(Column::UserId)))
        .and_where(
            Expr::tuple([of_newer(Column::CreatedAt), of_newer(Column::Id)])
                .gt(Expr::tuple([of_this(Column::CreatedAt), of_this(Column::Id)])),
        )
        .to_owned();
    Entity::find()
        .filter(Column::DeletedAt.is_null())
        .filter(Expr::exists(superseded).not())
        .filter(Expr::exists(gone::<user::Entity>(user::Column::Id, user::Column::DeletedAt, Column::UserId)).not())
        .filter(
            Expr::exists(gone::<organization::Entity>(
                organization::Column::Id,
                organization::Column::DeletedAt,
                Column::TenantId,
            ))
            .not(),
        )
}

/// The deleted row of another table that a membership points at, when there is one.
///
/// The deletion of a person or an organization is looked up and not copied into their memberships: the three may be
/// announced in any order, and a row that depends on no other cannot come out differently.
fn gone<E: EntityTrait>(id: E::Column, deleted_at: E::Column, pointer: Column) -> SelectStatement {
    let gone = Alias::new("gone");
    Query::select()
        .expr(Expr::val(1))
        .from_as(E::default(), gone.clone())
        .and_where(Expr::col((gone.clone(), id)).eq(Expr::col((Entity, pointer))))
        .and_where(Expr::col((gone, deleted_at)).is_not_null())
        .to_owned()
}

/// Whether somebody is a member, as far as we know.
///
/// # Errors
/// The database's.
pub async fn is_member<C: Connection>(db: &TenantDb<C>, user_id: &str) -> Result<bool, DbErr> {
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
        .all(&db.system().reader())
        .await?;
    Ok(rows.into_iter().filter_map(|(membership, organization)| Some((membership, organization?))).collect())
}

/// The organizations that somebody is or ever was a member of, as far as we know, in the order of their ids.
///
/// # Errors
/// The database's.
pub async fn organizations_ever<C: ConnectionTrait>(tx: &C, user_id: &str) -> Result<Vec<String>, DbErr> {
    let theirs = Entity::find().select_only().column(Column::TenantId).filter(Column::UserId.eq(user_id)).distinct();
    theirs.order_by_asc(Column::TenantId).into_tuple().all(tx).await
}
