//! Query parameters: filters, paging and ordering, strict about names and numbers.

use std::{cmp::Reverse, ops::Range};

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};

use super::VERSION_PARAM;
use crate::{ApiError, Result};

const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 500;
const FILTER_MAX: usize = 100;

/// The query of a request, in order, names possibly repeated.
pub(super) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)?;
        Ok(Self(pairs))
    }
}

/// Which part of a list to answer.
pub(super) struct Window {
    limit: usize,
    offset: usize,
}

impl Window {
    pub(super) fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

/// A field to sort by, and which way.
pub(super) struct Order {
    pub(super) field: &'static str,
    descending: bool,
}

impl Order {
    /// Sorts by a key made for the chosen field; equal keys keep the order of creation.
    pub(super) fn sort<T, K: Ord>(&self, items: &mut [T], key: impl Fn(&T, &str) -> K) {
        if self.descending {
            items.reverse();
            items.sort_by_key(|item| Reverse(key(item, self.field)));
        } else {
            items.sort_by_key(|item| key(item, self.field));
        }
    }
}

impl Params {
    /// Refuses what the endpoint does not know: a filter that does nothing would widen the answer.
    pub(super) fn only(&self, known: &[&str]) -> Result<()> {
        let paging = ["limit", "offset", VERSION_PARAM];
        let name = |(name, _): &'_ (String, String)| name.clone();
        let unknown: Vec<String> = self
            .0
            .iter()
            .map(name)
            .filter(|name| !known.contains(&name.as_str()) && !paging.contains(&name.as_str()))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ApiError::unknown_params(unknown.iter().map(String::as_str)))
    }

    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter; none means that it does not filter.
    pub(super) fn all(&self, name: &str) -> Result<Vec<&str>> {
        let own = |(own, value): &'_ (String, String)| (own == name).then_some(value.len());
        let count = self.0.iter().filter_map(own).count();
        if count > FILTER_MAX {
            return Err(ApiError::value(name, "may be given 100 times at most"));
        }
        let values = self.0.iter().filter(|(own, _)| own == name);
        Ok(values.map(|(_, value)| value.as_str()).collect())
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool> {
        match self.one(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::format(name, "must be true or false")),
        }
    }

    pub(super) fn window(&self) -> Result<Window> {
        let limit = self.integer("limit")?.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(ApiError::value("limit", "must be between 1 and 500"));
        }
        let offset = self.integer("offset")?.unwrap_or(0);
        Ok(Window { limit, offset })
    }

    /// Times in milliseconds after one and before the other, both optional.
    pub(super) fn between(&self, after: &str, before: &str) -> Result<Range<i64>> {
        let time = |name: &str| Ok::<_, ApiError>(self.integer(name)?.and_then(|n| i64::try_from(n).ok()));
        Ok(time(after)?.map_or(i64::MIN, |time| time.saturating_add(1))..time(before)?.unwrap_or(i64::MAX))
    }

    fn integer(&self, name: &str) -> Result<Option<usize>> {
        let parse = |text: &str| {
            let parsed = text.parse();
            parsed.map_err(|_| ApiError::format(name, "must be an integer that is not negative"))
        };
        self.one(name).map(parse).transpose()
    }

    /// `field`, `+field` or `-field`; a `+` that was not encoded arrives as a space.
    pub(super) fn order(&self, fields: &[&'static str], default: &str) -> Result<Order> {
        let given = self.one("order_by").unwrap_or(default);
        let descending = given.starts_with('-');
        let name = given.trim_start_matches(['+', '-', ' ']);
        let field = fields.iter().find(|field| **field == name);
        let field = field.ok_or_else(|| ApiError::value("order_by", "names no sortable field"))?;
        Ok(Order { field, descending })
    }
}

/// Whether a list of accepted values, empty for any, holds this one.
pub(super) fn admits(accepted: &[&str], value: &str) -> bool {
    accepted.is_empty() || accepted.iter().any(|own| own.eq_ignore_ascii_case(value))
}

/// As [`admits`], for values that may be marked: `-` leaves one out, `+` or nothing takes one in.
pub(super) fn admits_id(given: &[&str], value: &str) -> bool {
    let (out, accepted): (Vec<&str>, Vec<&str>) = given.iter().partition(|own| own.starts_with('-'));
    let is = |own: &&str| own.trim_start_matches(['+', '-', ' ']).eq_ignore_ascii_case(value);
    !out.iter().any(is) && (accepted.is_empty() || accepted.iter().any(is))
}

/// As [`admits`], for a value that may be absent.
pub(super) fn admits_one_of(accepted: &[&str], value: Option<&str>) -> bool {
    accepted.is_empty() || value.is_some_and(|value| admits(accepted, value))
}

/// Whether any of the texts holds the query, whatever the case.
pub(super) fn matches<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> bool {
    let query = query.to_lowercase();
    texts.into_iter().any(|text| text.to_lowercase().contains(&query))
}
