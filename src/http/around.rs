//! Middleware that is a function, as `axum::middleware::from_fn` has it, but without a box for what comes next and another for
//! the answer to come.

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use futures_util::FutureExt;
use futures_util::future::NeverError;
use tower::{Layer, Service, ServiceExt};

/// What comes next: a route, by the type that axum hides what it is made of.
pub type Next = Route;

/// Puts a function around routes, which is given what all requests share, the request, and what comes next.
pub fn around<C, F>(shared: C, function: F) -> Around<C, F> {
    Around { shared, function }
}

/// Goes on to what comes next.
pub async fn run(next: Next, request: Request) -> Response {
    next.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// A layer made by [`around`].
#[derive(Debug, Clone)]
pub struct Around<C, F> {
    shared: C,
    function: F,
}

impl<S, C: Clone, F: Clone> Layer<S> for Around<C, F> {
    type Service = Inside<C, F, S>;

    fn layer(&self, next: S) -> Self::Service {
        Inside { around: self.clone(), next }
    }
}

/// What such a layer makes of a service.
#[derive(Debug, Clone)]
pub struct Inside<C, F, S> {
    around: Around<C, F>,
    next: S,
}

impl<C, F, S, A> Service<Request> for Inside<C, F, S>
where
    C: Clone,
    F: Fn(C, Request, S) -> A,
    S: Clone,
    A: Future<Output = Response>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = NeverError<A>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // What comes next is asked by the function, as it goes on.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        (self.around.function)(self.around.shared.clone(), request, self.next.clone()).never_error()
    }
}
