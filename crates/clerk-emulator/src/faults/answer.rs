//! Carrying a failure out: before the request is worked on, after it, or instead of it.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::Request,
    http::{StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http_body::Frame;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Failure;
use crate::ids;

/// The status, unless the connection is closed without an answer, and the response.
pub(super) async fn run(failure: Option<Failure>, request: Request, next: Next) -> (Option<u16>, Response) {
    let response = match failure {
        None => next.run(request).await,
        Some(Failure::Down) => return (None, hang_up()),
        Some(Failure::DropAfterApplying) => {
            next.run(request).await;
            return (None, hang_up());
        }
        Some(Failure::ErrorAfterApplying) => {
            next.run(request).await;
            refusal(500, "internal_clerk_error", None)
        }
        Some(Failure::Slow { ms }) => {
            sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(Failure::SlowAfterApplying { ms }) => {
            let response = next.run(request).await;
            sleep(Duration::from_millis(ms)).await;
            response
        }
        Some(Failure::Unavailable) => refusal(503, "service_unavailable", None),
        Some(Failure::BadGateway) => (StatusCode::BAD_GATEWAY, Html(PAGE)).into_response(),
        Some(Failure::TooManyRequests { retry_after }) => too_many_requests(retry_after),
        Some(Failure::Refuse { status, code, meta }) => refusal(status, &code, meta),
    };
    (Some(response.status().as_u16()), response)
}

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n";

fn too_many_requests(retry_after: u64) -> Response {
    let mut response = refusal(429, "too_many_requests", None);
    response.headers_mut().insert(RETRY_AFTER, retry_after.into());
    response
}

fn refusal(status: u16, code: &str, meta: Option<Value>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = format!("{} (on purpose)", status.canonical_reason().unwrap_or("Refused"));
    let mut error = json!({ "message": message, "long_message": message, "code": code });
    if let Some(meta) = meta {
        error["meta"] = meta;
    }
    (status, Json(json!({ "errors": [error], "clerk_trace_id": ids::hex(16) }))).into_response()
}

/// A response that makes the server close the connection before a byte of it was sent.
fn hang_up() -> Response {
    Body::new(Broken).into_response()
}

/// A body that fails at once: what was written of the head is then never flushed.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::Error::other("closed on purpose"))))
    }
}
