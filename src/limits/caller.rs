//! What a verified caller may ask for, and their tenant.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::{Class, Limiter};
use crate::auth::AuthUser;
use crate::db::holding;
use crate::error::Error;
use crate::http::around::{Next, run};

/// That a caller answers for a request though nothing is counted: their plan multiplies by nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unlimited;

/// Counts the request against its caller and tenant, and waits for one of the tenant's turns.
///
/// Keyed by tenant and person, so that neither a fresh token nor another session begins anew.
pub async fn limit_caller(limiter: Limiter, request: Request, next: Next) -> Response {
    // Nobody was verified: the guard refuses.
    let Some(user) = request.extensions().get::<AuthUser>().cloned() else { return run(next, request).await };
    let standing = limiter.count(Class::of(request.method(), request.uri()), &user);
    if let Some(standing) = standing
        && let Some(wait) = standing.wait
    {
        return standing.refusal(wait);
    }
    let mut response = match limiter.enter_tenant(&user).await {
        // A statement outlives a caller who hangs up, and the turn with it.
        Some(turn) => holding(Arc::new(turn), run(next, request)).await,
        None => crowded().into_response(),
    };
    match standing {
        Some(standing) => standing.write(response.headers_mut()),
        None => {
            response.extensions_mut().insert(Unlimited);
        }
    }
    response
}

/// More requests of one party wait than may.
pub(super) fn crowded() -> Error {
    let detail = "Too many requests are in progress already; wait for some of their answers.";
    Error::TooManyRequests { detail, retry_after: Duration::from_secs(1) }
}
