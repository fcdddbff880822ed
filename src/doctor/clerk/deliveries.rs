//! Webhook deliveries, in our own table: when the last one came, and whether any failed lately.

use chrono::{TimeDelta, Utc};

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};
use crate::webhooks::delivery::State;
use crate::webhooks::stored::{Wanted, newest};

const LATELY: TimeDelta = TimeDelta::hours(24);

/// More need not be counted.
const MOST: u64 = 1000;

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    let unreadable = |_| Verdict::failed("the table of deliveries cannot be read", "mend `schema` and `role` first");
    let last = newest(db, &Wanted::default(), 1).await.map_err(unreadable)?;
    let Some(last) = last.first() else {
        return Err(Verdict::warning(
            "none has come yet, so removals at Clerk are not heard of",
            "send one by signing somebody up; in Clerk's dashboard, under Webhooks, the endpoint's log says how it was answered",
        ));
    };
    let since = Some(Utc::now() - LATELY);
    let mut bad = 0;
    for state in [State::Failed, State::Unreadable] {
        bad += newest(db, &Wanted { state: Some(state), since, ..Wanted::default() }, MOST)
            .await
            .map_err(unreadable)?
            .len();
    }
    let age = ago(Utc::now() - last.received_at);
    if bad > 0 {
        let found = format!("{bad} of the last 24 hours failed; the last one came {age} ago");
        return Err(Verdict::warning(
            found,
            "see `tenantry webhooks list --state failed`, then `tenantry webhooks replay --state failed`",
        ));
    }
    Ok(Verdict::ok(format!("the last one came {age} ago; none failed in 24 hours")))
}

fn ago(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (0, 0, minutes) => format!("{} min", minutes.max(0)),
        (0, hours, _) => format!("{hours} h"),
        (days, ..) => format!("{days} days"),
    }
}
