//! `tenantry serve`, and what `dev` shares with it.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use backon::{ExponentialBuilder, Retryable};
use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::migrate;
use crate::clerk::Clock;
use crate::config::{Config, Environment};
use crate::db::{Db, Role, Unreachable, reach};
use crate::directory::access_change::{self, Following};
use crate::events::Feed;
use crate::http::middleware::Limits;
use crate::jobs::Worker;
use crate::server::{self, Accepting, Front, Lifecycle};
use crate::state::AppState;
use crate::telemetry::scrub::scrub;
use crate::telemetry::{self, Telemetry};
use crate::worker::worker;
use crate::{measures, sweep};

/// How much longer than a request may take the last ones are waited for.
const LEEWAY: Duration = Duration::from_secs(1);

/// How long to wait before the database is tried again while the server starts, at first and at most.
const RETRIES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];

/// Serves until it is told to stop, then lets the requests in flight finish.
pub async fn run(config: Config) -> Result<()> {
    let telemetry = telemetry::start(&config)?;
    let served = serve(&config, &telemetry).await;
    if let Err(error) = &served {
        tracing::error!(cause = %scrub(&format!("{error:#}")), "the server ends");
    }
    telemetry.end().await;
    served
}

async fn serve(config: &Config, telemetry: &Telemetry) -> Result<()> {
    let mut stop = pin!(told_to_stop());
    let server = tokio::select! {
        server = Server::open(config, telemetry) => server?,
        () = stop.as_mut() => return Ok(()),
    };
    let address = server.address;
    let serving = server.begin();
    // After the first moment at which a request is answered, as whoever waits for this line sends one.
    tracing::info!(%address, environment = config.environment.as_str(), "listening");
    serving.until(stop).await
}

/// A server that answers, so far only that it is starting.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub db: Db,
    front: Front,
    accepting: Accepting,
    lifecycle: Lifecycle,
    state: AppState,
    limits: Limits,
    ending: Ending,
    organization_hold: TimeDelta,
    following: Following,
    worker: Worker,
    beside: Router,
}

/// How long the parts of the end may take.
#[derive(Debug, Clone, Copy)]
struct Ending {
    /// Requests are still taken.
    delay: Duration,
    /// Those in flight may finish.
    patience: Duration,
}

impl Server {
    /// Binds, waits for the database, migrates where that is wanted, and learns whose access was taken away lately.
    ///
    /// # Errors
    /// What keeps it from serving, in words for the person at the terminal.
    pub async fn open(config: &Config, telemetry: &Telemetry) -> Result<Self> {
        // First, so that a second instance by mistake does not touch the schema.
        let listener = server::bind(config.listen)
            .with_context(|| format!("{} is not free; set HOST and PORT to another address", config.listen))?;
        let address = listener.local_addr().context("the address of the listener")?;
        let (limits, lifecycle, metrics) = (Limits::of(config)?, Lifecycle::default(), telemetry.metrics());
        let front = Front::starting(&limits, lifecycle.clone());
        more_descriptors();
        let accepting = Accepting::start(listener, front.clone(), config.server.max_connections);
        let db = database(config).await?.measured(&metrics);
        let state = AppState::build(config, db.clone(), &lifecycle, metrics)?;
        let following = access_change::follow(&db, &config.database, &state.revocations).await;
        let worker = worker(&state, config.database.max_connections, &Clock::system());
        let ending = Ending { delay: config.server.shutdown_delay, patience: config.http.request_timeout + LEEWAY };
        let (organization_hold, beside) = (config.organization_hold, Router::new());
        Ok(Self {
            address,
            db,
            front,
            accepting,
            lifecycle,
            state,
            limits,
            ending,
            organization_hold,
            following,
            worker,
            beside,
        })
    }

    /// Answers these routes too, which are no part of the API and have none of its limits.
    #[cfg(feature = "dev")]
    #[must_use]
    pub fn with(mut self, beside: Router) -> Self {
        self.beside = self.beside.merge(beside);
        self
    }

