//! `tenantry serve`, and what `dev` shares with it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::migrate;
use crate::clerk::Clock;
use crate::config::{Config, Environment};
use crate::db::{Db, Role};
use crate::directory::access_change::{self, Following};
use crate::http::middleware::Limits;
use crate::jobs::Worker;
use crate::state::AppState;
use crate::worker::worker;
use crate::{sweep, telemetry};

/// How much longer than a request may take the last ones are waited for.
const LEEWAY: Duration = Duration::from_secs(1);

/// Serves until it is told to stop, then lets the requests in flight finish.
pub async fn run(config: Config) -> Result<()> {
    telemetry::start(&config.log);
    let server = Server::open(&config).await?;
    tracing::info!(address = %server.address, environment = config.environment.as_str(), "listening");
    server.run().await
}

/// A server that is bound but not yet answering.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub db: Db,
    listener: TcpListener,
    state: AppState,
    limits: Limits,
    organization_hold: TimeDelta,
    following: Following,
    worker: Worker,
    beside: Router,
}

impl Server {
    /// Binds, migrates where that is wanted, connects, and learns whose access was taken away lately.
    pub async fn open(config: &Config) -> Result<Self> {
        // First, so that a second instance by mistake does not touch the schema.
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("{} is not free; set HOST and PORT to another address", config.listen))?;
        let address = listener.local_addr().context("the address of the listener")?;
        if config.database.auto_migrate {
            migrate::up(&config.database).await?;
        }
        let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
        check_role(&db, config.environment).await?;
        migrate::warn_of_pending(&db).await;
        let state = AppState::build(config, db.clone())?;
        let limits = Limits::of(config)?;
        let following = access_change::follow(&db, &config.database, &state.revocations).await;
        let worker = worker(&state, config.database.max_connections, &Clock::system());
        let organization_hold = config.organization_hold;
        let beside = Router::new();
        Ok(Self { address, db, listener, state, limits, organization_hold, following, worker, beside })
    }

    /// Answers these routes too, which are no part of the API and have none of its limits.
    #[must_use]
    pub fn with(mut self, beside: Router) -> Self {
        self.beside = self.beside.merge(beside);
        self
    }

    /// Answers requests until a signal comes.
    pub async fn run(self) -> Result<()> {
        let revocations = self.state.revocations.clone();
        let sweeping = tokio::spawn(sweep::sweep_hourly(self.db.clone(), revocations, self.organization_hold));
        let pruning = tokio::spawn(self.state.limiter.clone().prune_regularly());
        let app = crate::app(self.state, &self.limits).merge(self.beside);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let (tell, mut told) = watch::channel(false);
        let stop = async move {
            told_to_stop().await;
            tell.send_replace(true);
        };
        // A request that has begun ends by its own time limit; a head that never ends has none.
        let mut jobs_told = told.clone();
        let patience = self.limits.timeout + LEEWAY;
        let stop_jobs = async move { drop(jobs_told.wait_for(|told| *told).await) };
        let working = tokio::spawn(self.worker.work(stop_jobs, patience));
        let overdue = async {
            let _ = told.wait_for(|told| *told).await;
            tokio::time::sleep(patience).await;
        };
        let served = tokio::select! {
            served = axum::serve(self.listener, app).with_graceful_shutdown(stop).into_future() => served,
            () = overdue => {
                tracing::warn!("some connections would not end");
                Ok(())
            }
        };
        let _ = working.await;
        sweeping.abort();
        pruning.abort();
        drop(self.following);
        tracing::info!("stopped");
        self.db.close().await.context("closing the database")?;
        served.context("serving")
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
async fn told_to_stop() {
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
