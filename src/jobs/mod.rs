//! Work that is done after the change that asks for it: a durable queue in the database itself.
//!
//! A job is written in the transaction of that change ([`enqueue`], [`enqueue_for`]), so that there is one if, and only if, the
//! change was made. It is done at least once, by any of any number of instances ([`Worker`]); a handler must therefore bear to
//! be run again. Whatever ends a process in the midst of a job, another does it once the lease is over. Order is not promised.

mod attempt;
mod backoff;
mod claim;
mod context;
mod enqueue;
pub mod entity;
mod failure;
pub mod letters;
mod registry;
mod run;
mod worker;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use context::Context;
pub use enqueue::{enqueue, enqueue_at, enqueue_for, enqueue_for_at};
pub use failure::Failure;
pub use worker::Worker;

/// How long a handler may run. A tenant's purge begins no earlier after its deletion.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// How long nobody else takes a job that was begun: the time limit, and what the clocks of instances may differ.
const LEASE: Duration = Duration::from_secs(150);

/// After so many failures, over about fifteen hours, a job is dead: it is kept, and waits for somebody to look at it.
pub const ATTEMPTS: i16 = 24;

/// Work to be done for a tenant.
///
/// It is stored as JSON until it is done. Name things by their ids: what changes meanwhile, and who people are, is read when
/// the job runs. A field that is added needs a default, since jobs of the version before are still waiting.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the database, for good. At most 64 characters.
    const KIND: &'static str;

    /// Whether it is done although its tenant was deleted. Others are dropped then.
    const OUTLIVES_TENANT: bool = false;

    /// Of jobs with the same key, kind and tenant one waits at the most, and one runs. At most 255 characters.
    ///
    /// Enqueued again while it waits, it waits as it was enqueued last, for the earlier of the two times. Enqueued while it
    /// runs, it is done once more, afterwards.
    fn key(&self) -> Option<String> {
        None
    }
}
