//! Every slice mounted, and every middleware, in order, on one screen.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi;

use crate::auth::{ApiRoutes, Callers, PublicRoutes};
use crate::error::Error;
use crate::http::around::{Next, around};
use crate::http::middleware::{Limits, wrap};
use crate::limits::{Door, Limiter, limit_address, limit_caller};
use crate::state::AppState;
use crate::{audit, billing, dashboard, events, health, mail, me, members, openapi, organizations, tasks, webhooks};

/// The whole service.
pub fn app(state: AppState, limits: &Limits) -> Router {
    let (api, public, document) = routes();
    // The last one added is the first to see a request.
    let router = guarded(api, &state)
        .merge(public)
        .merge(openapi::pages(document))
        .merge(dashboard::pages())
        .fallback(async || Error::ROUTE_NOT_FOUND)
        .layer(around(door(&state), limit_address));
    wrap(router, limits, &state.metrics).with_state(state)
}

/// Routes behind the check of tokens and the limits of callers. One layer: each copies and boxes what is inside of it for every
/// request.
fn guarded(api: Router<AppState>, state: &AppState) -> Router<AppState> {
    let callers = Callers { verifier: state.verifier.clone(), revocations: state.revocations.clone() };
    api.route_layer(around((callers, state.limiter.clone()), identify_and_limit))
}

/// Tells who calls, and holds them to their limits.
pub async fn identify_and_limit((callers, limiter): (Callers, Limiter), mut request: Request, next: Next) -> Response {
    match callers.identify(&mut request).await {
        Ok(()) => limit_caller(limiter, request, next).await,
        Err(refused) => refused.into_response(),
    }
}

fn door(state: &AppState) -> Door {
    Door { limiter: state.limiter.clone(), verifier: state.verifier.clone() }
}

/// The API document.
pub fn document() -> OpenApi {
    routes().2
}

/// The guarded routes, the public ones, and the document of both.
fn routes() -> (Router<AppState>, Router<AppState>, OpenApi) {
    let (api, described) = ApiRoutes::in_document(openapi::document())
        .nest("/api/tasks", tasks::router())
        .nest("/api/me", me::router())
        .nest("/api/me/preferences", mail::router())
        .nest("/api/members", members::router())
        .nest("/api/invitations", members::invitations_router())
        .nest("/api/audit-log", audit::router())
        .nest("/api/billing", billing::router())
        .nest("/api/events", events::router())
        .nest("/api", organizations::router())
        .nest("/api", tasks::person_router())
        .into_parts();
    let (public, mut document) = PublicRoutes::in_document(described)
        .merge(health::router())
        .nest("/api/webhooks", webhooks::router())
        .nest("/mail", mail::public_router())
        .into_parts();
    openapi::describe_operations(&mut document);
    (api, public, document)
}
