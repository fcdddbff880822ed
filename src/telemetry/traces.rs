//! Traces, sent by OTLP over HTTP: a span for each request or job, one for each statement in it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{ParentBasedSampler, Sampler, SdkTracerProvider};
use secrecy::ExposeSecret;
use tracing::{Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::config::OtlpConfig;

/// How long the last spans may take to be sent.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(3);

/// How long a collector may take for a batch.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Whether spans are sent at all, so that requests need not ask otherwise.
static SENT: AtomicBool = AtomicBool::new(false);

/// Sends spans from now on.
pub(super) fn provider(config: &OtlpConfig, resource: Resource) -> Result<SdkTracerProvider> {
    let endpoint = format!("{}/v1/traces", config.endpoint);
    let headers = headers(config);
    let exporter = outside_the_runtime(move || {
        let builder = SpanExporter::builder().with_http().with_endpoint(endpoint);
        builder.with_headers(headers).with_timeout(ANSWER_WITHIN).build()
    })?;
    SENT.store(true, Ordering::Relaxed);
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter.context("the exporter of traces")?)
        .with_sampler(sampler(config.ratio))
        .with_resource(resource)
        .build())
}

/// A caller may name the trace that a request belongs to, and not that it is kept: they would fill our storage.
fn sampler(ratio: f64) -> ParentBasedSampler {
    let ours = || Sampler::TraceIdRatioBased(ratio);
    Sampler::parent_based(ours()).with_remote_parent_sampled(ours()).with_remote_parent_not_sampled(ours())
}

pub(super) fn headers(config: &OtlpConfig) -> HashMap<String, String> {
    config.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
}

/// A client that blocks must not be made where nothing may block.
pub(super) fn outside_the_runtime<T: Send + 'static>(make: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    std::thread::spawn(make).join().map_err(|_| anyhow!("the client could not be made"))
}

/// Hears of our spans, and of what is said in them.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("tenantry"))
        .with_location(false)
        .with_threads(false);
    layer.with_filter(filter_fn(is_ours)).boxed()
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("tenantry") && *metadata.level() <= tracing::Level::DEBUG
}

/// Makes a request's span, which nobody has entered yet, a part of the trace that its `traceparent` names (W3C Trace Context),
/// and notes the trace's id for the log.
pub fn join(span: &Span, headers: &HeaderMap) {
    if !SENT.load(Ordering::Relaxed) {
        return;
    }
    if headers.contains_key("traceparent") {
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    let context = span.context();
    let id = context.span().span_context().trace_id();
    span.record("trace_id", tracing::field::display(id));
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
