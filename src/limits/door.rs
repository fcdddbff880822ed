//! What is known of a request before its token is verified: its kind, and where it comes from.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::bucket::Buckets;
use super::caller::{Unlimited, crowded};
use super::{Class, Limiter};
use crate::clerk::Verifier;
use crate::clerk::bearer::bearer_of;
use crate::db::holding;
use crate::http::around::{Next, run};
use crate::http::middleware::RATE_LIMIT;
use crate::http::shed::PROBES;

/// What stands at the door.
#[derive(Debug, Clone)]
pub struct Door {
    /// The limits.
    pub limiter: Limiter,
    /// Knows the tokens that were verified before.
    pub verifier: Verifier,
}

/// Charges the address for every request that no caller answers for and that brings no good signature, and refuses an address
/// that has nothing left before its next token is verified or its next body read.
///
/// A caller whose token was verified before passes all the same, so a neighbour behind the same address does them no harm while
/// it lasts. A delivery is judged by its signature first: others send from Clerk's addresses too.
pub async fn limit_address(door: Door, request: Request, next: Next) -> Response {
    if PROBES.contains(&request.uri().path()) {
        return run(next, request).await;
    }
    let class = Class::of(request.method(), request.uri());
    let Some(buckets) = door.limiter.addresses(class) else { return in_turn(&door, class, request, next).await };
    let address = door.limiter.address(&request);
    let standing = buckets.look(address);
    if let Some(wait) = standing.wait
        && class != Class::Webhook
        && !door.knows(&request)
    {
        return standing.refusal(wait);
    }
    let mut response = in_turn(&door, class, request, next).await;
    charge(&mut response, class, buckets, address);
    response
}

impl Door {
    fn knows(&self, request: &Request) -> bool {
        // Elsewhere nothing would be counted against the caller.
        request.uri().path().starts_with("/api/")
            && bearer_of(request.headers()).is_ok_and(|token| self.verifier.remembers(token))
    }
}

/// Deliveries have turns by address, as tenants have: whoever sends bodies slowly holds up their own address alone.
async fn in_turn(door: &Door, class: Class, request: Request, next: Next) -> Response {
    if class != Class::Webhook {
        return run(next, request).await;
    }
    match door.limiter.enter_address(door.limiter.address(&request)).await {
        Some(turn) => holding(Arc::new(turn), run(next, request)).await,
        None => crowded().into_response(),
    }
}

/// Takes from the address's bucket unless the request was its caller's to answer for, or a failure ours.
fn charge(response: &mut Response, class: Class, buckets: &Buckets, address: u64) {
    let status = response.status();
    let theirs = response.headers().contains_key(RATE_LIMIT) || response.extensions().get::<Unlimited>().is_some();
    let genuine = class == Class::Webhook && is_signed(status);
    if !(theirs || genuine || status.is_server_error()) {
        let standing = buckets.take(address);
        match standing.wait {
            // What came before the refusal is spent, but the forger hears nothing of it.
            Some(wait) if class == Class::Webhook => *response = standing.refusal(wait),
            _ => standing.write(response.headers_mut()),
        }
    }
}

/// Whether this is the answer to a delivery with a good signature. Clerk sends by the thousand when many people are
/// imported, and every refusal would make the mirror minutes late, so genuine deliveries are never charged.
fn is_signed(status: StatusCode) -> bool {
    !status.is_client_error() || status == StatusCode::UNPROCESSABLE_ENTITY
}
