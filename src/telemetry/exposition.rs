//! `/metrics` for Prometheus, at an address of its own: it is for operators, and not for the network that the API is on.

use std::net::TcpListener;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use opentelemetry_prometheus::PrometheusExporter;
use prometheus::{Registry, TextEncoder};

/// What Prometheus calls its text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Reads the metrics when Prometheus asks; what the process takes of the machine is among them.
pub(super) fn reader(registry: &Registry) -> Result<PrometheusExporter> {
    #[cfg(target_os = "linux")]
    registry
        .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
        .context("the process's metrics")?;
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    exporter.scope_info_enabled(false).build().context("the exporter of metrics")
}

/// Answers at that address until the process ends.
pub(super) fn serve(listener: TcpListener, registry: Registry) -> Result<()> {
    listener.set_nonblocking(true).context("METRICS_ADDR")?;
    let listener = tokio::net::TcpListener::from_std(listener).context("METRICS_ADDR")?;
    let app = Router::new().route("/metrics", get(async move || render(&registry)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(())
}

fn render(registry: &Registry) -> Response {
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
