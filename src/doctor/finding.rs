//! What a check found.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// A server works, but perhaps not as meant.
    Warning,
    /// A server does not start, or does not work.
    Failed,
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What a check found, in words without any secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the check.
    pub check: &'static str,
    /// The step of `docs/going-live.md` that it belongs to, 1 to 5.
    pub step: Option<u8>,
    /// How bad it is.
    pub outcome: Outcome,
    /// What is so.
    pub found: String,
    /// What to do about it, in the imperative; none when nothing need be done.
    pub mend: Option<String>,
}

/// A finding that does not say yet of which check.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    outcome: Outcome,
    found: String,
    mend: Option<String>,
}

/// What comes of looking; an error is a verdict, too, that came early.
pub(super) type Looked = Result<Verdict, Verdict>;

impl Verdict {
    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self { outcome: Outcome::Ok, found: found.into(), mend: None }
    }

    pub(super) fn warning(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, found: found.into(), mend: Some(mend.into()) }
    }

    pub(super) fn failed(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed, found: found.into(), mend: Some(mend.into()) }
    }

    /// A failure where other people can reach the server, a warning on a developer's machine.
    pub(super) fn grave(grave: bool, found: impl Into<String>, mend: impl Into<String>) -> Self {
        if grave { Self::failed(found, mend) } else { Self::warning(found, mend) }
    }

    pub(super) fn of(self, check: &'static str, step: Option<u8>) -> Finding {
        let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Finding { check, step, outcome: self.outcome, found: line(self.found), mend: self.mend.map(line) }
    }
}
