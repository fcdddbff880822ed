//! Liveness and readiness, and what is served at the root.

mod readiness;
mod report;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::auth::PublicRoutes;
use crate::dashboard;
use crate::state::AppState;

pub use readiness::Readiness;
pub use report::Health;

/// The routes at the root. They are public.
pub fn router() -> PublicRoutes<AppState> {
    PublicRoutes::new()
        .because("It says what this is, and nothing else.", routes!(get_root))
        .because("Probes have no token.", routes!(get_livez))
        .because("Probes have no token.", routes!(get_readyz))
        .because("Probes have no token.", routes!(get_health))
}

/// What this server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct About {
    /// The product.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// For people.
    #[schema(value_type = String)]
    pub message: &'static str,
    /// The program's version.
    #[schema(value_type = String)]
    pub version: &'static str,
    /// Where to go from here.
    pub links: Links,
}

/// Where to go from the root.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    /// The documentation of the API.
    #[schema(value_type = String)]
    pub docs: &'static str,
    /// The API document.
    #[schema(value_type = String)]
    pub openapi: &'static str,
    /// Health.
    #[schema(value_type = String)]
    pub health: &'static str,
}

/// What is this?
///
/// A browser is sent to the dashboard or, where that is not built, to the documentation.
#[utoipa::path(
    get, path = "/", tag = "service",
    responses((status = 200, description = "Name, version, links", body = About), (status = 303, description = "A browser, to the dashboard or the documentation")),
)]
pub async fn get_root(headers: HeaderMap) -> Response {
    let html =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|a| a.contains("text/html"));
    // A cache must not give a browser's answer to a program, or the other way round.
    let vary = [(header::VARY, "accept")];
    if html {
        let page = if dashboard::is_built() { dashboard::HOME } else { "/docs/" };
        return (vary, Redirect::to(page)).into_response();
    }
    let about = Json(About {
        name: "Tenantry",
        message: "A multi-tenant API for Clerk organizations.",
        version: env!("CARGO_PKG_VERSION"),
        links: Links { docs: "/docs/", openapi: "/openapi.json", health: "/health" },
    });
    (vary, about).into_response()
}

/// Is the process alive?
#[utoipa::path(get, path = "/livez", tag = "service", responses((status = 200, description = "Alive", body = Health)))]
pub async fn get_livez() -> Json<Health> {
    Json(Health::alive())
}

/// Can it serve?
///
/// Whether the database answers, the keys that verify tokens are there, and the process is not about to end. What is worse than
/// usual but keeps nobody from working is named in `degraded`. The database is asked at most once a second.
#[utoipa::path(
    get, path = "/readyz", tag = "service",
    responses((status = 200, description = "It can", body = Health), (status = 503, description = "It cannot; the body says what is missing", body = Health)),
)]
pub async fn get_readyz(State(readiness): State<Readiness>) -> (StatusCode, Json<Health>) {
    let health = readiness.look().await;
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

/// How is it?
///
/// The same as `/readyz`.
#[utoipa::path(
    get, path = "/health", tag = "service",
    responses((status = 200, description = "It can serve", body = Health), (status = 503, description = "It cannot; the body says what is missing", body = Health)),
)]
pub async fn get_health(readiness: State<Readiness>) -> (StatusCode, Json<Health>) {
    get_readyz(readiness).await
}
