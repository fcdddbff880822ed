//! What was counted before, and what became of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Write};

use serde::Deserialize;

/// By how many hundredths a count may grow without a reason. What is nearer to what was accepted is not accepted anew.
const TOLERATED: u64 = 5;

/// The accepted counts.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Baseline(BTreeMap<String, Accepted>);

/// A count, and why it is what it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    instructions: u64,
    since: String,
    reason: String,
}

/// What a case takes now, and before.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    case: String,
    before: Option<u64>,
    /// None when the case is gone.
    now: Option<u64>,
}

impl Baseline {
    /// Reads the accepted counts; each must say its reason.
    ///
    /// # Errors
    /// When it is not readable, or a reason is empty.
    pub fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let baseline: Self = toml::from_str(text)?;
        match baseline.0.iter().find(|(_, accepted)| accepted.reason.trim().is_empty()) {
            Some((case, _)) => Err(format!("{case} has no reason").into()),
            None => Ok(baseline),
        }
    }

    /// Holds counts against the accepted ones.
    pub fn judge(&self, counts: &[(String, u64)]) -> Vec<Finding> {
        let known = |case: &str| self.0.get(case).map(|accepted| accepted.instructions);
        let counted =
            counts.iter().map(|(case, now)| Finding { case: case.clone(), before: known(case), now: Some(*now) });
        let gone = self.0.iter().filter(|(case, _)| !counts.iter().any(|(counted, _)| counted == *case));
        let gone = gone.map(|(case, was)| Finding { case: case.clone(), before: Some(was.instructions), now: None });
        counted.chain(gone).collect()
    }

    /// Takes over what is new, gone, or further away than is tolerated.
    ///
    /// # Errors
    /// Without a reason.
    pub fn accept(&mut self, counts: &[(String, u64)], today: &str, reason: &str) -> Result<(), Box<dyn Error>> {
        if reason.trim().is_empty() || reason.contains(['"', '\\', '\n']) {
            return Err("say why, in one line without quotes".into());
        }
        for finding in self.judge(counts) {
            match finding.now {
                Some(instructions) if finding.is_elsewhere() => {
                    let accepted = Accepted { instructions, since: today.to_owned(), reason: reason.to_owned() };
                    self.0.insert(finding.case, accepted);
                }
                Some(_) => {}
                None => drop(self.0.remove(&finding.case)),
            }
        }
        Ok(())
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# Instructions a round, of the profile `instructions` on x86_64. Written by\n\
             # cargo bench --profile instructions --bench instructions -- accept \"reason\"\n",
        );
        for (case, Accepted { instructions, since, reason }) in &self.0 {
            let _ =
                write!(text, "\n[{case}]\ninstructions = {instructions}\nsince = \"{since}\"\nreason = \"{reason}\"\n");
        }
        text
    }
}

impl Finding {
    /// Whether the baseline does not stand for what is counted.
    pub fn fails(&self) -> bool {
        match (self.before, self.now) {
            (Some(before), Some(now)) => now * 100 > before * (100 + TOLERATED),
            _ => true,
        }
    }

    /// Whether the baseline allows more than it should.
    fn is_far_below(&self) -> bool {
        matches!((self.before, self.now), (Some(before), Some(now)) if now * 100 < before * (100 - TOLERATED))
    }

    fn is_elsewhere(&self) -> bool {
        self.fails() || self.is_far_below()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, before, now } = self;
        match (before, now) {
            (Some(before), Some(now)) => {
                let change = 100.0 * (*now as f64 / (*before).max(1) as f64 - 1.0);
                write!(formatter, "{case:<22} {now:>8} instructions, {change:+.1} % of {before}")?;
            }
            (None, Some(now)) => write!(formatter, "{case:<22} {now:>8} instructions, not in the baseline")?,
            (_, None) => write!(formatter, "{case:<22} is in the baseline, and no case any more")?,
        }
        if self.fails() {
            formatter.write_str(": FAILED; make it cheaper, or accept it with a reason")
        } else if self.is_far_below() {
            formatter.write_str(": accept it, so that it stays")
        } else {
            Ok(())
        }
    }
}
