//! Extractors whose refusals are our [`Error`]: bodies and path parameters.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{Error, FieldError, Result};

/// A JSON body. 415 for another media type, 413 when too large, 400 when it is not JSON, 422 when it is not a `T`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        require_json(request.headers())?;
        let bytes = body(request, state).await?;
        parse_json(&bytes).map(Self)
    }
}

/// A JSON body that may be left out altogether.
#[derive(Debug, Clone, Copy, Default)]
pub struct OptionalJson<T>(pub Option<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let headers = request.headers().clone();
        let bytes = body(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        require_json(&headers)?;
        parse_json(&bytes).map(|value| Self(Some(value)))
    }
}

/// The largest body that is taken, in bytes: an extension of each request.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// The whole body, within the server's limit.
///
/// # Errors
/// 413 when it is too large, before it is read where its size is declared; 400 when it cannot be read.
pub async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    let limit = request.extensions().get::<BodyLimit>().map_or(u64::MAX, |BodyLimit(limit)| *limit as u64);
    // What is declared: nothing else is known of a body that is not read.
    if request.body().size_hint().lower() > limit {
        return Err(payload_too_large());
    }
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => payload_too_large(),
        _ => Error::Malformed { code: "body_unreadable", detail: "The body could not be read to its end.".into() },
    })
}

/// The answer to a body over the limit.
pub fn payload_too_large() -> Error {
    Error::Unacceptable {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "body_too_large",
        detail: "The body is larger than this server takes.".into(),
    }
}

/// Demands `application/json` or a `+json` type.
///
/// # Errors
/// 415.
pub fn require_json(headers: &HeaderMap) -> Result<()> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .unwrap_or_default();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json {
        return Ok(());
    }
    Err(Error::Unacceptable {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code: "unsupported_media_type",
        detail: "Send the body as application/json.".into(),
    })
}

/// Reads a JSON object into `T`.
///
/// # Errors
/// 400 when the bytes are not one JSON text; 422 with a JSON Pointer when they are not a `T`.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    read(bytes).map_err(|(pointer, error)| {
        // Reading stops at the first wrong value; only a second look tells whether the whole is JSON at all.
        match serde_json::from_slice::<Value>(bytes) {
            Ok(_) => unacceptable(pointer, &error),
            Err(error) => {
                Error::Malformed { code: "json_malformed", detail: format!("The body is not JSON: {error}.") }
            }
        }
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (String, serde_json::Error)> {
    // serde would read a list as the members of a struct in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err((String::new(), serde_json::Error::invalid_type(Unexpected::Seq, &"an object")));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| (pointer(error.path()), error.into_inner()))?;
    reader.end().map_err(|error| (String::new(), error))?;
    Ok(value)
}

fn unacceptable(mut pointer: String, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let (code, sentence) = match message.split(" at line ").next().unwrap_or_default() {
        s if s.starts_with("unknown field") => ("unknown_field", s),
        s if s.starts_with("missing field") => ("required", s),
        s if s.starts_with("duplicate field") => ("duplicate_field", s),
        s if s.starts_with("invalid type") => ("invalid_type", s),
        // What serde_json says of a number or a list in the place of a word.
        "expected value" => ("invalid_type", "invalid type: expected a string"),
        s => ("invalid_value", s),
    };
    // Of a missing or repeated member only the sentence says the name; the path ends at the object around it.
    if let ("required" | "duplicate_field", Some(name)) = (code, sentence.split('`').nth(1)) {
        pointer.push('/');
        pointer.push_str(name);
    }
    FieldError::body(pointer, code, format!("{sentence}.")).into()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// For a field where `null` is not the same as absent: use with `#[serde(default, deserialize_with = "present")]`.
///
/// # Errors
/// Those of `T`.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The parameters of the path. A malformed one is 422, and named.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        use axum::extract::path::ErrorKind;
        use axum::extract::rejection::PathRejection;
        let rejection = match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => return Ok(Self(value)),
            Err(rejection) => rejection,
        };
        let parameter = match &rejection {
            PathRejection::FailedToDeserializePathParams(failed) => match failed.kind() {
                ErrorKind::ParseErrorAtKey { key, .. } | ErrorKind::DeserializeError { key, .. } => key.clone(),
                ErrorKind::InvalidUtf8InPathParam { .. } => {
                    return Err(Error::Malformed { code: "path_malformed", detail: "The path is not UTF-8.".into() });
                }
                _ => String::new(),
            },
            _ => return Err(anyhow::Error::new(rejection).context("path parameters").into()),
        };
        let detail = format!("{parameter} in the path is malformed.");
        Err(FieldError::parameter(parameter, "invalid_value", detail).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its reading matters")]
        title: Option<String>,
        #[expect(dead_code, reason = "only its reading matters")]
        labels: Option<Vec<String>>,
    }

    #[test]
    fn a_mistake_in_the_body_is_pointed_at() {
        for (body, pointer, code) in [
            (r#"{"title": 1}"#, "/title", "invalid_type"),
            (r#"{"labels": ["a", 2]}"#, "/labels/1", "invalid_type"),
            (r#"{"a/b~c": 1}"#, "/a~1b~0c", "unknown_field"),
            (r#"{"title": "a", "title": "b"}"#, "/title", "duplicate_field"),
            ("[]", "", "invalid_type"),
            (r#"["a", null]"#, "", "invalid_type"),
        ] {
            match parse_json::<Sample>(body.as_bytes()) {
                Err(Error::Invalid(errors)) => {
                    assert_eq!((errors[0].pointer.as_deref(), errors[0].code), (Some(pointer), code), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in
            [&b"{"[..], b"", b"{} {}", b"\xff", b"{\"title\": \"\xff\"}", b"{\"title\": \"\\ud800\"}", b"{\"title\": 1"]
        {
            assert!(matches!(parse_json::<Sample>(body), Err(Error::Malformed { .. })), "{body:?}");
        }
    }
}
