//! `If-Match` and `If-None-Match`: a version is named only by its own tag, and lines mean what one list of them means.

use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use futures_util::FutureExt as _;
use tenantry::http::etag::{IfMatch, IfNoneMatch, etag as tag};

const VERSIONS: [i64; 6] = [0, 1, 2, 10, 12, i64::MAX];

/// One header line for each line of the input.
pub fn etag(data: &[u8]) {
    let (strong, weak) = (super::headers(&header::IF_MATCH, data), super::headers(&header::IF_NONE_MATCH, data));
    let lines: Vec<&[u8]> = strong.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
    let star = lines.len() == 1 && lines[0].trim_ascii() == b"*";
    for version in VERSIONS {
        let own = tag(version);
        let named = lines.iter().any(|line| line.windows(own.len()).any(|part| part == own.as_bytes()));
        if let Some(condition) = if_match(strong.clone()) {
            let allowed = condition.allows(version);
            assert!(!allowed || named || star || lines.is_empty(), "version {version} is not named");
        }
        if let Some(known) = if_none_match(weak.clone()) {
            assert!(!known.has(version) || named || star, "version {version} is not named");
        }
        let exactly = if_match([(header::IF_MATCH, own)].into_iter().collect()).expect("our own tag is well formed");
        assert!(
            VERSIONS.iter().all(|other| exactly.allows(*other) == (*other == version) || *other == 0 || version == 0)
        );
    }
    joined_lines_mean_the_same(&strong);
}

/// RFC 9110 section 5.3: whoever stands between may join the lines of a list to one.
fn joined_lines_mean_the_same(headers: &HeaderMap) {
    let lines: Vec<&[u8]> = headers.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
    let alone = |line: &&[u8]| if_match(one(&header::IF_MATCH, line)).is_some();
    if lines.is_empty() || !lines.iter().all(alone) {
        return;
    }
    assert_eq!(if_match(headers.clone()), if_match(one(&header::IF_MATCH, &lines.join(&b", "[..]))), "{lines:?}");
}

fn one(name: &HeaderName, value: &[u8]) -> HeaderMap {
    let value = HeaderValue::from_bytes(value).expect("lines of headers joined by a comma are one");
    [(name.clone(), value)].into_iter().collect()
}

fn if_match(headers: HeaderMap) -> Option<IfMatch> {
    IfMatch::from_request_parts(&mut parts(headers), &()).now_or_never()?.ok()
}

fn if_none_match(headers: HeaderMap) -> Option<IfNoneMatch> {
    IfNoneMatch::from_request_parts(&mut parts(headers), &()).now_or_never()?.ok()
}

fn parts(headers: HeaderMap) -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.headers = headers;
    parts
}
