//! Forms, of bodies and of queries alike: names may repeat, and an empty value is not an absent one.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
};
use serde_json::Value;

use crate::{ApiError, Metadata, Result};

/// The fields of a form, in order.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// That of a body; no body is an empty one.
    pub(super) async fn of_body(request: Request) -> Result<Self> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_form =
            kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded") || kind.starts_with("text/plain");
        let body = Bytes::from_request(request, &()).await;
        let body =
            body.map_err(|refused| ApiError::new(refused.status(), "request_body_invalid", refused.body_text()))?;
        if !is_form && !body.is_empty() {
            let message = "The local Clerk reads application/x-www-form-urlencoded here";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_type", message));
        }
        Ok(Self::parse(&body))
    }

    /// The value, empty or not.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value if it holds something.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.trim().is_empty())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// `None` when absent, `Some(None)` when empty, which is how these forms write null.
    pub(super) fn nullable(&self, name: &str) -> Option<Option<String>> {
        let value = self.value(name)?;
        Some((!value.is_empty()).then(|| value.to_owned()))
    }

    /// Every value of a repeated name that holds something.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let own = self.0.iter().filter(|(own, value)| own == name && !value.is_empty());
        own.map(|(_, value)| value.as_str()).collect()
    }

    /// An object, which travels as JSON text.
    pub(super) fn metadata(&self, name: &str) -> Result<Option<Metadata>> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            _ => Err(ApiError::format(name, "must be an object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_absent_and_repeated_are_three_things() {
        let form = Form::parse(b"first_name=&email=a%40x.example&email=b%40x.example&note=a+b");
        assert_eq!(form.nullable("first_name"), Some(None));
        assert_eq!(form.nullable("last_name"), None);
        assert_eq!(form.all("email"), ["a@x.example", "b@x.example"]);
        assert_eq!(form.text("note"), Some("a b"));
        assert_eq!(form.text("first_name"), None);
    }
}
