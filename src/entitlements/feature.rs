//! A guard that demands a feature of the plan besides whatever another guard demands.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::{Claimed, Entitled, Entitlements};
use crate::auth::{Guard, IsGuard, Member, Policy, Workspaces};
use crate::db::Db;
use crate::error::{Error, Result};

/// A feature that a plan may include.
pub trait Feature: Send + Sync + 'static {
    /// Its slug at Clerk and in the catalogue.
    const SLUG: &'static str;
}

/// Demands a feature, and first what the policy demands: `RequireFeature<Exports, Admin>`.
#[derive(Debug)]
pub struct RequireFeature<F: Feature, P: Policy = Member> {
    /// The guard of the policy.
    pub guard: Guard<P>,
    /// What the tenant is entitled to.
    pub entitled: Entitled,
    feature: PhantomData<F>,
}

impl<F: Feature, P: Policy> IsGuard for RequireFeature<F, P> {}

impl<F: Feature, P: Policy> Deref for RequireFeature<F, P> {
    type Target = Guard<P>;

    fn deref(&self) -> &Guard<P> {
        &self.guard
    }
}

impl<S, F, P> FromRequestParts<S> for RequireFeature<F, P>
where
    S: Send + Sync,
    F: Feature,
    P: Policy,
    Db: FromRef<S>,
    Workspaces: FromRef<S>,
    Entitlements: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let guard = Guard::<P>::from_request_parts(parts, state).await?;
        let entitled = Entitlements::from_ref(state).of(&guard.db, &guard.user).await?;
        entitled.demand_feature(F::SLUG, &Claimed::of(&guard.user))?;
        Ok(Self { guard, entitled, feature: PhantomData })
    }
}
