//! Everything that can go wrong, as an answer: the only place that knows both.
//!
//! Handlers return [`Error`]; its arms are named by what a caller can do about it. The response
//! carries a [`Failure`] which `http::middleware` renders as a problem document (RFC 9457) once the
//! request id is known, and logs once.

pub mod catalogue;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clerk::reverification::{Hint, Preset};
use crate::db::trouble::is_away;

/// What a handler answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A request that cannot be granted.
///
/// `code` is stable and meant for programs; `detail` is a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 402: the plan allows no more. Reading and deleting always work.
    #[error("{code}: {detail}")]
    LimitReached {
        code: &'static str,
        detail: Cow<'static, str>,
        /// The most there may be.
        limit: Option<u64>,
        /// How many there are.
        used: Option<u64>,
        /// The slug of the plan.
        plan: Option<String>,
        /// How many seats were bought, where Clerk tells.
        seats_quantity: Option<i64>,
    },
    /// 401: the credentials are missing or not accepted (RFC 9110 section 15.5.2, RFC 6750 section 3).
    #[error("{code}: {detail}")]
    Unauthorized { code: &'static str, detail: Cow<'static, str> },
    /// 403: known, but not allowed.
    #[error("{code}: {detail}")]
    Forbidden { code: &'static str, detail: String, permission: Option<&'static str> },
    /// 403: allowed, once the caller has verified a factor again; carries the hint that Clerk's front end acts upon.
    #[error("reverification_required")]
    ReverificationRequired { demanded: Preset },
    /// 404: absent, or another tenant's; the two look the same.
    #[error("{code}: {detail}")]
    NotFound { code: &'static str, detail: &'static str },
    /// 405: the path exists, the method does not.
    #[error("method_not_allowed")]
    MethodNotAllowed,
    /// 409: clashes with what is stored.
    #[error("{code}: {detail}")]
    Conflict { code: &'static str, detail: &'static str },
    /// 412: changed since the caller read it; carries the current entity tag.
    #[error("precondition_failed")]
    PreconditionFailed { etag: HeaderValue },
    /// 400: unreadable.
    #[error("{code}: {detail}")]
    Malformed { code: &'static str, detail: String },
    /// 413, 415: a body that is not taken at all.
    #[error("{code}: {detail}")]
    Unacceptable { status: StatusCode, code: &'static str, detail: String },
    /// 422: readable, but not acceptable; names every field.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// 422 of another kind than a field's.
    #[error("{code}: {detail}")]
    Unprocessable { code: &'static str, detail: String },
    /// 429: too much was asked for; nothing was done.
    #[error("rate_limited: {detail}")]
    TooManyRequests { detail: &'static str, retry_after: Duration },
    /// 503: try again in a moment.
    #[error("{code}: {detail}")]
    Unavailable { code: &'static str, detail: &'static str, retry_after: Duration, cause: Option<anyhow::Error> },
    /// 500: ours. The body says nothing of the cause, the log does.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// One unacceptable part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body, as a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/title")]
    pub pointer: Option<String>,
    /// Which query or path parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Stable, for programs.
    #[schema(value_type = String, example = "too_long")]
    pub code: &'static str,
    /// A sentence, for people.
    pub detail: String,
}

impl FieldError {
    /// An unacceptable member of the body; `pointer` is a JSON Pointer.
    pub fn body(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, code, detail: detail.into() }
    }

    /// An unacceptable query or path parameter.
    pub fn parameter(name: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(name.into()), code, detail: detail.into() }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl Error {
    /// No such path.
    pub const ROUTE_NOT_FOUND: Self =
        Self::NotFound { code: "route_not_found", detail: "There is nothing at this address." };

    /// The request took longer than the server allows.
    pub fn timeout() -> Self {
        Self::Unavailable {
            code: "timeout",
            detail: "The request took too long and was given up.",
            retry_after: Duration::from_secs(1),
            cause: None,
        }
    }

    /// More requests are in progress than the server takes on.
    pub const OVERLOADED: Self = Self::Unavailable {
        code: "overloaded",
        detail: "The server has too much to do at the moment.",
        retry_after: Duration::from_secs(1),
        cause: None,
    };

    /// The process runs, and cannot serve yet.
    pub const STARTING: Self = Self::Unavailable {
        code: "starting",
        detail: "The server is starting.",
        retry_after: Duration::from_secs(1),
        cause: None,
    };

    fn database_unavailable(cause: DbErr) -> Self {
        Self::Unavailable {
            code: "database_unavailable",
            detail: "The database cannot answer at the moment.",
            retry_after: Duration::from_secs(2),
            cause: Some(cause.into()),
        }
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::LimitReached { .. } => StatusCode::PAYMENT_REQUIRED,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::ReverificationRequired { .. } => StatusCode::FORBIDDEN,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::PreconditionFailed { .. } => StatusCode::PRECONDITION_FAILED,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Unacceptable { status, .. } => *status,
            Self::Invalid(_) | Self::Unprocessable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code of the answer.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LimitReached { code, .. }
            | Self::Unauthorized { code, .. }
            | Self::Forbidden { code, .. }
            | Self::NotFound { code, .. }
            | Self::Conflict { code, .. }
            | Self::Malformed { code, .. }
            | Self::Unacceptable { code, .. }
            | Self::Unprocessable { code, .. }
            | Self::Unavailable { code, .. } => code,
            Self::ReverificationRequired { .. } => "reverification_required",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::PreconditionFailed { .. } => "precondition_failed",
            Self::Invalid(_) => "validation_failed",
            Self::TooManyRequests { .. } => "rate_limited",
            Self::Internal(_) => "internal_error",
        }
    }

    fn detail(&self) -> Cow<'_, str> {
        match self {
            Self::LimitReached { detail, .. } | Self::Unauthorized { detail, .. } => detail.as_ref().into(),
            Self::Forbidden { detail, .. }
            | Self::Malformed { detail, .. }
            | Self::Unacceptable { detail, .. }
            | Self::Unprocessable { detail, .. } => detail.as_str().into(),
            Self::NotFound { detail, .. }
            | Self::Conflict { detail, .. }
            | Self::TooManyRequests { detail, .. }
            | Self::Unavailable { detail, .. } => (*detail).into(),
            Self::ReverificationRequired { .. } => {
                "Verify again that it is you, and repeat the request with a new token.".into()
            }
            Self::MethodNotAllowed => "This address does not answer that method; see the Allow header.".into(),
            Self::PreconditionFailed { .. } => {
                "It has changed since you read it. Read it again and repeat the change with the new ETag.".into()
            }
            Self::Invalid(errors) => match errors.as_slice() {
                [only] => only.detail.as_str().into(),
                _ => "Several parts of the request are not acceptable; see errors.".into(),
            },
            Self::Internal(_) => "Something went wrong on our side. The request id finds it in the log.".into(),
        }
    }

    /// The headers of the answer besides those that every answer carries.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self {
            Self::Unauthorized { code: "token_missing", .. } => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Unauthorized { code, .. } => {
                let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{code}\"");
                if let Ok(value) = HeaderValue::from_str(&challenge) {
                    headers.insert(header::WWW_AUTHENTICATE, value);
                }
            }
            Self::TooManyRequests { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
            }
            Self::PreconditionFailed { etag } => {
                headers.insert(header::ETAG, etag.clone());
            }
            _ => {}
        }
        headers
    }

    /// The problem document of this error (RFC 9457).
    pub fn problem(&self, request_id: &str) -> Problem {
        let code = self.code();
        let status = self.status();
        let (limit, used, plan, seats_quantity) = match self {
            Self::LimitReached { limit, used, plan, seats_quantity, .. } => {
                (*limit, *used, plan.clone(), *seats_quantity)
            }
            _ => (None, None, None, None),
        };
        Problem {
            kind: format!("urn:tenantry:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: self.detail().into_owned(),
            code,
            request_id: request_id.to_owned(),
            permission: if let Self::Forbidden { permission, .. } = self { *permission } else { None },
            limit,
            used,
            plan,
            seats_quantity,
            clerk_error: if let Self::ReverificationRequired { demanded } = self {
                Some((*demanded).into())
            } else {
                None
            },
            errors: if let Self::Invalid(errors) = self { Some(errors.clone()) } else { None },
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_away(&error) { Self::database_unavailable(error) } else { Self::Internal(error.into()) }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// The error behind a response, for the middleware that renders and logs it.
#[derive(Clone)]
pub struct Failure(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// An error answer: `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem; ends with `code`.
    #[serde(rename = "type")]
    #[schema(example = "urn:tenantry:problem:task_not_found")]
    pub kind: String,
    /// The status in words.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A sentence for people.
    pub detail: String,
    /// Stable, for programs.
    #[schema(value_type = String, example = "task_not_found")]
    pub code: &'static str,
    /// Finds the request in the log.
    pub request_id: String,
    /// The permission that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub permission: Option<&'static str>,
    /// With 402: the most that the plan allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// With 402: how many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// With 402: the plan's slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// With 402: how many seats the organization has bought, where the plan counts seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats_quantity: Option<i64>,
    /// With `reverification_required`: what Clerk's `useReverification` recognises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clerk_error: Option<Hint>,
    /// Each unacceptable part of the request (422).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldError>>,
}

/// The media type of a problem document.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The header that carries the request id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
