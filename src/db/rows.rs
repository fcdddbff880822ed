//! Rows as the drivers give them, and the shapes they are read into.

use sea_orm::{
    ActiveModelTrait, DbErr, EntityTrait, FromQueryResult, Iterable, PrimaryKeyToColumn, QueryResult, TryIntoModel,
};
use tokio_postgres::Row;

use super::postgres::{is_null, read, value};

/// The rows of a statement.
pub enum Rows {
    /// By the ORM: SQLite's.
    Orm(Vec<QueryResult>),
    /// PostgreSQL's.
    Postgres(Vec<Row>),
}

/// An entity whose rows can be made of the values of its columns. All are.
pub trait Whole: EntityTrait<ActiveModel: TryIntoModel<Self::Model>> {}

impl<E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>> Whole for E {}

impl Rows {
    /// As an entity's rows, whose columns were selected in the entity's order.
    ///
    /// # Errors
    /// When a column is not what the entity says.
    pub(super) fn models<E: Whole>(&self) -> Result<Vec<E::Model>, DbErr> {
        match self {
            Self::Orm(rows) => rows.iter().map(|row| E::Model::from_query_result(row, "")).collect(),
            Self::Postgres(rows) => rows.iter().map(|row| model::<E>(row, 0)).collect(),
        }
    }

    /// As an entity's rows, each with the row of another where there is one.
    ///
    /// # Errors
    /// When a column is not what the entities say.
    pub(super) fn pairs<E: Whole, R: Whole>(&self) -> Result<Vec<(E::Model, Option<R::Model>)>, DbErr> {
        match self {
            Self::Orm(rows) => rows
                .iter()
                .map(|row| {
                    let other = R::Model::from_query_result_optional(row, "B_")?;
                    Ok((E::Model::from_query_result(row, "A_")?, other))
                })
                .collect(),
            Self::Postgres(rows) => {
                let columns = E::Column::iter().count();
                rows.iter().map(|row| Ok((model::<E>(row, 0)?, other::<R>(row, columns)?))).collect()
            }
        }
    }

    /// The columns of the first row, which are counts; without a row, none of anything.
    ///
    /// # Errors
    /// When there are other columns.
    pub(super) fn counts<const N: usize>(&self) -> Result<[i64; N], DbErr> {
        let mut counts = [0; N];
        for (place, count) in counts.iter_mut().enumerate() {
            *count = match self {
                Self::Orm(rows) => rows.first().map(|row| row.try_get_by_index(place)).transpose()?,
                Self::Postgres(rows) => rows.first().map(|row| read(row, place)).transpose()?,
            }
            .unwrap_or_default();
        }
        Ok(counts)
    }
}

/// The row of an entity whose columns begin at a place.
fn model<E: Whole>(row: &Row, first: usize) -> Result<E::Model, DbErr> {
    let mut made = <E::ActiveModel as ActiveModelTrait>::default();
    for (place, column) in E::Column::iter().enumerate() {
        made.try_set(column, value(row, first + place)?)?;
    }
    made.try_into_model()
}

/// The same, or none where a join found none: its key is null.
fn other<E: Whole>(row: &Row, first: usize) -> Result<Option<E::Model>, DbErr> {
    let key = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column);
    let place = E::Column::iter().position(|column| key.as_ref().is_some_and(|key| same::<E>(key, &column)));
    match is_null(row, first + place.unwrap_or_default())? {
        true => Ok(None),
        false => model::<E>(row, first).map(Some),
    }
}

fn same<E: EntityTrait>(one: &E::Column, other: &E::Column) -> bool {
    use sea_orm::IdenStatic;
    one.as_str() == other.as_str()
}