    /// Answers requests from here on.
    #[must_use]
    pub fn begin(self) -> Serving {
        let mut beside = JoinSet::new();
        let revocations = self.state.revocations.clone();
        beside.spawn(sweep::sweep_hourly(self.db.clone(), revocations, self.organization_hold));
        beside.spawn(self.state.limiter.clone().prune_regularly());
        measures::observe(&self.state, self.accepting.open(), &mut beside);
        let (tell, mut told) = watch::channel(false);
        let stop_jobs = async move { drop(told.wait_for(|told| *told).await) };
        let working = tokio::spawn(self.worker.work(stop_jobs, self.ending.patience));
        let events = self.state.events.clone();
        self.front.open(crate::app(self.state, &self.limits).merge(self.beside));
        let Self { db, accepting, lifecycle, ending, following, .. } = self;
        Serving { db, accepting, lifecycle, ending, following, events, tell, working, beside }
    }
}

/// A server that answers requests.
#[derive(Debug)]
pub struct Serving {
    db: Db,
    accepting: Accepting,
    lifecycle: Lifecycle,
    ending: Ending,
    following: Following,
    events: Feed,
    tell: watch::Sender<bool>,
    working: JoinHandle<()>,
    beside: JoinSet<()>,
}

impl Serving {
    /// Goes on until told to stop, then lets what is under way finish.
    ///
    /// # Errors
    /// When the database cannot be left in order.
    pub async fn until(mut self, stop: impl Future<Output = ()>) -> Result<()> {
        stop.await;
        let Ending { delay, patience } = self.ending;
        tracing::info!(seconds = delay.as_secs(), "told to stop; requests are taken for a while");
        self.lifecycle.end();
        // Others begin the next jobs; those under way have the time that requests have.
        self.tell.send_replace(true);
        // Streams would go on for as long as their tokens do, and whoever listens comes back elsewhere.
        self.events.close();
        tokio::time::sleep(delay).await;
        if !self.accepting.close(patience).await {
            tracing::warn!("some connections would not end");
        }
        let _ = self.working.await;
        self.beside.shutdown().await;
        drop(self.following);
        tracing::info!("stopped");
        self.db.close().await.context("closing the database")
    }
}

/// The database, once it answers, with the schema and the role that a server needs.
async fn database(config: &Config) -> Result<Db> {
    until_reached(config).await?;
    if config.database.auto_migrate {
        migrate::up(&config.database).await?;
    }
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    check_role(&db, config.environment).await?;
    migrate::warn_of_pending(&db).await;
    Ok(db)
}

/// Waits for a database that is not there yet, as after a start of everything at once.
async fn until_reached(config: &Config) -> Result<()> {
    let patience = config.server.startup_timeout;
    let [first, most] = RETRIES;
    let waits = ExponentialBuilder::new().with_min_delay(first).with_max_delay(most).without_max_times();
    (|| reach(&config.database.url, config.database.acquire_timeout))
        .retry(waits.with_total_delay(Some(patience)))
        .when(Unreachable::may_pass)
        .notify(|why, _| tracing::warn!(%why, "the database cannot be reached yet"))
        .await
        .with_context(|| format!("the database (DATABASE_URL) could not be reached within {} s", patience.as_secs()))
}

/// Each connection needs one, and most systems begin with 1024.
fn more_descriptors() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::debug!(limit, "descriptors"),
        // A supervisor that forbids it has set one itself.
        Err(error) => tracing::info!(%error, "the limit of descriptors is left as it is"),
    }
}

/// Row-level security is a wall only against a role that cannot climb it.
async fn check_role(db: &Db, environment: Environment) -> Result<()> {
    let Some(role) = db.role().await.context("asking the database for the role that logs in")? else { return Ok(()) };
    if let Some(lack) = role.lacks() {
        bail!(
            "DATABASE_URL logs in as {}, which {lack}.\nRun `tenantry migrate up` as the owner of the tables, then let an \
             administrator make a role for the server:\n{}",
            role.name,
            Role::mend()
        );
    }
    let dangers = role.dangers().join("; ");
    if dangers.is_empty() {
        return Ok(());
    }
    if environment == Environment::Production {
        bail!(
            "DATABASE_URL logs in as {}, which could pass by row-level security: {dangers}.\nLet an administrator make a \
             role for the server, put it into DATABASE_URL, and keep the owner in MIGRATION_DATABASE_URL:\n{}",
            role.name,
            Role::mend()
        );
    }
    tracing::debug!(role = role.name, dangers, "the database role could pass by row-level security");
    Ok(())
}

/// Resolves at Ctrl-C, or at SIGTERM, which is how supervisors ask.
pub(super) async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            let _ = interrupted.await;
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
