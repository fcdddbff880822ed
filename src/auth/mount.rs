//! How a route is mounted: [`ApiRoutes`] takes only handlers that begin with a guard, [`PublicRoutes`] takes any and wants a reason.
//!
//! A slice's `router()` returns one of the two, and `router.rs` mounts nothing else.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa::openapi::{OpenApi, SecurityRequirement};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::{Guard, Policy, RequireUser};

/// The security scheme of the API document that a session token meets.
pub const SESSION_TOKEN: &str = "session_token";

/// The member of a public operation that says why it asks for no token.
const PUBLIC_BECAUSE: &str = "x-public-because";

/// An extractor that checks the caller.
#[diagnostic::on_unimplemented(
    message = "the first argument of a handler must be a guard, and `{Self}` is none",
    note = "begin with RequireView, RequireCreate, RequireEdit, RequireDelete, RequireMember, RequireManageMembers, RequireAdmin or RequireUser"
)]
pub trait IsGuard {}

impl<P: Policy> IsGuard for Guard<P> {}
impl IsGuard for RequireUser {}

/// The argument list of a handler that begins with a guard. `M` is axum's marker of how the last argument is extracted.
#[diagnostic::on_unimplemented(message = "a handler of the API must take a guard as its first argument")]
pub trait GuardedBy {}

macro_rules! guarded_by {
    ($($argument:ident),*) => {
        impl<M, G: IsGuard, $($argument),*> GuardedBy for (M, G, $($argument,)*) {}
    };
}

guarded_by!();
guarded_by!(A);
guarded_by!(A, B);
guarded_by!(A, B, C);
guarded_by!(A, B, C, D);
guarded_by!(A, B, C, D, E);
guarded_by!(A, B, C, D, E, F);

/// Described handlers that each begin with a guard. [`guarded_routes!`](crate::guarded_routes) makes them.
pub struct GuardedRoutes<S>(Vec<UtoipaMethodRouter<S>>);

impl<S: Clone + Send + Sync + 'static> GuardedRoutes<S> {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "the macro alone begins here")]
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// With a handler, where and how its description says.
    ///
    /// What is mounted is this handler, whose guard the compiler saw, and never the one that came with the description.
    #[must_use]
    pub fn and<H, T>(mut self, handler: H, (schemas, paths, _): UtoipaMethodRouter<S>) -> Self
    where
        H: Handler<T, S>,
        T: GuardedBy + 'static,
    {
        let methods = paths.paths.values().flat_map(methods);
        let served = methods.fold(MethodRouter::new(), |served, method| served.on(method, handler.clone()));
        self.0.push((schemas, paths, served));
        self
    }
}

/// The methods that a description speaks of.
fn methods(item: &PathItem) -> Vec<MethodFilter> {
    let described = [
        (&item.get, MethodFilter::GET),
        (&item.put, MethodFilter::PUT),
        (&item.post, MethodFilter::POST),
        (&item.patch, MethodFilter::PATCH),
        (&item.delete, MethodFilter::DELETE),
        (&item.head, MethodFilter::HEAD),
        (&item.options, MethodFilter::OPTIONS),
        (&item.trace, MethodFilter::TRACE),
    ];
    described.into_iter().filter(|(operation, _)| operation.is_some()).map(|(_, method)| method).collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, patch, delete, head, options, trace, .. } = item;
    [get, put, post, patch, delete, head, options, trace].into_iter().flatten()
}

fn each_operation(paths: &mut Paths, change: impl FnMut(&mut Operation)) {
    paths.paths.values_mut().flat_map(operations).for_each(change);
}

