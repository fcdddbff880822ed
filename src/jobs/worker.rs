//! Does jobs as they become due, a few at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::claim::{Claimed, claim};
use super::failure::Failure;
use super::registry::Registry;
use super::run::run;
use super::{Context, Job, letters};
use crate::clerk::Clock;
use crate::db::Db;
use crate::metrics::Metrics;

/// How many jobs a process does at once, if the pool has four connections for each of them.
const AT_ONCE: usize = 4;

/// How often to look for jobs that others enqueued, or that have become due.
const POLL: Duration = Duration::from_secs(1);

/// How long not to look again after nothing was found, whatever is committed meanwhile.
const REST: Duration = Duration::from_millis(50);

/// How often to say that there are jobs of kinds that nobody here can do.
const REMIND: Duration = Duration::from_secs(3600);

/// Does jobs.
#[derive(Debug, Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    registry: Registry,
    metrics: Metrics,
    at_once: usize,
}

/// What is being done: by task, so that it can be given back.
type Running = HashMap<Id, Arc<Claimed>>;

impl Worker {
    /// A worker that can do nothing yet, on a pool of so many connections.
    #[must_use]
    pub fn new(db: &Db, connections: u32, clock: &Clock) -> Self {
        let share = usize::try_from(connections / 4).unwrap_or(AT_ONCE);
        let at_once = share.clamp(1, AT_ONCE);
        Self {
            db: db.clone(),
            clock: clock.clone(),
            registry: Registry::default(),
            metrics: Metrics::default(),
            at_once,
        }
    }

    /// The same, its attempts timed.
    #[must_use]
    pub fn measured(mut self, metrics: &Metrics) -> Self {
        self.metrics = metrics.clone();
        self
    }

    /// Has jobs of a kind done by a handler.
    ///
    /// It may be run again after it succeeded, when its process ended before that could be noted; it is stopped after
    /// [`TIME_LIMIT`](super::TIME_LIMIT).
    #[must_use]
    pub fn on<J, F, W>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(J, Context) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.registry.add(handler);
        self
    }

    /// Does every job that is due by the worker's clock, one after the other, and says how many it began.
    ///
    /// # Errors
    /// The database's, when it is asked for the next one.
    pub async fn drain(&self) -> Result<usize, DbErr> {
        let mut begun = 0;
        while let Some(claimed) = claim(&self.db, &self.registry.kinds(), &[], self.now()).await? {
            run(&self.db, &self.registry, &self.metrics, &claimed, || self.now()).await;
            begun += 1;
        }
        Ok(begun)
    }

    /// Does jobs until told to stop; then waits for those under way, and gives back what is not done in time.
    pub async fn work(self, stop: impl Future<Output = ()>, patience: Duration) {
        let (mut tasks, mut running) = (JoinSet::new(), Running::new());
        let (mut looks, mut stop) = (Looks::new(&self.db), std::pin::pin!(stop));
        // Ends with this.
        let mut reminding = JoinSet::new();
        reminding.spawn(remind(self.db.clone(), self.registry.kinds()));
        loop {
            self.fill(&mut tasks, &mut running, &mut looks).await;
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => forget(&mut running, &ended),
                () = looks.next(), if tasks.len() < self.at_once => {}
            }
        }
        reminding.abort_all();
        self.wind_up(tasks, running, patience).await;
    }

    /// Begins what is due, as long as there is room.
    async fn fill(&self, tasks: &mut JoinSet<()>, running: &mut Running, looks: &mut Looks) {
        while tasks.len() < self.at_once {
            let full = self.tenants_with_their_share(running);
            match claim(&self.db, &self.registry.kinds(), &full, self.now()).await {
                Ok(Some(claimed)) => {
                    let (worker, claimed) = (self.clone(), Arc::new(claimed));
                    let ours = Arc::clone(&claimed);
                    let work =
                        async move { run(&worker.db, &worker.registry, &worker.metrics, &ours, || worker.now()).await };
                    running.insert(tasks.spawn(work).id(), claimed);
                    looks.went_well();
                }
                Ok(None) => return looks.went_well(),
                Err(error) => return looks.failed(error),
            }
        }
    }

    /// A tenant has half of the places, so that a flood of one's jobs leaves room for everybody else's.
    fn tenants_with_their_share(&self, running: &Running) -> Vec<String> {
        if self.at_once == 1 {
            return Vec::new();
        }
        let mut held: HashMap<&str, usize> = HashMap::new();
        for claimed in running.values() {
            *held.entry(&claimed.job.tenant_id).or_default() += 1;
        }
        held.into_iter().filter(|(_, held)| *held >= self.at_once / 2).map(|(tenant, _)| tenant.to_owned()).collect()
    }

    /// Waits for the last jobs, then gives back those that are not done.
    async fn wind_up(&self, mut tasks: JoinSet<()>, mut running: Running, patience: Duration) {
        let last = async {
            while let Some(ended) = tasks.join_next_with_id().await {
                forget(&mut running, &ended);
            }
        };
        if timeout(patience, last).await.is_ok() {
            return;
        }
        tasks.shutdown().await;
        tracing::warn!(jobs = running.len(), "some jobs did not end in time; they are given back");
        for claimed in running.values() {
            if let Err(error) = claimed.release(&self.db, self.now()).await {
                let reason = Failure::from(error).reason;
                tracing::warn!(reason, "a job could not be given back; it is done again when its lease is over");
            }
        }
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.clock.unix_millis()).unwrap_or_default()
    }
}

fn forget(running: &mut Running, ended: &Result<(Id, ()), tokio::task::JoinError>) {
    let id = match ended {
        Ok((id, ())) => *id,
        Err(error) => error.id(),
    };
    running.remove(&id);
}

/// When to look for the next job.
#[derive(Debug)]
struct Looks {
    commits: watch::Receiver<()>,
    last: Instant,
    failing: bool,
}

impl Looks {
    fn new(db: &Db) -> Self {
        Self { commits: db.commits(), last: Instant::now(), failing: false }
    }

    fn went_well(&mut self) {
        (self.last, self.failing) = (Instant::now(), false);
    }

    fn failed(&mut self, error: DbErr) {
        if !self.failing {
            let reason = Failure::from(error).reason;
            tracing::warn!(reason, "jobs cannot be read");
        }
        (self.last, self.failing) = (Instant::now(), true);
    }

    /// Waits until this process has committed something, or it is time anyway. Every commit counts: which of them brought a job
    /// is not worth knowing.
    async fn next(&mut self) {
        sleep_until(self.last + REST).await;
        tokio::select! {
            _ = self.commits.changed(), if !self.failing => {}
            () = sleep(POLL) => {}
        }
    }
}

/// Says from time to time that there are jobs which no handler here is for: of a newer version, or of one long gone.
async fn remind(db: Db, kinds: Vec<&'static str>) {
    let mut hours = tokio::time::interval(REMIND);
    loop {
        hours.tick().await;
        match letters::unknown(&db, &kinds).await {
            Ok(unknown) => {
                for (kind, jobs) in unknown {
                    tracing::warn!(kind, jobs, "jobs wait that this version cannot do");
                }
            }
            Err(error) => tracing::debug!(reason = Failure::from(error).reason, "jobs cannot be counted"),
        }
    }
}
