//! JSON bodies: an object read field by field, with Clerk's error for each way to be wrong.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use serde_json::Value;

use crate::{ApiError, Metadata, Result};

/// The JSON object of a request; no body counts as an empty one.
#[derive(Debug)]
pub(super) struct Fields(Metadata);

/// The JSON array of objects of a bulk request.
pub(super) struct FieldsList(pub(super) Vec<Fields>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        match json_body(request, state).await? {
            None => Ok(Self(Metadata::new())),
            Some(value) => Self::from_value(value),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for FieldsList {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let Some(Value::Array(items)) = json_body(request, state).await? else {
            return Err(invalid_body("The body must be a JSON array"));
        };
        let items: Result<Vec<Fields>> = items.into_iter().map(Fields::from_value).collect();
        Ok(Self(items?))
    }
}

async fn json_body<S: Send + Sync>(request: Request, state: &S) -> Result<Option<Value>> {
    let is_json = is_json(request.headers());
    let body = Bytes::from_request(request, state).await.map_err(|rejection| {
        let status = rejection.status();
        let code = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "request_body_too_large",
            _ => "request_body_invalid",
        };
        ApiError::new(status, code, rejection.body_text())
    })?;
    if body.is_empty() {
        return Ok(None);
    }
    if !is_json {
        let message = "The Content-Type must be application/json";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(status, "unsupported_content_type", message));
    }
    let parsed = serde_json::from_slice(&body);
    parsed.map(Some).map_err(|_| invalid_body("The body is not valid JSON"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn invalid_body(message: &str) -> ApiError {
    ApiError::bad_request("request_body_invalid", message)
}

impl Fields {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(invalid_body("The body must be a JSON object")),
        }
    }

    /// Refuses every field but these, naming all the others.
    pub(super) fn only(&self, known: &[&str]) -> Result<()> {
        let unknown: Vec<&str> = self.0.keys().map(String::as_str).filter(|name| !known.contains(name)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ApiError::unknown_params(unknown))
    }

    /// A text; null counts as absent.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        Ok(self.nullable_text(name)?.flatten())
    }

    /// A text that must be there and hold something.
    pub(super) fn required_text(&self, name: &str) -> Result<String> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| ApiError::missing(name))
    }

    /// `None` when absent, `Some(None)` when null.
    pub(super) fn nullable_text(&self, name: &str) -> Result<Option<Option<String>>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text.clone()))),
            Some(_) => Err(ApiError::format(name, "must be a string")),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>> {
        let wrong = || ApiError::format(name, "must be an array of strings");
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(ApiError::format(name, "must be a boolean")),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(ApiError::format(name, "must be an integer")),
            },
        }
    }

    /// An integer that is not negative.
    pub(super) fn count(&self, name: &str) -> Result<Option<u64>> {
        let too_small = |_| ApiError::value(name, "must not be negative");
        self.integer(name)?.map(|n| u64::try_from(n).map_err(too_small)).transpose()
    }

    pub(super) fn metadata(&self, name: &str) -> Result<Option<Metadata>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map.clone())),
            Some(_) => Err(ApiError::format(name, "must be an object")),
        }
    }
}
