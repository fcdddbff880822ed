//! Every kind of job and who does it, on one screen, as `router` does for requests.

use crate::billing::{PushMemberLimit, push_member_limit};
use crate::clerk::Clock;
use crate::jobs::Worker;
use crate::state::AppState;
use crate::tasks;

/// A worker that can do every job of the product.
#[must_use]
pub fn worker(state: &AppState, connections: u32, clock: &Clock) -> Worker {
    let (clerk, entitlements) = (state.clerk.clone(), state.entitlements.clone());
    Worker::new(&state.db, connections, clock)
        .on(tasks::unassign)
        .on(move |_: PushMemberLimit, context| push_member_limit(context, clerk.clone(), entitlements.clone()))
}
