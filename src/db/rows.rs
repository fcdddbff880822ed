//! Rows as the drivers give them, and the shapes they are read into.

use sea_orm::{
    ActiveEnum, ActiveModelTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryResult, TryIntoModel,
};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Json};
use uuid::Uuid;

use super::TenantOwned;
use super::postgres::{is_null, read, value};

/// The rows of a statement.
pub enum Rows {
    /// By the ORM: SQLite's.
    Orm(Vec<QueryResult>),
    /// PostgreSQL's.
    Postgres(Vec<Row>),
}

/// A row, and the row of another table that it points at, if there is one.
pub type Pair<E, R> = (<E as EntityTrait>::Model, Option<<R as EntityTrait>::Model>);

/// An entity whose rows can be made of the values of its columns. All are.
pub trait Whole: EntityTrait<ActiveModel: TryIntoModel<Self::Model>> {}

impl<E: EntityTrait<ActiveModel: TryIntoModel<E::Model>>> Whole for E {}

impl Rows {
    /// As an entity's rows, whose columns were selected in the entity's order.
    ///
    /// # Errors
    /// When a column is not what the entity says.
    pub(super) fn models<E: TenantOwned>(&self) -> Result<Vec<E::Model>, DbErr> {
        match self {
            Self::Orm(rows) => rows.iter().map(|row| E::Model::from_query_result(row, "")).collect(),
            Self::Postgres(rows) => rows.iter().map(read_whole::<E>).collect(),
        }
    }

    /// As an entity's rows, each with the row of another where there is one.
    ///
    /// # Errors
    /// When a column is not what the entities say.
    pub(super) fn pairs<E: Whole, R: Whole>(&self) -> Result<Vec<Pair<E, R>>, DbErr> {
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

    /// The only column, which is an id.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn ids(&self) -> Result<Vec<Uuid>, DbErr> {
        match self {
            Self::Orm(rows) => rows.iter().map(|row| row.try_get_by_index(0)).collect(),
            Self::Postgres(rows) => rows.iter().map(|row| read(row, 0)).collect(),
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

/// A row's columns, one after the other.
#[derive(Debug)]
pub struct Cells<'r> {
    row: &'r Row,
    place: usize,
}

impl Cells<'_> {
    /// The next column, of a type that the driver knows.
    ///
    /// # Errors
    /// When there is none, or of another type.
    pub fn take<T: for<'r> FromSql<'r>>(&mut self) -> Result<T, DbErr> {
        let place = self.place;
        self.place += 1;
        read(self.row, place)
    }

    /// The next column, a text that is one of a few.
    ///
    /// # Errors
    /// When there is none, or it is none of them.
    pub fn take_of<T: ActiveEnum<Value = String>>(&mut self) -> Result<T, DbErr> {
        T::try_from_value(&self.take()?)
    }

    /// The next column, of JSON.
    ///
    /// # Errors
    /// When there is none, or it is not that JSON.
    pub fn take_json<T: DeserializeOwned>(&mut self) -> Result<T, DbErr> {
        self.take().map(|Json(value)| value)
    }
}

/// A row that is nothing but an entity's: as the entity itself reads it, or else by way of the ORM's values.
fn read_whole<E: TenantOwned>(row: &Row) -> Result<E::Model, DbErr> {
    match E::by_place(&mut Cells { row, place: 0 }) {
        Some(read) => {
            debug_assert!(
                same_values::<E>(&read, row),
                "columns of {} were taken for each other",
                E::default().as_str()
            );
            read
        }
        None => model::<E>(row, 0),
    }
}

/// Whether a row means the same by way of the ORM's values: columns of one type are easily taken for each other.
fn same_values<E: TenantOwned>(read: &Result<E::Model, DbErr>, row: &Row) -> bool {
    match (read, model::<E>(row, 0)) {
        (Ok(read), Ok(slowly)) => E::Column::iter().all(|column| read.get(column) == slowly.get(column)),
        (Ok(_), Err(_)) => false,
        (Err(_), _) => true,
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
    one.as_str() == other.as_str()
}
