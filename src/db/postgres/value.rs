//! Values as they travel: the ORM's on the way there, the server's on the way back.

use std::error::Error;

use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sea_orm::sea_query::OptionEnum;
use sea_orm::{DbErr, Value};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::super::transaction::failed as query_failed;
use super::failed;

/// A value of a statement.
#[derive(Debug)]
pub(super) struct Parameter<'a>(pub(super) &'a Value);

/// The type a value is sent as. The statement is prepared with it, so that the server need not guess.
pub(super) fn type_of(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::BOOL,
        Value::TinyInt(_) | Value::TinyUnsigned(_) | Value::SmallInt(_) => Type::INT2,
        Value::SmallUnsigned(_) | Value::Int(_) => Type::INT4,
        Value::Unsigned(_) | Value::BigInt(_) | Value::BigUnsigned(_) => Type::INT8,
        Value::Float(_) => Type::FLOAT4,
        Value::Double(_) => Type::FLOAT8,
        Value::Bytes(_) => Type::BYTEA,
        Value::Json(_) => Type::JSONB,
        Value::Uuid(_) => Type::UUID,
        Value::ChronoDate(_) => Type::DATE,
        Value::ChronoTime(_) => Type::TIME,
        Value::ChronoDateTime(_) => Type::TIMESTAMP,
        Value::ChronoDateTimeUtc(_) | Value::ChronoDateTimeLocal(_) | Value::ChronoDateTimeWithTimeZone(_) => {
            Type::TIMESTAMPTZ
        }
        _ => Type::TEXT,
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Bool(value) => value.to_sql(ty, out),
            Value::TinyInt(value) => value.map(i16::from).to_sql(ty, out),
            Value::SmallInt(value) => value.to_sql(ty, out),
            Value::Int(value) => value.to_sql(ty, out),
            Value::BigInt(value) => value.to_sql(ty, out),
            Value::TinyUnsigned(value) => value.map(i16::from).to_sql(ty, out),
            Value::SmallUnsigned(value) => value.map(i32::from).to_sql(ty, out),
            Value::Unsigned(value) => value.map(i64::from).to_sql(ty, out),
            Value::BigUnsigned(value) => value.map(i64::try_from).transpose()?.to_sql(ty, out),
            Value::Float(value) => value.to_sql(ty, out),
            Value::Double(value) => value.to_sql(ty, out),
            Value::String(value) => value.to_sql(ty, out),
            Value::Enum(OptionEnum::Some(value)) => value.value.to_sql(ty, out),
            Value::Enum(OptionEnum::None(_)) => Ok(IsNull::Yes),
            Value::Char(value) => value.map(String::from).to_sql(ty, out),
            Value::Bytes(value) => value.to_sql(ty, out),
            Value::Json(value) => value.as_deref().to_sql(ty, out),
            Value::ChronoDate(value) => value.to_sql(ty, out),
            Value::ChronoTime(value) => value.to_sql(ty, out),
            Value::ChronoDateTime(value) => value.to_sql(ty, out),
            Value::ChronoDateTimeUtc(value) => value.to_sql(ty, out),
            Value::ChronoDateTimeLocal(value) => value.to_sql(ty, out),
            Value::ChronoDateTimeWithTimeZone(value) => value.to_sql(ty, out),
            Value::Uuid(value) => value.to_sql(ty, out),
            _ => Err("a value of this kind cannot be sent".into()),
        }
    }

    /// The statement was prepared with the types of its values.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a row, as the ORM has values.
pub(in crate::db) fn value(row: &Row, place: usize) -> Result<Value, DbErr> {
    let column = row.columns().get(place).ok_or_else(|| DbErr::Type(format!("there is no column {place}")))?;
    Ok(match *column.type_() {
        Type::BOOL => Value::Bool(read(row, place)?),
        Type::INT2 => Value::SmallInt(read(row, place)?),
        Type::INT4 => Value::Int(read(row, place)?),
        Type::INT8 => Value::BigInt(read(row, place)?),
        Type::FLOAT4 => Value::Float(read(row, place)?),
        Type::FLOAT8 => Value::Double(read(row, place)?),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => Value::String(read(row, place)?),
        Type::BYTEA => Value::Bytes(read(row, place)?),
        Type::JSON | Type::JSONB => Value::Json(read::<Option<serde_json::Value>>(row, place)?.map(Box::new)),
        Type::UUID => Value::Uuid(read::<Option<Uuid>>(row, place)?),
        Type::TIMESTAMPTZ => Value::ChronoDateTimeUtc(read::<Option<DateTime<Utc>>>(row, place)?),
        Type::TIMESTAMP => Value::ChronoDateTime(read::<Option<NaiveDateTime>>(row, place)?),
        Type::DATE => Value::ChronoDate(read::<Option<NaiveDate>>(row, place)?),
        Type::TIME => Value::ChronoTime(read::<Option<NaiveTime>>(row, place)?),
        ref other => return Err(DbErr::Type(format!("a column of the type {other} cannot be read"))),
    })
}

/// Whether a column is null, of whatever type it is.
pub(in crate::db) fn is_null(row: &Row, place: usize) -> Result<bool, DbErr> {
    Ok(read::<Option<Anything>>(row, place)?.is_none())
}

struct Anything;

impl<'r> FromSql<'r> for Anything {
    fn from_sql(_: &Type, _: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column of a row.
///
/// # Errors
/// When there is none there, or of another type.
pub(in crate::db) fn read<'r, T: FromSql<'r>>(row: &'r Row, place: usize) -> Result<T, DbErr> {
    row.try_get(place).map_err(|error| query_failed(failed(error)))
}
