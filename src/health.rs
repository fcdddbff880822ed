//! Liveness and readiness, and what is served at the root.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::auth::PublicRoutes;
use crate::clerk::Verifier;
use crate::dashboard;
use crate::db::Db;
use crate::state::AppState;

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

/// How the program is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok` or `unavailable`.
    #[schema(value_type = String)]
    pub status: &'static str,
    /// `ok` or `unavailable`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<&'static str>,
    /// Whether the keys that verify tokens are loaded.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<&'static str>,
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
    Json(Health { status: "ok", database: None, keys: None })
}

/// Can it serve?
///
/// Asks the database, and whether the keys that verify tokens are loaded.
#[utoipa::path(
    get, path = "/readyz", tag = "service",
    responses((status = 200, description = "It can", body = Health), (status = 503, description = "It cannot; the body says what is missing", body = Health)),
)]
pub async fn get_readyz(State(db): State<Db>, State(verifier): State<Verifier>) -> (StatusCode, Json<Health>) {
    let word = |fine: bool| if fine { "ok" } else { "unavailable" };
    let database = matches!(tokio::time::timeout(Duration::from_secs(2), db.ping()).await, Ok(Ok(())));
    let keys = verifier.keys_ready();
    let status = if database && keys { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { status: word(database && keys), database: Some(word(database)), keys: Some(word(keys)) }))
}

/// How is it?
///
/// The same as `/readyz`.
#[utoipa::path(
    get, path = "/health", tag = "service",
    responses((status = 200, description = "It can serve", body = Health), (status = 503, description = "It cannot; the body says what is missing", body = Health)),
)]
pub async fn get_health(db: State<Db>, verifier: State<Verifier>) -> (StatusCode, Json<Health>) {
    get_readyz(db, verifier).await
}
