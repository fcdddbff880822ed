//! The handler of `/api/events`.

use std::str::FromStr;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::Sse;
use axum::response::{IntoResponse, Response};

use super::Feed;
use super::event::ChangeEvent;
use super::stream::Listening;
use crate::auth::{ApiRoutes, RequireMember, Revocations};
use crate::error::{Problem, Result};
use crate::guarded_routes;
use crate::http::query::NoQuery;
use crate::state::AppState;

/// The route under `/api/events`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(listen_to_events))
}

/// A place in a tenant's events, as a client brings it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) tenant: String,
    pub(super) seq: i64,
}

impl Place {
    pub(super) fn id(tenant: &str, seq: i64) -> String {
        format!("{tenant}:{seq}")
    }

    /// What cannot be read is a place of nobody's, which begins anew.
    fn brought(headers: &HeaderMap) -> Option<Self> {
        let id = headers.get("last-event-id").filter(|id| !id.is_empty())?;
        let place = id.to_str().ok().and_then(|id| id.parse().ok());
        Some(place.unwrap_or(Self { tenant: String::new(), seq: 0 }))
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(id: &str) -> Result<Self, ()> {
        let (tenant, seq) = id.rsplit_once(':').ok_or(())?;
        Ok(Self { tenant: tenant.to_owned(), seq: seq.parse().ok().filter(|seq| *seq >= 0).ok_or(())? })
    }
}

/// Listen to what changes.
///
/// Server-sent events of the active organization, to be read with a Bearer token (a browser's `EventSource` sends none; use
/// `fetch`). Each is news of something that the caller may read; read it anew.
///
/// | event | |
/// | --- | --- |
/// | `ready` | the stream has begun, or goes on |
/// | `change` | something was changed: see ChangeEvent |
/// | `reset` | events were missed that are not kept: read everything anew |
/// | `end` | the stream ends now: with `{"code": "token_expired"}` and the like come back with a fresh token, with `unavailable` later |
///
/// Each carries an `id`: send the last one back as `Last-Event-ID`, and what was missed meanwhile comes first. A line of comment comes
/// every fifteen seconds. The stream ends with the token, so that clients come back every minute.
#[utoipa::path(
    get, path = "/", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was heard")),
    responses(
        (status = 200, description = "The stream", body = ChangeEvent, content_type = "text/event-stream"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn listen_to_events(
    guard: RequireMember,
    State(feed): State<Feed>,
    State(revocations): State<Revocations>,
    _: NoQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let listener = feed.listen(&guard.db, &guard.user.user_id).await?;
    let caller = (guard.user, guard.db);
    let means = (revocations, feed.clock());
    let listening = Listening::begin(caller, means, listener, Place::brought(&headers)).await?;
    let mut response = Sse::new(listening.frames()).into_response();
    // A proxy that collects answers would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
