//! Everything a server needs, looked at from outside: one finding for each thing, with how to mend it.
//!
//! A check looks, says what it found, and changes nothing. None stops another: each has a few seconds, and what one of them learns
//! (a connection, Clerk's keys) the others share through a [`Case`]. The order is that of the five steps in `docs/going-live.md`.

mod around;
mod case;
mod checks;
mod clerk;
mod database;
mod finding;
mod settings;

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

pub use case::Case;
pub use checks::names;
pub use finding::{Finding, Outcome};

use checks::{CHECKS, Check};
use finding::{Looked, Verdict};

/// How long a check may take.
const WITHIN: Duration = Duration::from_secs(8);

/// Which checks.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those of one step, 1 to 5.
    pub step: Option<u8>,
    /// Those with these names; all when empty.
    pub names: Vec<String>,
}

impl Wanted {
    fn wants(&self, step: Option<u8>, name: &str) -> bool {
        let fits = self.names.is_empty() || self.names.iter().any(|wanted| wanted == name);
        fits && (self.step.is_none() || self.step == step)
    }
}

/// Makes the checks that are wanted, all at once, and says what they found, in the order of the steps.
pub async fn examine(case: &Case, wanted: &Wanted) -> Vec<Finding> {
    let mut findings = settings::findings(case, wanted);
    let checks = CHECKS.iter().filter(|check| wanted.wants(check.step, check.name));
    findings.extend(join_all(checks.map(|check| make(check, case))).await);
    // Stable, so that what is of no step comes last, and the rest keeps its order.
    findings.sort_by_key(|finding| finding.step.unwrap_or(u8::MAX));
    findings
}

async fn make(check: &Check, case: &Case) -> Finding {
    let verdict = match case.blamed(check.needs) {
        Some(name) => Verdict::failed(format!("not looked at, because {name} is wrong"), format!("mend {name} first")),
        None => match timeout(WITHIN, (check.look)(case)).await {
            Ok(Ok(verdict) | Err(verdict)) => verdict,
            Err(_) => Verdict::failed(
                format!("no answer within {} s", WITHIN.as_secs()),
                "see whether what it asks is overloaded",
            ),
        },
    };
    verdict.of(check.name, check.step)
}
