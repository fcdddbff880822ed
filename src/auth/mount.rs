//! Mounting a route demands a guard: [`guarded_routes!`](crate::guarded_routes) compiles only handlers whose first argument is one.

use axum::handler::Handler;

use super::{Guard, Policy, RequireUser};

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

/// Compiles only for a handler that begins with a guard.
pub fn demand_guard<H, T, S>(_: H)
where
    H: Handler<T, S>,
    T: GuardedBy,
{
}

/// `utoipa_axum::routes!` for the API: each handler must take a guard first.
///
/// ```compile_fail
/// # use tenantry::{guarded_routes, state::AppState};
/// # use utoipa_axum::router::OpenApiRouter;
/// #[utoipa::path(get, path = "/open", responses((status = 200)))]
/// async fn open() {}
/// let router: OpenApiRouter<AppState> = OpenApiRouter::new().routes(guarded_routes!(open));
/// ```
///
/// ```
/// # use tenantry::{auth::RequireUser, guarded_routes, state::AppState};
/// # use utoipa_axum::router::OpenApiRouter;
/// #[utoipa::path(get, path = "/closed", responses((status = 200)))]
/// async fn closed(_: RequireUser) {}
/// let router: OpenApiRouter<AppState> = OpenApiRouter::new().routes(guarded_routes!(closed));
/// ```
#[macro_export]
macro_rules! guarded_routes {
    ($($handler:path),+ $(,)?) => {{
        $($crate::auth::demand_guard::<_, _, $crate::state::AppState>($handler);)+
        utoipa_axum::routes!($($handler),+)
    }};
}
