//! Finding the bearer token among a request's headers (RFC 6750, section 2.1).

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use super::Reject;

const FORM: Reject = Reject::Malformed("The Authorization header must be `Bearer`, one space, and the token.");

/// The bearer token of a request.
///
/// # Errors
/// [`Reject::Missing`] without an `Authorization` header or with another scheme,
/// [`Reject::Malformed`] with several or an unreadable one.
pub fn bearer_of(headers: &HeaderMap) -> Result<&str, Reject> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Reject::Missing),
        (Some(value), None) => bearer(value),
        (Some(_), Some(_)) => Err(Reject::Malformed("Send one Authorization header only.")),
    }
}

/// The token in one `Authorization` header; the scheme's case does not matter.
///
/// Another scheme counts as no token, as it does for Clerk; a token without scheme is refused.
///
/// # Errors
/// [`Reject::Missing`] or [`Reject::Malformed`].
pub fn bearer(value: &HeaderValue) -> Result<&str, Reject> {
    let value = value.to_str().map_err(|_| FORM)?;
    let Some((scheme, token)) = value.split_once(' ') else {
        let alone = value.is_empty() || value.eq_ignore_ascii_case("bearer");
        return Err(if alone { Reject::Missing } else { FORM });
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Reject::Missing);
    }
    if token.is_empty() {
        return Err(Reject::Missing);
    }
    if token.bytes().any(|byte| byte == b' ' || byte == b'\t') {
        return Err(FORM);
    }
    Ok(token)
}
