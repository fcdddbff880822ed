//! Which of two states of a row is the newer, and the statement that keeps it.
//!
//! Announcements come late, twice and in any order. The rule is one: of all states ever announced of a row, the greatest
//! stays. A maximum does not depend on the order in which its candidates come, nor on how often one comes.

use sea_orm::sea_query::{Alias, Expr, IntoIden, OnConflict};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, Insert, IntoActiveModel, Iterable,
    PrimaryKeyToColumn,
};

use super::{
    ended_session, invitation, membership, organization, payment_attempt, subscription, subscription_item, user,
};

/// The rank of a state among those of its row, compared field by field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Final states outrank all others: Clerk never uses an id again, so that nothing deleted comes back.
    pub deleted: bool,
    /// When Clerk changed the object (or deleted it), in Unix milliseconds.
    pub updated_at: i64,
    /// When the event happened, in Unix milliseconds; 0 for a snapshot inside another object that has an age of its own.
    pub event_at: i64,
    /// Digest of the event's data, so that no two different states are equal.
    pub digest: Vec<u8>,
}

/// A table of the mirror.
pub trait Mirrored: EntityTrait {
    /// `source_updated_at`, `source_event_at`, `source_digest`
    const SOURCE: [Self::Column; 3];
    /// `deleted_at`, where a row can be deleted.
    const DELETED_AT: Option<Self::Column>;

    /// The rank of a state.
    fn version(row: &Self::Model) -> Version;
}

macro_rules! mirrored {
    ($($table:ident, $deleted_at:expr, $deleted:expr;)*) => {$(
        impl Mirrored for $table::Entity {
            const SOURCE: [Self::Column; 3] = [
                $table::Column::SourceUpdatedAt,
                $table::Column::SourceEventAt,
                $table::Column::SourceDigest,
            ];
            const DELETED_AT: Option<Self::Column> = $deleted_at;

            fn version(row: &Self::Model) -> Version {
                let deleted: fn(&Self::Model) -> bool = $deleted;
                Version {
                    deleted: deleted(row),
                    updated_at: row.source_updated_at,
                    event_at: row.source_event_at,
                    digest: row.source_digest.clone(),
                }
            }
        }
    )*};
}

mirrored! {
    organization, Some(organization::Column::DeletedAt), |row| row.deleted_at.is_some();
    user, Some(user::Column::DeletedAt), |row| row.deleted_at.is_some();
    membership, Some(membership::Column::DeletedAt), |row| row.deleted_at.is_some();
    invitation, None, |_| false;
    ended_session, None, |_| false;
    subscription, None, |_| false;
    subscription_item, None, |_| false;
    payment_attempt, None, |_| false;
}

/// The newer of two states of a row.
pub fn newer<E: Mirrored>(one: E::Model, other: E::Model) -> E::Model {
    if E::version(&other) > E::version(&one) { other } else { one }
}

/// Stores a state unless the row is as new already; says whether it was stored.
///
/// Safe whoever else is at work on the row: the comparison is part of the statement. On PostgreSQL an insert that meets a row
/// of a transaction under way waits for its end and then compares with what was committed; on SQLite one transaction writes
/// at a time.
///
/// # Errors
/// The database's.
pub async fn keep_newer<E, C>(db: &C, row: E::Model) -> Result<bool, DbErr>
where
    E: Mirrored,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    C: ConnectionTrait,
{
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let in_key = |column: &E::Column| key.iter().any(|part| part.into_iden() == column.into_iden());
    let mut conflict = OnConflict::columns(key.iter().copied());
    conflict.update_columns(E::Column::iter().filter(|column| !in_key(column))).action_and_where(outranks::<E>());
    let written = Insert::one(row.into_active_model()).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(written > 0)
}

/// Whether the state being inserted outranks the stored one: [`Version`] as a row value.
fn outranks<E: Mirrored>() -> Expr {
    rank::<E>(Alias::new("excluded")).gt(rank::<E>(E::default()))
}

fn rank<E: Mirrored>(table: impl IntoIden) -> Expr {
    let table = table.into_iden();
    let deleted = E::DELETED_AT.map(|column| Expr::col((table.clone(), column)).is_not_null());
    let source = E::SOURCE.map(|column| Expr::col((table.clone(), column)));
    Expr::tuple(deleted.into_iter().chain(source))
}
