//! Our clock against Clerk's, which dates the tokens.

use chrono::TimeDelta;

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

/// Clerk tells whole seconds, and its answer takes a while.
const UNSURE: TimeDelta = TimeDelta::seconds(2);

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let instance = case.instance().await?;
    let Some(told) = instance.keys.told else { return Ok(Verdict::ok("Clerk told no time")) };
    let ours = instance.asked_at + TimeDelta::from_std(instance.took / 2).unwrap_or_default();
    // A whole second stands for its middle.
    let apart = (ours - told - TimeDelta::milliseconds(500)).abs();
    let (skew, seconds) = (case.config.clerk.clock_skew, apart.num_seconds());
    let mend = "set this machine's clock by NTP";
    if apart > UNSURE.max(TimeDelta::from_std(skew).unwrap_or_default()) {
        let found = format!(
            "ours is {seconds} s from Clerk's, and CLERK_CLOCK_SKEW_SECONDS is {}: good tokens are refused",
            skew.as_secs()
        );
        return Err(Verdict::failed(found, mend));
    }
    if apart > UNSURE {
        return Err(Verdict::warning(format!("ours is {seconds} s from Clerk's"), mend));
    }
    Ok(Verdict::ok("ours and Clerk's agree"))
}
