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
    // Not by `HeaderValue::to_str`, which looks at the bytes one by one; a token has a thousand.
    let value = std::str::from_utf8(value.as_bytes()).ok().filter(|value| value.is_ascii()).ok_or(FORM)?;
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
    if token.contains(' ') || token.contains('\t') {
        return Err(FORM);
    }
    Ok(token)
}
