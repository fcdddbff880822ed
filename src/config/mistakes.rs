//! What is wrong with a configuration, in words for the person who has to mend it.

use std::fmt;

use super::variables::VARIABLES;

/// What is wrong with one value and how to mend it; never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rest of a sentence that begins with the value: "is not a number".
    pub problem: String,
    /// What to do about it, in the imperative.
    pub mend: String,
}

impl Fault {
    pub(super) fn new(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { problem: problem.into(), mend: mend.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value {}; {}", self.problem, self.mend)
    }
}

impl std::error::Error for Fault {}

/// One mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The variable to change, or `.env` when the file itself cannot be read.
    pub name: &'static str,
    /// What is wrong; quotes the value only where it cannot be a secret.
    pub problem: String,
    /// How to mend it, in the imperative.
    pub mend: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.problem, self.mend)
    }
}

/// Every mistake of a configuration; displays as one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<Mistake>);

impl ConfigErrors {
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| VARIABLES.iter().position(|v| v.name == mistake.name));
        mistakes.dedup();
        Self(mistakes)
    }

    /// The mistakes, those of the file first, then in the order of [`VARIABLES`];
    /// never empty.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, mistake) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
