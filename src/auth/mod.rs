//! Who is calling and what they may do: [`AuthUser`], the middleware that builds it, and the guards.
//!
//! A guard is a handler's first argument and the only source of a tenant's data. The token is not the last word on either:
//! [`revocation`] takes away what it claims in vain.

mod guard;
mod middleware;
mod mount;
mod powers;
pub mod revocation;
mod step_up;
mod user;

pub use guard::{
    Admin, Guard, Member, Policy, RequireAdmin, RequireCreate, RequireDelete, RequireEdit, RequireMember, RequireUser,
    RequireView, Workspaces, admin_required, check_manages_members,
};
pub use middleware::{Callers, authenticate};
pub use mount::{ApiRoutes, GuardedBy, GuardedRoutes, IsGuard, PublicRoutes, SESSION_TOKEN};
pub use powers::{ADMIN, Powers};
pub use revocation::Revocations;
pub use step_up::StepUp;
pub use user::{AuthUser, Permission};
