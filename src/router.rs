//! Every slice mounted, and every middleware, in order, on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::OpenApi;

use crate::auth::{ApiRoutes, PublicRoutes, authenticate};
use crate::error::Error;
use crate::http::middleware::{Limits, wrap};
use crate::limits::{Door, limit_address, limit_caller};
use crate::state::AppState;
use crate::{audit, billing, dashboard, events, health, mail, me, members, openapi, organizations, tasks, webhooks};

/// The whole service.
pub fn app(state: AppState, limits: &Limits) -> Router {
    let (api, public, document) = routes();
    // The last one added is the first to see a request.
    let callers = (state.verifier.clone(), state.revocations.clone());
    let api = api
        .route_layer(from_fn_with_state(state.limiter.clone(), limit_caller))
        .route_layer(from_fn_with_state(callers, authenticate));
    let door = Door { limiter: state.limiter.clone(), verifier: state.verifier.clone() };
    let router = api
        .merge(public)
        .merge(openapi::pages(document))
        .merge(dashboard::pages())
        .fallback(async || Error::ROUTE_NOT_FOUND)
        .layer(from_fn_with_state(door, limit_address));
    wrap(router, limits, &state.metrics).with_state(state)
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