/// The routes of a slice: each has a guard, is in the API document, and is described there as asking for a session token.
///
/// ```
/// # use tenantry::{auth::{ApiRoutes, RequireUser}, guarded_routes, state::AppState};
/// #[utoipa::path(get, path = "/closed", responses((status = 200)))]
/// async fn closed(_: RequireUser) {}
/// let router: ApiRoutes<AppState> = ApiRoutes::new().routes(guarded_routes!(closed));
/// ```
///
/// A handler without a guard does not compile:
///
/// ```compile_fail,E0277
/// # use tenantry::{auth::ApiRoutes, guarded_routes, state::AppState};
/// #[utoipa::path(get, path = "/open", responses((status = 200)))]
/// async fn open() {}
/// let router: ApiRoutes<AppState> = ApiRoutes::new().routes(guarded_routes!(open));
/// ```
///
/// Nor does a plain `routes!`, whatever its handler begins with, and there is no other way in:
///
/// ```compile_fail,E0308
/// # use tenantry::{auth::{ApiRoutes, RequireUser}, state::AppState};
/// # use utoipa_axum::routes;
/// #[utoipa::path(get, path = "/closed", responses((status = 200)))]
/// async fn closed(_: RequireUser) {}
/// let router: ApiRoutes<AppState> = ApiRoutes::new().routes(routes!(closed));
/// ```
///
/// ```compile_fail,E0599
/// # use tenantry::{auth::ApiRoutes, state::AppState};
/// let router: ApiRoutes<AppState> = ApiRoutes::new().route("/open", axum::routing::get(async || "open"));
/// ```
///
/// ```compile_fail,E0308
/// # use tenantry::{auth::ApiRoutes, state::AppState};
/// # use utoipa_axum::router::OpenApiRouter;
/// let router: ApiRoutes<AppState> = ApiRoutes::new().nest("/open", OpenApiRouter::new());
/// ```
pub struct ApiRoutes<S>(OpenApiRouter<S>);

impl<S: Clone + Send + Sync + 'static> ApiRoutes<S> {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "a router begins with new, as axum's does")]
    pub fn new() -> Self {
        Self(OpenApiRouter::new())
    }

    /// None yet, described in a document that was begun elsewhere.
    pub fn in_document(document: OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(document))
    }

    /// With what [`guarded_routes!`](crate::guarded_routes) lists.
    #[must_use]
    pub fn routes(self, guarded: GuardedRoutes<S>) -> Self {
        let token = SecurityRequirement::new::<_, [String; 0], String>(SESSION_TOKEN, []);
        Self(guarded.0.into_iter().fold(self.0, |router, (schemas, mut paths, served)| {
            each_operation(&mut paths, |operation| operation.security = Some(vec![token.clone()]));
            router.routes((schemas, paths, served))
        }))
    }

    /// With all routes of another one under a path.
    #[must_use]
    pub fn nest(self, path: &str, inner: Self) -> Self {
        Self(self.0.nest(path, inner.0))
    }

    /// With every operation described differently.
    #[must_use]
    pub fn described(mut self, change: impl FnMut(&mut Operation)) -> Self {
        each_operation(&mut self.0.get_openapi_mut().paths, change);
        self
    }

    /// What serves them, and what describes them. A guard refuses to work without [`authenticate`](super::authenticate) before it.
    pub fn into_parts(self) -> (Router<S>, OpenApi) {
        self.0.split_for_parts()
    }
}

/// Routes for everybody, with or without a token. Each says in the API document why.
pub struct PublicRoutes<S>(OpenApiRouter<S>);

impl<S: Clone + Send + Sync + 'static> PublicRoutes<S> {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "a router begins with new, as axum's does")]
    pub fn new() -> Self {
        Self(OpenApiRouter::new())
    }

    /// None yet, described in a document that was begun elsewhere.
    pub fn in_document(document: OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(document))
    }

    /// With what `utoipa_axum::routes!` lists, and the reason why they ask for no token.
    #[must_use]
    pub fn because(self, reason: &str, (schemas, mut paths, served): UtoipaMethodRouter<S>) -> Self {
        each_operation(&mut paths, |operation| {
            operation.security = Some(vec![SecurityRequirement::default()]);
            let because = [(PUBLIC_BECAUSE, reason)].into_iter().collect();
            operation.extensions.get_or_insert_default().merge(because);
        });
        Self(self.0.routes((schemas, paths, served)))
    }

    /// With all routes of another one.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// With all routes of another one under a path.
    #[must_use]
    pub fn nest(self, path: &str, inner: Self) -> Self {
        Self(self.0.nest(path, inner.0))
    }

    /// What serves them, and what describes them.
    pub fn into_parts(self) -> (Router<S>, OpenApi) {
        self.0.split_for_parts()
    }
}

/// `utoipa_axum::routes!` for [`ApiRoutes`]: each handler must take a guard first.
#[macro_export]
macro_rules! guarded_routes {
    ($($handler:path),+ $(,)?) => {
        $crate::auth::GuardedRoutes::new()$(.and($handler, utoipa_axum::routes!($handler)))+
    };
}
