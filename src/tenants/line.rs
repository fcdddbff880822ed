//! A value of the database as JSON, alike on both databases.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use sea_orm::{DbErr, Value};
use serde_json::Value as Json;

/// Times as RFC 3339 in UTC to the microsecond, ids and words as text, JSON as it is, bytes in base64.
///
/// # Errors
/// When the kind of value is not known here.
pub(super) fn json(value: Value) -> Result<Json, DbErr> {
    Ok(match value {
        Value::String(value) => value.into(),
        Value::Bool(value) => value.into(),
        Value::SmallInt(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::BigInt(value) => value.into(),
        Value::Json(value) => value.map_or(Json::Null, |value| *value),
        Value::Uuid(value) => value.map(|value| value.to_string()).into(),
        Value::Bytes(value) => value.map(|value| STANDARD.encode(value)).into(),
        Value::ChronoDateTimeUtc(value) => value.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true)).into(),
        other => return Err(DbErr::Type(format!("say in tenants/line.rs how {other:?} is written"))),
    })
}
