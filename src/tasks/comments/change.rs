//! One's own comment: edited and deleted by its author, under the version it must have.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use super::{NO_COMMENT, entry};
use crate::audit::{Action, Origin};
use crate::auth::AuthUser;
use crate::db::{Connection, TenantDb, TenantTransaction};
use crate::error::{Error, Result};
use crate::http::etag::{IfMatch, etag};
use crate::tasks::entity::comment::{Column, Entity, Model};
use crate::tasks::living;
use crate::tasks::new::now;

/// Which comment, and under what conditions.
#[derive(Debug)]
pub struct Aim<'a> {
    /// Of this task.
    pub task: Uuid,
    /// The comment.
    pub id: Uuid,
    /// The version it must have.
    pub if_match: &'a IfMatch,
}

impl Aim<'_> {
    /// The comment, on a task that is there.
    fn found<C: Connection>(&self, db: &TenantDb<C>) -> Select<Entity> {
        Entity::find()
            .filter(Column::Id.eq(self.id))
            .filter(Column::TaskId.eq(self.task))
            .filter(living::lives(db.tenant(), self.task))
    }

    /// The comment as it is, whatever its version.
    ///
    /// # Errors
    /// 404 when it is not there, nor its task.
    pub async fn get<C: Connection>(&self, db: &TenantDb<C>) -> Result<Model> {
        self.only(db, self.found(db)).await
    }

    async fn only<C: Connection>(&self, db: &TenantDb<C>, found: Select<Entity>) -> Result<Model> {
        if let Some(row) = db.one(found).await? {
            return Ok(row);
        }
        living::demand(db, self.task).await?;
        Err(NO_COMMENT)
    }

    /// The comment, if its author may change it as it is; nobody else does until the transaction ends.
    ///
    /// # Errors
    /// 404 when it is not there, 403 when it is another's, 412 when it has another version.
    pub async fn own(&self, tx: &TenantDb<TenantTransaction>, user: &AuthUser) -> Result<Model> {
        let row = self.only(tx, self.found(tx).lock_exclusive()).await?;
        if row.author_id != user.user_id {
            return Err(not_the_author("Only its author may change a comment."));
        }
        self.unchanged(row)
    }

    /// Changes the text.
    ///
    /// # Errors
    /// Those of [`Self::own`].
    pub async fn edit(
        &self,
        tx: TenantDb<TenantTransaction>,
        origin: &Origin,
        user: &AuthUser,
        body: String,
    ) -> Result<Model> {
        self.own(&tx, user).await?;
        let set = [
            (Column::Body, Expr::value(body)),
            (Column::UpdatedAt, Expr::value(now())),
            (Column::Version, Column::Version.into_simple_expr().add(1)),
        ];
        let this = Condition::all().add(Column::Id.eq(self.id));
        let row = tx.update::<Entity>(this, set).await?.pop().ok_or(NO_COMMENT)?;
        tx.commit(entry(origin, Action::CommentUpdated, &row)).await?;
        Ok(row)
    }

    /// Deletes it: its author may, and an administrator of the organization.
    ///
    /// # Errors
    /// 404 when it is not there, 403 when it is another's, 412 when it has another version; 401 `token_stale` when the caller was
    /// an administrator when the token was issued.
    pub async fn delete(&self, tx: TenantDb<TenantTransaction>, origin: &Origin, user: &AuthUser) -> Result<()> {
        let row = self.only(&tx, self.found(&tx).lock_exclusive()).await?;
        if row.author_id != user.user_id && !user.is_admin() {
            user.refuse_former_admin()?;
            return Err(not_the_author("Only its author or an administrator may delete a comment."));
        }
        let row = self.unchanged(row)?;
        tx.delete(Entity::delete_many().filter(Column::Id.eq(self.id))).await?;
        Ok(tx.commit(entry(origin, Action::CommentDeleted, &row)).await?)
    }

    fn unchanged(&self, row: Model) -> Result<Model> {
        if self.if_match.allows(row.version) {
            return Ok(row);
        }
        Err(Error::PreconditionFailed { etag: etag(row.version) })
    }
}

fn not_the_author(detail: &str) -> Error {
    Error::Forbidden { code: "not_the_author", detail: detail.into(), permission: None }
}
