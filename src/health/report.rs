//! What probes and people are told.

use serde::Serialize;
use utoipa::ToSchema;

/// How the program is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`; `degraded`: it serves, and `degraded` says what is worse than usual; `starting`, `unavailable` or `stopping`: send
    /// requests elsewhere.
    #[schema(value_type = String, example = "ok")]
    pub status: &'static str,
    /// Whether the database answers: `ok` or `unavailable`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<&'static str>,
    /// Whether there are keys that verify tokens: `ok` or `unavailable`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<&'static str>,
    /// What is worse than usual: `keys_stale` (Clerk has not confirmed the signing keys lately), `backend_api_away` (members cannot
    /// be changed), `changes_polled` (the database tells of no changes, so they are read twice a second).
    #[schema(value_type = Vec<String>)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub degraded: Vec<&'static str>,
}

/// What an instance is in the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Findings {
    pub(super) database: bool,
    pub(super) keys: bool,
    pub(super) stopping: bool,
}

impl Health {
    /// The process runs.
    pub(super) fn alive() -> Self {
        Self { status: "ok", database: None, keys: None, degraded: Vec::new() }
    }

    /// The process runs, and there is no service yet.
    #[must_use]
    pub fn starting() -> Self {
        Self { status: "starting", ..Self::alive() }
    }

    pub(super) fn of(findings: Findings, degraded: Vec<&'static str>) -> Self {
        let word = |fine: bool| Some(if fine { "ok" } else { "unavailable" });
        let status = match findings {
            Findings { stopping: true, .. } => "stopping",
            Findings { database: true, keys: true, .. } if degraded.is_empty() => "ok",
            Findings { database: true, keys: true, .. } => "degraded",
            _ => "unavailable",
        };
        Self { status, database: word(findings.database), keys: word(findings.keys), degraded }
    }

    /// Whether requests should be sent here.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.status, "ok" | "degraded")
    }
}
