//! Which handler does jobs of which kind.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::{Context, Failure, Job};

pub(super) type Done = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

type Run = dyn Fn(&str, Context) -> Done + Send + Sync;

/// Does the jobs of one kind.
#[derive(Clone)]
pub(super) struct Handler {
    pub(super) outlives_tenant: bool,
    run: Arc<Run>,
}

/// The kinds that this process can do.
#[derive(Clone, Default)]
pub(super) struct Registry(BTreeMap<&'static str, Handler>);

impl Registry {
    pub(super) fn add<J, F, W>(&mut self, handler: F)
    where
        J: Job,
        F: Fn(J, Context) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let run = move |payload: &str, context: Context| -> Done {
            match serde_json::from_str::<J>(payload) {
                Ok(job) => Box::pin(handler(job, context)),
                // It may be of another version, which will read it. What was found is data.
                Err(_) => Box::pin(async { Err(Failure::again("the payload cannot be read by this version")) }),
            }
        };
        let handler = Handler { outlives_tenant: J::OUTLIVES_TENANT, run: Arc::new(run) };
        let before = self.0.insert(J::KIND, handler);
        debug_assert!(before.is_none(), "two handlers for {}", J::KIND);
    }

    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub(super) fn of(&self, kind: &str) -> Option<&Handler> {
        self.0.get(kind)
    }
}

impl Handler {
    pub(super) fn run(&self, payload: &str, context: Context) -> Done {
        (self.run)(payload, context)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
