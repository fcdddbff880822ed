//! Clerk's error answer: a status and `{"errors": [...], "clerk_trace_id": ...}`.
//!
//! Codes are those of Clerk's Backend API error reference; every arm of it that the emulator can
//! produce is made here or by the function that knows the case.

use std::fmt;

use axum::{
    Json,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ids;

/// What a call of the emulator comes to.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

/// One entry of `errors`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ErrorItem {
    /// Few words, for a developer.
    pub message: String,
    /// A sentence, for a person.
    pub long_message: String,
    /// The stable code that programs compare.
    pub code: &'static str,
    /// Details such as `param_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
}

/// A refusal in Clerk's own terms: HTTP status and one or more coded errors.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// At least one error.
    pub errors: Vec<ErrorItem>,
}

impl ApiError {
    /// An error with one entry whose two messages are the same sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let item = ErrorItem { long_message: message.clone(), message, code, meta: None };
        Self { status, errors: vec![item] }
    }

    /// The code of the first entry.
    pub fn code(&self) -> &'static str {
        self.errors.first().map_or("unknown", |item| item.code)
    }

    pub(crate) fn with_meta(mut self, meta: Value) -> Self {
        if let Some(item) = self.errors.first_mut() {
            item.meta = Some(meta);
        }
        self
    }

    pub(crate) fn param(code: &'static str, name: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, why.clone());
        error.errors[0].long_message = format!("{name} {why}.");
        error.with_meta(json!({ "param_name": name }))
    }

    /// 422 about a field, in a sentence that a form shows as it is.
    pub(crate) fn invalid(code: &'static str, name: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message).with_meta(json!({ "param_name": name }))
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::param("form_param_missing", name, "must be included")
    }

    pub(crate) fn format(name: &str, why: &str) -> Self {
        Self::param("form_param_format_invalid", name, why)
    }

    pub(crate) fn value(name: &str, why: &str) -> Self {
        Self::param("form_param_value_invalid", name, why)
    }

    pub(crate) fn unknown_params<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let errors = names
            .into_iter()
            .flat_map(|name| {
                let why = "is not a parameter this server knows";
                Self::param("form_param_unknown", name, why).errors
            })
            .collect();
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors }
    }

    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        let message = format!("No {kind} was found with id {id}");
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", message)
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(crate) fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "the emulator failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_clerk_error",
            "There was an internal error in the emulator; its log says more",
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        for item in &self.errors {
            write!(f, " {}: {}", item.code, item.long_message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "errors": self.errors, "clerk_trace_id": ids::hex(16) });
        (self.status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
