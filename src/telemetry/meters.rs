//! Who reads the metrics: Prometheus, a collector, both, or nobody, in which case nothing is measured.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context, Result};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_otlp::{MetricExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use prometheus::Registry;

use super::exposition;
use super::traces::{LAST_WORDS, headers, outside_the_runtime};
use crate::config::{OtlpConfig, TelemetryConfig};
use crate::metrics::Metrics;

/// How often a collector is told.
const EVERY: Duration = Duration::from_secs(30);

/// The readers.
pub(super) struct Meters(Option<SdkMeterProvider>);

impl Meters {
    /// Begins to be read.
    pub(super) fn start(config: &TelemetryConfig, resource: Resource) -> Result<Self> {
        if config.metrics.is_none() && config.otlp.is_none() {
            return Ok(Self(None));
        }
        let mut builder = SdkMeterProvider::builder().with_resource(resource);
        if let Some(address) = config.metrics {
            let listener = TcpListener::bind(address)
                .with_context(|| format!("{address} is not free; set METRICS_ADDR to another address"))?;
            let registry = Registry::new();
            builder = builder.with_reader(exposition::reader(&registry)?);
            exposition::serve(listener, registry)?;
        }
        if let Some(otlp) = &config.otlp {
            builder = builder.with_reader(reader(otlp)?);
        }
        Ok(Self(Some(builder.build())))
    }

    /// What to measure with.
    pub(super) fn metrics(&self) -> Metrics {
        self.0.as_ref().map_or_else(Metrics::default, |provider| Metrics::new(provider.meter("tenantry")))
    }

    /// Sends what has not been sent yet.
    pub(super) fn end(self) {
        if let Some(provider) = self.0 {
            let _ = provider.shutdown_with_timeout(LAST_WORDS);
        }
    }
}

fn reader(config: &OtlpConfig) -> Result<PeriodicReader<MetricExporter>> {
    let (endpoint, headers) = (format!("{}/v1/metrics", config.endpoint), headers(config));
    let exporter = outside_the_runtime(move || {
        MetricExporter::builder().with_http().with_endpoint(endpoint).with_headers(headers).build()
    })?;
    Ok(PeriodicReader::builder(exporter.context("the exporter of metrics")?).with_interval(EVERY).build())
}
