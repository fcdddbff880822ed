//! Clerk's Backend API under `/v1`: routes, the secret key, the version header. One file per resource.

mod billing;
mod fields;
mod invitations;
mod jwks;
mod memberships;
mod organizations;
mod params;
mod people;
mod roles;
mod sessions;
mod sign_in_tokens;
mod users;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, patch, post},
};

use crate::{ApiError, Emulator, Result, extract::Path, router::unknown_route};
use fields::Fields;
use params::Params;

/// Versions of the Backend API that Clerk has published.
const VERSIONS: [&str; 5] = ["2021-02-05", "2024-10-01", "2025-04-10", "2025-11-10", "2026-05-12"];
const VERSION_HEADER: &str = "clerk-api-version";
const VERSION_PARAM: &str = "__clerk_api_version";

pub(crate) fn router(emulator: &Emulator) -> Router<Emulator> {
    Router::new()
        .merge(user_routes())
        .merge(organization_routes())
        .merge(member_routes())
        .route("/organization_roles", get(roles::list))
        .route("/role_sets", get(roles::list_sets))
        .route("/role_sets/{role_set_key_or_id}", get(roles::get_set))
        .route("/sessions", get(sessions::list).post(sessions::create))
        .route("/sessions/{session_id}", get(sessions::get))
        .route("/sessions/{session_id}/revoke", post(sessions::revoke))
        .route("/sessions/{session_id}/tokens", post(sessions::create_token))
        .route("/sign_in_tokens", post(sign_in_tokens::create))
        .route("/sign_in_tokens/{sign_in_token_id}/revoke", post(sign_in_tokens::revoke))
        .route("/testing_tokens", post(sign_in_tokens::create_testing_token))
        .route("/jwks", get(jwks::get))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
        .layer(from_fn_with_state(emulator.clone(), admit))
}

fn user_routes() -> Router<Emulator> {
    let user = get(users::get).patch(users::update).delete(users::delete);
    Router::new()
        .route("/users", get(users::list).post(users::create))
        .route("/users/count", get(users::count))
        .route("/users/{user_id}", user)
        .route("/users/{user_id}/ban", post(users::ban))
        .route("/users/{user_id}/unban", post(users::unban))
        .route("/users/{user_id}/organization_memberships", get(memberships::list_of_user))
        .route("/users/{user_id}/billing/subscription", get(billing::of_user))
}

fn organization_routes() -> Router<Emulator> {
    let all = get(organizations::list).post(organizations::create);
    let one = get(organizations::get).patch(organizations::update).delete(organizations::delete);
    let metadata = patch(organizations::merge_metadata).put(organizations::replace_metadata);
    Router::new()
        .route("/organizations", all)
        .route("/organizations/{organization_id}", one)
        .route("/organizations/{organization_id}/metadata", metadata)
}

fn member_routes() -> Router<Emulator> {
    let members = get(memberships::list).post(memberships::create);
    let member = patch(memberships::update).delete(memberships::delete);
    let invitations = get(invitations::list).post(invitations::create);
    let own = Router::new()
        .route("/memberships", members)
        .route("/memberships/{user_id}", member)
        .route("/memberships/{user_id}/metadata", patch(memberships::merge_metadata))
        .route("/billing/subscription", get(billing::of_organization))
        .route("/invitations", invitations)
        .route("/invitations/bulk", post(invitations::create_bulk))
        .route("/invitations/{invitation_id}", get(invitations::get))
        .route("/invitations/{invitation_id}/revoke", post(invitations::revoke));
    Router::new().nest("/organizations/{organization_id}", own)
}

/// Lets a request through that carries the secret key and a version Clerk knows.
async fn admit(State(emulator): State<Emulator>, request: Request, next: Next) -> Result<Response> {
    check_key(request.headers(), &emulator.secret_key())?;
    check_version(request.headers(), request.uri().query())?;
    Ok(next.run(request).await)
}

fn check_key(headers: &HeaderMap, secret_key: &str) -> Result<()> {
    let unauthorized = |code, message: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, message);
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(given) = given.and_then(|value| value.strip_prefix("Bearer ")) else {
        let message = "The Authorization header must be Bearer and the instance's secret key";
        return Err(unauthorized("authorization_header_format_invalid", message));
    };
    verify_slices_are_equal(given.trim().as_bytes(), secret_key.as_bytes()).map_err(|_| {
        let message = "The provided Clerk Secret Key is invalid";
        unauthorized("clerk_key_invalid", message)
    })
}

fn check_version(headers: &HeaderMap, query: Option<&str>) -> Result<()> {
    let header = headers.get(VERSION_HEADER).map(|value| value.to_str().unwrap_or_default());
    let pairs = query.unwrap_or_default().split('&');
    let mut in_query = pairs.filter_map(|pair| pair.strip_prefix(VERSION_PARAM)?.strip_prefix('='));
    let version = match (header, in_query.next()) {
        (Some(_), Some(_)) => {
            let message = "Name the API version in the header or in the query, not in both";
            return Err(ApiError::bad_request("bad_request", message));
        }
        (header, in_query) => header.or(in_query),
    };
    match version {
        Some(version) if !VERSIONS.contains(&version) => {
            let message = format!("{version} is not a version of this API");
            Err(ApiError::bad_request("api_version_invalid", message))
        }
        _ => Ok(()),
    }
}
