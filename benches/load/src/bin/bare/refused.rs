//! Answers to what cannot be done.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Refused {
    Token,
    Request,
    Missing,
    Broken(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::Token => (StatusCode::UNAUTHORIZED, "token_invalid"),
            Self::Request => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Missing => (StatusCode::NOT_FOUND, "not_found"),
            Self::Broken(error) => {
                eprintln!("{error:#}");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        };
        let body = format!(r#"{{"type":"about:blank","status":{},"code":"{code}"}}"#, status.as_u16());
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
