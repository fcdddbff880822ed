//! The catalogue of plans, whose file is read with the settings.

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let plans = &case.config.plans;
    let slugs: Vec<&str> = plans.plans().map(|plan| plan.slug.as_str()).collect();
    Ok(Verdict::ok(format!("{} are known, any other counts as {}", slugs.join(", "), plans.free(false).slug)))
}
