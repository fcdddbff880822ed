//! Who did something, and whence the request came.

use std::net::IpAddr;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::auth::AuthUser;
use crate::error::{Error, REQUEST_ID, Result};
use crate::limits::Limiter;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, by Clerk's id.
    User(String),
    /// Clerk, by a webhook.
    Clerk,
    /// Whoever runs the server, by a command.
    Operator,
    /// The product itself, by a job.
    Job,
}

/// Who did something, and whence the request came. As an extractor: the caller of a guarded route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who did it.
    pub actor: Actor,
    /// Who acted as that person, by Clerk's id.
    pub impersonator: Option<String>,
    /// The request's id; of a webhook, the delivery's.
    pub request_id: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

impl Origin {
    /// A webhook, by the id of its delivery.
    pub fn clerk(delivery: &str) -> Self {
        Self { request_id: Some(delivery.to_owned()), ..Self::of(Actor::Clerk) }
    }

    /// A command.
    pub fn operator() -> Self {
        Self::of(Actor::Operator)
    }

    /// A job, by its id.
    pub fn job(id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..Self::of(Actor::Job) }
    }

    fn of(actor: Actor) -> Self {
        Self { actor, impersonator: None, request_id: None, address: None }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    Limiter: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = AuthUser::of(parts)?;
        let request_id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        Ok(Self {
            actor: Actor::User(user.user_id.clone()),
            impersonator: user.actor.as_ref().map(|actor| actor.id.clone()),
            request_id: request_id.map(str::to_owned),
            address: Limiter::from_ref(state).client(parts),
        })
    }
}
