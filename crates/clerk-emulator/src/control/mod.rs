//! The emulator's own endpoints, for people with curl: tokens, people, keys, deliveries, reset;
//! billing, faults and settings in files of their own.
//!
//! They ask for no credential, so pages of other origins are turned away.

mod billing;
mod clock;
mod faults;
mod instance;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, HOST, ORIGIN},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    ApiError, Emulator, Result, Rotation, TokenRequest,
    extract::{Path, Query},
    frontend_api::is_local,
    json,
};

pub(crate) fn router() -> Router<Emulator> {
    Router::new()
        .route("/token/{user}", get(token))
        .route("/accept", get(accept_ticket))
        .route("/control/people", get(people))
        .route("/control/invitations/{id}/accept", post(accept))
        .route("/control/invitations/{id}/expire", post(expire))
        .route("/control/rotate-keys", post(rotate_keys))
        .route("/control/deliveries", get(deliveries))
        .route("/control/deliveries/{id}/redeliver", post(redeliver))
        .route("/control/announce", post(announce))
        .route("/control/reset", post(reset))
        .merge(billing::router())
        .merge(clock::router())
        .merge(faults::router())
        .merge(instance::router())
        .layer(from_fn(refuse_other_sites))
}

/// A page the person happens to visit must not mint tokens here: browsers name their origin on
/// every request across origins that can change something, and the site on all of them.
pub(crate) async fn refuse_other_sites(request: Request, next: Next) -> Result<Response> {
    if is_foreign(request.headers()) {
        let message = "This endpoint is for the command line and the emulator's own pages";
        return Err(ApiError::forbidden("authorization_invalid", message));
    }
    Ok(next.run(request).await)
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST.as_str()).unwrap_or_default();
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    // A public name that resolves to this machine would make a foreign page look like our own.
    !is_local(host)
        || text(ORIGIN.as_str()).is_some_and(|origin| !own(origin))
        || text("sec-fetch-site") == Some("cross-site")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenQuery {
    org: Option<String>,
    azp: Option<String>,
    ttl: Option<i64>,
    v: Option<u8>,
    fva: Option<String>,
}

/// A session token as plain text, so that `$(curl …)` is all a script needs.
async fn token(
    State(emulator): State<Emulator>,
    Path(user): Path<String>,
    Query(query): Query<TokenQuery>,
) -> Result<impl IntoResponse> {
    let mut request = TokenRequest::for_user(&user);
    request = match query.v {
        None | Some(2) => request,
        Some(1) => request.version(1),
        Some(_) => return Err(ApiError::value("v", "must be 1 or 2")),
    };
    if let Some(azp) = query.azp {
        request = if azp.is_empty() { request.without_azp() } else { request.azp(azp) };
    }
    if let Some(seconds) = query.ttl {
        request = request.lifetime(within_a_year(seconds)?);
    }
    if let Some(ages) = query.fva {
        request = request.fva(factor_ages(&ages)?);
    }
    if let Some(organization) = chosen_organization(&emulator, &user, query.org)? {
        request = request.organization(organization);
    }
    Ok(([(CACHE_CONTROL, "no-store")], emulator.session_token(&request)?))
}

/// `first,second` in minutes, -1 for never; `none` for a token without the claim.
fn factor_ages(text: &str) -> Result<Option<[i64; 2]>> {
    if text == "none" {
        return Ok(None);
    }
    let age = |text: &str| text.trim().parse::<i64>().ok().filter(|age| *age >= -1);
    let ages = text.split_once(',').and_then(|(first, second)| Some([age(first)?, age(second)?]));
    ages.map(Some).ok_or_else(|| ApiError::value("fva", "must be two ages in minutes such as 0,-1, or none"))
}

fn within_a_year(seconds: i64) -> Result<i64> {
    const YEAR: i64 = 365 * 24 * 60 * 60;
    if (-YEAR..=YEAR).contains(&seconds) {
        return Ok(seconds);
    }
    Err(ApiError::value("ttl", "must be within a year, in seconds"))
}

/// `none` for none; without a choice the first organization the person joined.
fn chosen_organization(emulator: &Emulator, user: &str, choice: Option<String>) -> Result<Option<String>> {
    match choice.as_deref() {
        Some("none") => Ok(None),
        Some(_) => Ok(choice),
        None => emulator.read(|state| {
            let user = state.find_user(user)?;
            let first = state.memberships_of(&user.id).next();
            Ok(first.map(|membership| membership.organization_id.clone()))
        }),
    }
}

async fn people(State(emulator): State<Emulator>) -> impl IntoResponse {
    Json(emulator.people())
}

async fn accept(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    let membership = emulator.accept_invitation(&id)?;
    Ok(Json(emulator.read(|state| json::membership(state, &membership))))
}

async fn expire(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<Json<Value>> {
    let invitation = emulator.expire_invitation(&id)?;
    Ok(Json(emulator.read(|state| json::invitation(state, &invitation))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticket {
    #[serde(default)]
    ticket: String,
}

/// Where the link of an invitation leads.
async fn accept_ticket(State(emulator): State<Emulator>, Query(Ticket { ticket }): Query<Ticket>) -> Result<String> {
    let invitation = emulator.read(|state| {
        let mut all = state.invitations.iter();
        all.find(|i| i.ticket == ticket).map(|i| i.id.clone())
    });
    let invitation =
        invitation.ok_or_else(|| ApiError::bad_request("ticket_invalid_code", "This invitation link is not valid"))?;
    let membership = emulator.accept_invitation(&invitation)?;
    let organization = emulator.organization(&membership.organization_id)?;
    Ok(format!("Welcome to {} ({})\n", organization.name, membership.role))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationQuery {
    #[serde(default)]
    same_kid: bool,
}

async fn rotate_keys(State(emulator): State<Emulator>, Query(query): Query<RotationQuery>) -> Result<Json<Value>> {
    let rotation = if query.same_kid { Rotation::SameKid } else { Rotation::NewKid };
    let work = {
        let emulator = emulator.clone();
        move || emulator.rotate_keys(rotation)
    };
    let rotated = tokio::task::spawn_blocking(work).await;
    let kid = rotated.map_err(|error| ApiError::internal(&error))??;
    Ok(Json(json!({ "kid": kid, "jwks": emulator.jwks() })))
}

async fn deliveries(State(emulator): State<Emulator>) -> impl IntoResponse {
    Json(emulator.deliveries())
}

async fn redeliver(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<StatusCode> {
    emulator.redeliver(&id)?;
    Ok(StatusCode::ACCEPTED)
}

async fn announce(State(emulator): State<Emulator>) -> Result<StatusCode> {
    emulator.announce_all()?;
    Ok(StatusCode::ACCEPTED)
}

async fn reset(State(emulator): State<Emulator>) -> Result<impl IntoResponse> {
    emulator.reset()?;
    Ok(Json(emulator.people()))
}
