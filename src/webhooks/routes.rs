//! The handler, and its answer.

use axum::Json;
use axum::extract::{Request, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Signatures, receive};
use crate::auth::Revocations;
use crate::db::Db;
use crate::error::{Problem, Result};
use crate::http::extract::body;
use crate::mail::Mail;
use crate::metrics::Metrics;

/// That a delivery was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Received {
    /// Always true.
    pub received: bool,
}

/// Receive an event from Clerk.
///
/// For Clerk alone, through Svix: the signature is the authentication. A delivery counts once, however often it comes; any
/// answer but 200 has it sent again, under the same id.
#[utoipa::path(
    post, path = "/clerk", tag = "webhooks",
    params(
        ("svix-id" = String, Header, description = "The message's id, the same on every attempt", max_length = 255),
        ("svix-timestamp" = i64, Header, description = "When the attempt was made, in Unix seconds; five minutes of tolerance"),
        ("svix-signature" = String, Header, description = "`v1,` and base64, one or more, a space between"),
    ),
    request_body(content = Object, description = "The event, with `type`, `data` and `timestamp`"),
    responses(
        (status = 200, description = "Applied now or before, or of no interest", body = Received),
        (status = 400, description = "`signature_invalid`, or `event_malformed`: no JSON object with a `type`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`event_unreadable`: data that is not what the type says", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`webhook_secret_missing`, or the database is away", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn receive_clerk_webhook(
    State(db): State<Db>,
    State(signatures): State<Signatures>,
    State(revocations): State<Revocations>,
    State(mail): State<Mail>,
    State(metrics): State<Metrics>,
    request: Request,
) -> Result<Json<Received>> {
    signatures.demand_secret()?;
    let headers = request.headers().clone();
    let body = body(request, &()).await?;
    let message = signatures.verify(&headers, &body)?;
    receive::receive(&db, &revocations, &mail, &metrics, &message, &body).await?;
    Ok(Json(Received { received: true }))
}
