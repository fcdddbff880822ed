//! Path parameters whose rejection is Clerk's error body.

use axum::extract::{FromRequestParts, rejection::PathRejection};

use crate::ApiError;

#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(super) struct Path<T>(pub(super) T);

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request("malformed_request_parameters", rejection.body_text())
    }
}
