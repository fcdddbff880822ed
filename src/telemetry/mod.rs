//! Where what the program says of itself goes: logs to standard error, and if so told metrics to Prometheus, traces and
//! metrics to an OpenTelemetry collector, errors to Sentry. No token, secret, e-mail address or body reaches any of them.

mod exposition;
mod log;
mod meters;
mod panics;
mod reports;
pub mod scrub;
pub mod traces;
mod verbosity;

use std::io::IsTerminal;

use anyhow::{Context, Result};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::Layer;
use tracing_subscriber::prelude::*;

use crate::config::{Config, LogConfig};
use crate::metrics::Metrics;

pub use log::subscriber;
use meters::Meters;

/// What must live as long as the program, and be told of its end.
#[must_use]
pub struct Telemetry {
    meters: Meters,
    traces: Option<SdkTracerProvider>,
    reports: Option<sentry::ClientInitGuard>,
}

/// Starts everything that the configuration asks for. Call it once.
///
/// # Errors
/// When `METRICS_ADDR` is taken, or a client for the collector cannot be built. That nobody answers there is no error.
pub fn start(config: &Config) -> Result<Telemetry> {
    let telemetry = &config.telemetry;
    let traces = telemetry.otlp.as_ref().map(|otlp| traces::provider(otlp, resource(config)));
    let traces = traces.transpose().context("OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let reports = telemetry.sentry.as_ref().map(|dsn| reports::start(dsn, config.environment));
    let meters = Meters::start(telemetry, resource(config))?;
    let (log, verbosity) = log::layer(&config.log, std::io::stderr().is_terminal(), std::io::stderr);
    tracing_subscriber::registry()
        .with(log)
        .with(traces.as_ref().map(traces::layer))
        .with(reports.as_ref().map(|_| reports::layers().boxed()))
        .init();
    panics::log();
    verbosity::obey_signals(verbosity);
    Ok(Telemetry { meters, traces, reports })
}

/// Starts logging to standard error, and nothing else: for commands that print and end.
pub fn start_log(config: &LogConfig) {
    subscriber(config, std::io::stderr().is_terminal(), std::io::stderr).init();
}

impl Telemetry {
    /// What the parts of the program measure with.
    pub fn metrics(&self) -> Metrics {
        self.meters.metrics()
    }

    /// Sends what has not been sent yet, for some seconds at the most.
    pub async fn end(self) {
        let sending = tokio::task::spawn_blocking(move || {
            let Self { meters, traces, reports } = self;
            meters.end();
            if let Some(traces) = traces {
                let _ = traces.shutdown_with_timeout(traces::LAST_WORDS);
            }
            drop(reports);
        });
        let _ = sending.await;
    }
}

/// Who is speaking, in OpenTelemetry's words.
fn resource(config: &Config) -> Resource {
    use opentelemetry::KeyValue;
    let name = config.telemetry.otlp.as_ref().map_or("tenantry", |otlp| &otlp.service).to_owned();
    Resource::builder()
        .with_service_name(name)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("deployment.environment.name", config.environment.as_str()))
        .build()
}
