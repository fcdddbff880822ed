//! What an organization pays for, as its administrators see it. What follows from that is `entitlements`' to say.

pub mod member_limit;
mod plan_changed;
mod routes;

pub use plan_changed::{PushMemberLimit, plan_changed, push_member_limit};
pub use routes::{Billing, Payment, Period, Upcoming};

use crate::auth::ApiRoutes;
use crate::guarded_routes;
use crate::state::AppState;

/// The routes under `/api/billing`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(routes::get_billing))
}
