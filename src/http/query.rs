//! Query strings into typed structs, with the offending parameter named.
//!
//! A repeated parameter and a comma list mean the same: several values. Unknown parameters are refused.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Datelike, Utc};
use percent_encoding::percent_decode_str;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::error::{Error, FieldError, Result};

/// Between the values of a repeated parameter. It cannot occur in a value, see [`pairs`].
const REPEATED: char = '\0';

/// The query string as `T`, which should deny unknown fields and read each with [`one`] or [`list`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// An address that takes no query parameter at all: any is refused, as [`Query`] refuses those it does not know.
#[derive(Debug, Clone, Copy)]
pub struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let Nothing {} = parse(parts.uri.query().unwrap_or_default())?;
        Ok(Self)
    }
}

/// Reads a query string.
///
/// # Errors
/// 400 when it is not UTF-8 after decoding; 422 naming the parameter that is unknown or unacceptable.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    let map = MapDeserializer::new(pairs(query)?.into_iter());
    serde_path_to_error::deserialize(map).map_err(|error| {
        let parameter = error.path().to_string();
        let message: serde::de::value::Error = error.into_inner();
        let message = message.to_string();
        let unknown = message.starts_with("unknown field");
        let (code, detail) = if unknown {
            ("unknown_parameter", format!("{parameter} is not a parameter of this address."))
        } else {
            ("invalid_value", message)
        };
        FieldError::parameter(parameter, code, detail).into()
    })
}

fn pairs(query: &str) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => {
                values.push(REPEATED);
                values.push_str(&value);
            }
            None => pairs.push((name, value)),
        }
        if pairs.len() > 64 {
            return Err(Error::Malformed { code: "query_malformed", detail: "Too many query parameters.".into() });
        }
    }
    Ok(pairs)
}

fn decode(text: &str) -> Result<String> {
    let spaced = text.replace('+', " ");
    let malformed = |detail: &str| Error::Malformed { code: "query_malformed", detail: detail.into() };
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| malformed("The query string is not UTF-8."))?;
    if decoded.contains('\0') {
        return Err(malformed("The query string contains U+0000."));
    }
    Ok(decoded.into_owned())
}

/// One value, absent when the parameter is.
///
/// # Errors
/// When it is given twice, or is not a `T`.
pub fn one<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    if text.contains(REPEATED) {
        return Err(D::Error::custom("It may be given only once."));
    }
    text.parse().map(Some).map_err(|error| D::Error::custom(format!("{text:?} is not acceptable: {error}.")))
}

/// Several values: the parameter repeated, or a comma list.
///
/// # Errors
/// When one of them is empty or not a `T`, or there are more than a hundred.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    if text.split([',', REPEATED]).count() > 100 {
        return Err(D::Error::custom("At most 100 values may be given."));
    }
    text.split([',', REPEATED])
        .map(|value| match value {
            "" => Err(D::Error::custom("A value is empty.")),
            value => value.parse().map_err(|error| D::Error::custom(format!("{value:?} is not acceptable: {error}."))),
        })
        .collect()
}

/// A point in time as a parameter, in the years 0 to 9999 of UTC, which both databases compare alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub DateTime<Utc>);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<DateTime<Utc>>() {
            Ok(time) if is_comparable(time) => Ok(Self(time)),
            Ok(_) => Err("the year must be between 0 and 9999"),
            Err(_) => Err("use a time of RFC 3339, such as 2031-05-06T07:08:09Z, with %2B for a plus sign"),
        }
    }
}

/// Whether both databases can compare a time with a column. SQLite compares text, which needs years of four digits;
/// PostgreSQL refuses years before 4713 BC.
pub fn is_comparable(time: DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default, deserialize_with = "one")]
        limit: Option<u32>,
        #[serde(default, deserialize_with = "one")]
        search: Option<String>,
        #[serde(default, deserialize_with = "list")]
        size: Vec<u8>,
    }

    #[test]
    fn repeated_and_comma_values_are_the_same() {
        let sample = Sample { limit: None, search: None, size: vec![1, 2, 3] };
        assert_eq!(parse::<Sample>("size=1&size=2,3").unwrap(), sample);
        assert_eq!(parse::<Sample>("size=1%2C2&size=3").unwrap(), sample);
    }

    #[test]
    fn text_is_decoded_and_keeps_its_commas() {
        let sample = Sample { limit: Some(7), search: Some("a, b+ü".into()), size: vec![] };
        assert_eq!(parse::<Sample>("limit=7&search=a%2C+b%2B%C3%BC").unwrap(), sample);
    }

    #[test]
    fn mistakes_name_their_parameter() {
        for (query, parameter, code) in [
            ("limit=x", "limit", "invalid_value"),
            ("limit=1&limit=2", "limit", "invalid_value"),
            ("limit=", "limit", "invalid_value"),
            ("size=1,,2", "size", "invalid_value"),
            ("size=300", "size", "invalid_value"),
            ("colour=red", "colour", "unknown_parameter"),
        ] {
            match parse::<Sample>(query) {
                Err(Error::Invalid(errors)) => {
                    assert_eq!((errors[0].parameter.as_deref(), errors[0].code), (Some(parameter), code), "{query}");
                }
                other => panic!("{query}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_not_text_is_malformed() {
        for query in ["search=%FF", "search=%00", "%C3%28=1"] {
            assert!(matches!(parse::<Sample>(query), Err(Error::Malformed { .. })), "{query}");
        }
    }
}
