//! Whether this instance can serve, and what is worse than usual.

use std::time::Duration;

use moka::future::Cache;
use tokio::time::timeout;

use super::report::{Findings, Health};
use crate::auth::Revocations;
use crate::clerk::{Api, Verifier};
use crate::db::Db;
use crate::server::Lifecycle;

/// How long the database may think about nothing.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// For how long an answer of the database counts, so that a flood of probes is none of statements.
const COUNTS_FOR: Duration = Duration::from_secs(1);

/// From this age on keys should have been confirmed again several times.
const STALE_KEYS: Duration = Duration::from_mins(10);

/// Looks at the parts that requests need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Readiness {
    db: Db,
    verifier: Verifier,
    revocations: Revocations,
    clerk: Api,
    lifecycle: Lifecycle,
    answers: Cache<(), bool>,
}

impl Readiness {
    /// Looks at these parts.
    #[must_use]
    pub fn new(db: &Db, verifier: &Verifier, revocations: &Revocations, clerk: &Api, lifecycle: &Lifecycle) -> Self {
        Self {
            db: db.clone(),
            verifier: verifier.clone(),
            revocations: revocations.clone(),
            clerk: clerk.clone(),
            lifecycle: lifecycle.clone(),
            answers: Cache::builder().max_capacity(1).time_to_live(COUNTS_FOR).build(),
        }
    }

    /// How this instance is now.
    pub(super) async fn look(&self) -> Health {
        let findings = Findings {
            database: self.database().await,
            keys: self.verifier.keys_ready(),
            stopping: self.lifecycle.is_ending(),
        };
        Health::of(findings, self.degraded())
    }

    /// While statements succeed nobody need ask: a pool whose every connection is at work is busy, and not away.
    async fn database(&self) -> bool {
        if self.db.answered_within(COUNTS_FOR) {
            return true;
        }
        let ask = async { matches!(timeout(ANSWER_WITHIN, self.db.ping()).await, Ok(Ok(()))) };
        self.answers.get_with((), ask).await
    }

    fn degraded(&self) -> Vec<&'static str> {
        let stale = self.verifier.key_age().is_some_and(|age| age > STALE_KEYS);
        // SQLite tells nobody of anything: reading is the rule there.
        let polled = self.db.tells_of_changes() && !self.revocations.is_hearing();
        [("keys_stale", stale), ("backend_api_away", self.clerk.is_away()), ("changes_polled", polled)]
            .into_iter()
            .filter_map(|(name, is_so)| is_so.then_some(name))
            .collect()
    }
}
