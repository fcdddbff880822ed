//! Pages of a list: a limit with an opaque cursor or a small offset in, a bare array with a `Link` out.

use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, FieldError, Result};
use crate::http::json::json;
use crate::http::query::is_comparable;

/// The most rows of one page, and of those it has when nothing is said.
pub const MOST: u64 = 200;
const USUAL: u64 = 100;
const FURTHEST: u64 = 10_000;

/// About what one item of a page takes as JSON.
const USUAL_BYTES: usize = 640;

/// What an address may not hold as it is, though some callers send it: the link would end there, or not be ASCII.
const FOREIGN: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// The header with the number of all rows, on `count=exact`.
pub const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// The direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Greatest first.
    #[default]
    Desc,
}

impl FromStr for Direction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "asc" => Ok(Self::Asc),
            "desc" => Ok(Self::Desc),
            _ => Err("use asc or desc"),
        }
    }
}

/// Whether to count all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Count {
    /// By a statement of its own.
    Exact,
}

impl FromStr for Count {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "exact" { Ok(Self::Exact) } else { Err("use exact") }
    }
}

/// The value a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// A point in time.
    Time(DateTime<Utc>),
    /// A folded text.
    Text(String),
    /// A rank.
    Rank(i16),
}

/// Where a page ended: the list's order and the last row's sort key and id.
///
/// Opaque to callers. It grants nothing: whatever it says, the tenant's condition stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<Id> {
    /// The name of the sort column.
    pub by: String,
    /// The direction.
    pub order: Direction,
    /// The last row's sort key.
    pub key: SortKey,
    /// The last row's id.
    pub id: Id,
}

impl<Id: Serialize> Cursor<Id> {
    fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl<Id: for<'de> Deserialize<'de>> FromStr for Cursor<Id> {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = "take it from the Link header of the page before";
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refused)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| refused)?;
        match &cursor.key {
            SortKey::Text(text) if text.contains('\0') => Err(refused),
            SortKey::Time(time) if !is_comparable(*time) => Err(refused),
            _ => Ok(cursor),
        }
    }
}

/// Which page of a list.
#[derive(Debug, Clone)]
pub struct PageRequest<Id> {
    /// At most so many rows.
    pub limit: u64,
    /// Rows to pass over.
    pub offset: u64,
    /// The row after which the page begins.
    pub after: Option<Cursor<Id>>,
}

impl<Id> PageRequest<Id> {
    /// Checks the three parameters against each other and against the list's order.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn new(
        limit: Option<u64>,
        offset: Option<u64>,
        after: Option<Cursor<Id>>,
        by: &str,
        order: Direction,
    ) -> Result<Self> {
        let mut errors = Vec::new();
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            errors.push(FieldError::parameter("limit", "out_of_range", format!("limit must be 1 to {MOST}.")));
        }
        if offset.is_some_and(|offset| offset > FURTHEST) {
            let detail = format!("offset may be at most {FURTHEST}; follow the Link header instead.");
            errors.push(FieldError::parameter("offset", "out_of_range", detail));
        }
        if let Some(cursor) = &after {
            if offset.is_some() {
                errors.push(FieldError::parameter("offset", "contradiction", "Give a cursor or an offset, not both."));
            }
            if cursor.by != by || cursor.order != order {
                let detail = "The cursor belongs to another order of this list.";
                errors.push(FieldError::parameter("cursor", "contradiction", detail));
            }
        }
        if errors.is_empty() {
            Ok(Self { limit, offset: offset.unwrap_or(0), after })
        } else {
            Err(Error::Invalid(errors))
        }
    }
}

/// A page on its way out: a bare array, `Link: <…>; rel="next"` (RFC 8288) while there is more, and the count if asked.
#[derive(Debug)]
pub struct Page<T> {
    items: Vec<T>,
    link: Option<HeaderValue>,
    total: Option<u64>,
}

impl<T> Page<T> {
    /// A page of `items`, continued at `next`; `uri` is the request's own.
    pub fn new<Id: Serialize>(items: Vec<T>, next: Option<Cursor<Id>>, total: Option<u64>, uri: &Uri) -> Self {
        Self { items, link: next.and_then(|cursor| link(uri, &cursor.encode())), total }
    }
}

fn link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let mut target = String::with_capacity(uri.path().len() + cursor.len() + 64);
    target.push_str(uri.path());
    target.push('?');
    for piece in uri.query().unwrap_or_default().split('&').filter(|piece| !piece.is_empty()) {
        let name = percent_decode_str(piece.split('=').next().unwrap_or_default()).decode_utf8_lossy();
        if name != "cursor" && name != "offset" {
            target.extend(utf8_percent_encode(piece, FOREIGN));
            target.push('&');
        }
    }
    HeaderValue::try_from(format!("<{target}cursor={cursor}>; rel=\"next\"")).ok()
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let mut response = json(&self.items, 2 + self.items.len() * USUAL_BYTES);
        if let Some(link) = self.link {
            response.headers_mut().insert(header::LINK, link);
        }
        if let Some(total) = self.total {
            response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filter_and_replaces_the_position() {
        let uri: Uri = "/api/tasks?status=pending&offset=20&c%75rsor=old&limit=5".parse().unwrap();
        let next = link(&uri, "new").unwrap();
        assert_eq!(next, "</api/tasks?status=pending&limit=5&cursor=new>; rel=\"next\"");
    }

    #[test]
    fn a_link_is_ascii_whatever_was_asked() {
        let uri = Uri::from_maybe_shared("/api/tasks?search=caf\u{e9}&limit=5").unwrap();
        assert_eq!(link(&uri, "new").unwrap(), "</api/tasks?search=caf%C3%A9&limit=5&cursor=new>; rel=\"next\"");
    }

    #[test]
    fn a_cursor_survives_the_way_out_and_back() {
        let key = SortKey::Time("2026-11-21T07:53:41.936832Z".parse().unwrap());
        let cursor = Cursor { by: "created_at".into(), order: Direction::Desc, key, id: 7_u32 };
        assert_eq!(cursor.encode().parse(), Ok(cursor));
        assert!("bm90IGpzb24".parse::<Cursor<u32>>().is_err());
    }
}
