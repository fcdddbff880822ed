//! Whether every variable can be read: a finding for each that cannot, in the step that sets it.

use super::finding::{Finding, Verdict};
use super::{Case, Wanted};

/// The name of this check.
pub(super) const NAME: &str = "settings";

pub(super) fn findings(case: &Case, wanted: &Wanted) -> Vec<Finding> {
    let step = |name: &str| if name == ".env" { wanted.step } else { Some(step(name)) };
    let wrong = case.mistakes.iter().filter(|mistake| wanted.wants(step(mistake.name), NAME));
    let wrong: Vec<Finding> = wrong
        .map(|wrong| {
            Verdict::failed(format!("{}: {}", wrong.name, wrong.problem), &*wrong.mend).of(NAME, step(wrong.name))
        })
        .collect();
    if !wrong.is_empty() || !wanted.wants(wanted.step, NAME) {
        return wrong;
    }
    let found = format!("APP_ENV is {}, and what is set can be read", case.config.environment);
    vec![Verdict::ok(found).of(NAME, wanted.step.or(Some(1)))]
}

/// The step in which a variable is set.
fn step(name: &str) -> u8 {
    let webhook = name.starts_with("CLERK_WEBHOOK");
    let party = name.starts_with("CLERK_AUTHORIZED");
    match name {
        _ if webhook => 3,
        _ if party => 5,
        "APP_ENV" => 1,
        "PLANS_FILE" => 2,
        "AUTO_MIGRATE" => 4,
        _ if name.starts_with("CLERK_") => 1,
        _ if name.contains("DATABASE") => 4,
        _ => 5,
    }
}
