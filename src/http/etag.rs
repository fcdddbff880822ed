//! Entity tags made of a row's version, and the conditions of RFC 9110 section 13.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::http::json::json;

/// The strong entity tag of a row's version (RFC 9110 section 8.8.3).
pub fn etag(version: i64) -> HeaderValue {
    let mut text = String::with_capacity(24);
    text.push_str("\"v");
    text.push_str(&version.to_string());
    text.push('"');
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// What `If-Match` demands of the stored version (RFC 9110 section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// No header, or `*`: any stored version will do.
    Any,
    /// One of these versions. Empty when only foreign or weak tags were sent, which never match.
    OneOf(Vec<i64>),
}

impl IfMatch {
    /// Whether a row of this version may be changed.
    pub fn allows(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        match tags(&parts.headers, &header::IF_MATCH)? {
            None | Some(Tags::Any) => Ok(Self::Any),
            Some(Tags::List(list)) => {
                Ok(Self::OneOf(list.iter().filter(|tag| !tag.weak).filter_map(Tag::version).collect()))
            }
        }
    }
}

/// What `If-None-Match` says the caller already has (RFC 9110 section 13.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    /// Whether the caller already has this version. Weak comparison, as the RFC asks.
    pub fn has(&self, version: i64) -> bool {
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::List(list)) => list.iter().any(|tag| tag.version() == Some(version)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(tags(&parts.headers, &header::IF_NONE_MATCH)?))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    List(Vec<Tag>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    weak: bool,
    opaque: String,
}

impl Tag {
    fn version(&self) -> Option<i64> {
        let digits = self.opaque.strip_prefix('v')?;
        let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if canonical { digits.parse().ok() } else { None }
    }
}

/// Reads a list of entity tags.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>> {
    let malformed = || Error::Malformed {
        code: "etag_malformed",
        detail: format!("{name} must be * or a list of quoted entity tags, such as \"v3\"."),
    };
    let mut list = Vec::new();
    let mut present = false;
    for value in headers.get_all(name) {
        present = true;
        let line = value.to_str().map_err(|_| malformed())?;
        if line.trim() == "*" && headers.get_all(name).iter().count() == 1 {
            return Ok(Some(Tags::Any));
        }
        let mut rest = after_commas(line);
        while !rest.is_empty() {
            let (weak, quoted) = match rest.strip_prefix("W/") {
                Some(quoted) => (true, quoted),
                None => (false, rest),
            };
            let (opaque, tail) = quoted.strip_prefix('"').and_then(|q| q.split_once('"')).ok_or_else(malformed)?;
            list.push(Tag { weak, opaque: opaque.to_owned() });
            let tail = tail.trim_start();
            if !tail.is_empty() && !tail.starts_with(',') {
                return Err(malformed());
            }
            rest = after_commas(tail);
        }
    }
    match (present, list.is_empty()) {
        (false, _) => Ok(None),
        (true, true) => Err(malformed()),
        (true, false) => Ok(Some(Tags::List(list))),
    }
}

/// What follows the empty elements that a list may have (RFC 9110 section 5.6.1.2).
fn after_commas(list: &str) -> &str {
    list.trim_start_matches([',', ' ', '\t'])
}

/// One resource with its version: the body and its `ETag`.
#[derive(Debug)]
pub struct Versioned<T> {
    /// The row's version.
    pub version: i64,
    /// The wire form.
    pub body: T,
}

impl<T: Serialize> Versioned<T> {
    /// 304 without a body when the caller already has this version, else 200.
    pub fn unless(self, known: &IfNoneMatch) -> Response {
        if known.has(self.version) {
            return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag(self.version))]).into_response();
        }
        self.into_response()
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = json(&self.body, 1024);
        response.headers_mut().insert(header::ETAG, etag(self.version));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &'static str) -> Result<Option<Tags>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
        tags(&headers, &header::IF_MATCH)
    }

    fn versions(value: &'static str) -> Vec<Option<i64>> {
        match read(value).unwrap().unwrap() {
            Tags::Any => panic!("not a list"),
            Tags::List(list) => list.iter().map(Tag::version).collect(),
        }
    }

    #[test]
    fn lists_of_tags_are_read() {
        assert_eq!(versions("\"v1\""), [Some(1)]);
        assert_eq!(versions("\"v1\", W/\"v2\" ,\"other\""), [Some(1), Some(2), None]);
        assert_eq!(versions("\"v01\", \"v-1\", \"v\", \"v99999999999999999999\""), [None; 4]);
        assert_eq!(read("*").unwrap(), Some(Tags::Any));
    }

    #[test]
    fn empty_elements_of_a_list_say_nothing() {
        assert_eq!(versions(", \"v1\",, \"v2\" ,"), [Some(1), Some(2)]);
        assert!(read(" , ,").is_err());
    }

    #[test]
    fn a_star_among_tags_is_malformed_as_it_is_on_one_line() {
        let lines = ["\"v1\"", "*"].map(|line| (header::IF_MATCH, HeaderValue::from_static(line)));
        assert!(tags(&lines.into_iter().collect(), &header::IF_MATCH).is_err());
        for bad in ["\"v1\", *", ",*", "*,"] {
            assert!(read(bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for bad in ["v1", "\"v1", "\"v1\" \"v2\"", "", "w/\"v1\"", "1"] {
            assert!(read(bad).is_err(), "{bad} was accepted");
        }
    }
}
