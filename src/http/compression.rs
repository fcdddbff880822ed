//! Compression, in the way only of the answers that are worth it.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

/// The encodings that a caller accepts, as they say it.
#[derive(Debug)]
pub(super) struct Accepted {
    first: Option<HeaderValue>,
    others: Vec<HeaderValue>,
}

impl Accepted {
    /// Those of the sender of a request.
    pub(super) fn by(request: &Request) -> Self {
        let mut values = request.headers().get_all(header::ACCEPT_ENCODING).iter().cloned();
        Self { first: values.next(), others: values.collect() }
    }

    /// An answer, compressed when it is worth it and accepted.
    pub(super) async fn press(self, response: Response) -> Response {
        let predicate = DefaultPredicate::new().and(untagged);
        if !self.has_weights() && !predicate.should_compress(&response) {
            return response;
        }
        let mut response = Some(response);
        let answer = service_fn(move |_: Request| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
        let mut request = Request::new(Body::empty());
        request.headers_mut().extend(self.values().map(|value| (header::ACCEPT_ENCODING, value.clone())));
        let layer = CompressionLayer::new().compress_when(predicate);
        let pressed = layer.layer(answer).oneshot(request).await.unwrap_or_else(|never| match never {});
        pressed.into_response()
    }

    /// Whether even an answer as it is may not be accepted, which takes a weight of 0 (RFC 9110 section 12.5.3).
    fn has_weights(&self) -> bool {
        self.values().any(|value| value.as_bytes().contains(&b';'))
    }

    fn values(&self) -> impl Iterator<Item = &HeaderValue> {
        self.first.iter().chain(&self.others)
    }
}

/// A strong entity tag names one sequence of bytes (RFC 9110 section 8.8.3), so a tagged answer is not compressed.
fn untagged(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ETAG)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pressed(accepted: &[&'static str], tag: Option<&'static str>, size: usize) -> Response {
        let mut request = Request::new(Body::empty());
        for value in accepted {
            request.headers_mut().append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        let mut response = Response::new(Body::from("a".repeat(size)));
        response.headers_mut().extend(tag.map(|tag| (header::ETAG, HeaderValue::from_static(tag))));
        Accepted::by(&request).press(response).await
    }

    fn header(response: &Response, name: header::HeaderName) -> &str {
        response.headers().get(name).map_or("-", |value| value.to_str().unwrap_or("?"))
    }

    /// What is accepted, the answer's tag and size; then its encoding and what it varies by.
    type Case = (&'static [&'static str], Option<&'static str>, usize, &'static str, &'static str);

    #[tokio::test]
    async fn what_is_large_and_untagged_is_compressed_for_who_accepts_it_and_varies() {
        let cases: [Case; 7] = [
            (&["gzip"], None, 1000, "gzip", "accept-encoding"),
            (&["br", "gzip;q=0.5"], None, 1000, "gzip", "accept-encoding"),
            (&["br"], None, 1000, "-", "accept-encoding"),
            (&[], None, 1000, "-", "accept-encoding"),
            (&["gzip"], Some("\"v1\""), 1000, "-", "-"),
            (&["gzip;q=1"], Some("\"v1\""), 1000, "-", "-"),
            (&["gzip"], None, 10, "-", "-"),
        ];
        for (accepted, tag, size, encoding, vary) in cases {
            let response = pressed(accepted, tag, size).await;
            let found = (header(&response, header::CONTENT_ENCODING), header(&response, header::VARY));
            assert_eq!(found, (encoding, vary), "{accepted:?} {tag:?} {size}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_may_not_be_sent_in_any_form_is_not_acceptable() {
        for (accepted, status) in [("identity;q=0", StatusCode::NOT_ACCEPTABLE), ("identity", StatusCode::OK)] {
            assert_eq!(pressed(&[accepted], Some("\"v1\""), 1000).await.status(), status, "{accepted}");
        }
    }
}
