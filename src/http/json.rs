//! JSON on its way out.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Error;

const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer of JSON, expected to be so many bytes long.
///
/// As `axum::Json`, but written into a vector of about the right size: a list is thousands of small pieces, and copying them into
/// the buffer that axum lets grow costs as much as making them.
pub fn json<T: Serialize>(value: &T, expected: usize) -> Response {
    let mut body = Vec::with_capacity(expected);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => ([(header::CONTENT_TYPE, APPLICATION_JSON)], body).into_response(),
        Err(error) => Error::Internal(error.into()).into_response(),
    }
}
