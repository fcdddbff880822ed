//! What is counted and timed, by OpenTelemetry's names where there are any; who reads it is `telemetry`'s business.
//!
//! Switched off, which is the default, nothing is measured at all. No label holds an id: there are as many series as there
//! are routes, statuses and kinds.

mod observed;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

pub use observed::Reading;

/// Seconds, from what one look-up takes to the longest a request may.
const SECONDS: [f64; 15] =
    [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Seconds, from a delivery that comes at once to one that was tried for a day.
const LATENESS: [f64; 11] = [0.1, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0, 21_600.0, 86_400.0];

/// What is counted and timed, unless it is switched off. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Option<Arc<Instruments>>);

#[derive(Debug)]
struct Instruments {
    meter: Meter,
    requests: Histogram<f64>,
    refusals: Counter<u64>,
    statements: Histogram<f64>,
    waits: Histogram<f64>,
    calls: Histogram<f64>,
    deliveries: Counter<u64>,
    lateness: Histogram<f64>,
    jobs: Histogram<f64>,
}

impl Metrics {
    /// Measures into this meter.
    #[must_use]
    pub fn new(meter: Meter) -> Self {
        let histogram = |name, description, bounds: &[f64]| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(description);
            histogram.with_boundaries(bounds.to_vec()).build()
        };
        let counter = |name, description| meter.u64_counter(name).with_description(description).build();
        Self(Some(Arc::new(Instruments {
            requests: histogram("http.server.request.duration", "Requests, by method, route and status", &SECONDS),
            refusals: counter("tenantry.refusals", "Problem documents, by code"),
            statements: histogram("db.client.operation.duration", "Statements, by operation", &SECONDS),
            waits: histogram("db.client.connection.wait_time", "Waiting for a connection of the pool", &SECONDS),
            calls: histogram("tenantry.clerk.call.duration", "Calls of Clerk's Backend API, by outcome", &SECONDS),
            deliveries: counter("tenantry.webhook.deliveries", "Webhook deliveries, by type and outcome"),
            lateness: histogram("tenantry.webhook.lag", "From the event at Clerk to its effect here", &LATENESS),
            jobs: histogram("tenantry.job.duration", "Attempts at jobs, by kind and outcome", &SECONDS),
            meter,
        })))
    }

    /// A request was answered. `route` is the pattern and not the path; none where nothing matched.
    pub fn request(&self, method: &axum::http::Method, route: Option<&str>, status: u16, took: Duration) {
        let Some(instruments) = &self.0 else { return };
        let method = KeyValue::new("http.request.method", known(method));
        let status = KeyValue::new("http.response.status_code", i64::from(status));
        match route {
            Some(route) => {
                let route = KeyValue::new("http.route", route.to_owned());
                instruments.requests.record(took.as_secs_f64(), &[method, status, route]);
            }
            None => instruments.requests.record(took.as_secs_f64(), &[method, status]),
        }
    }

    /// A request was refused or failed with this code.
    pub fn refusal(&self, code: &'static str) {
        if let Some(instruments) = &self.0 {
            instruments.refusals.add(1, &[KeyValue::new("code", code)]);
        }
    }

    /// The database answered a statement, or BEGIN or COMMIT.
    pub fn statement(&self, operation: &'static str, took: Duration, well: bool) {
        if let Some(instruments) = &self.0 {
            let labels = [KeyValue::new("db.operation.name", operation), KeyValue::new("outcome", outcome(well))];
            instruments.statements.record(took.as_secs_f64(), &labels);
        }
    }

    /// A connection of the pool was waited for.
    pub fn waited(&self, took: Duration) {
        if let Some(instruments) = &self.0 {
            instruments.waits.record(took.as_secs_f64(), &[]);
        }
    }

    /// Clerk's Backend API was asked: `ok`, `refused` or `away`.
    pub fn clerk_call(&self, outcome: &'static str, took: Duration) {
        if let Some(instruments) = &self.0 {
            instruments.calls.record(took.as_secs_f64(), &[KeyValue::new("outcome", outcome)]);
        }
    }

    /// A genuine delivery was dealt with; `lag` since the event, where it took effect.
    pub fn delivery(&self, kind: &str, outcome: &'static str, lag: Option<Duration>) {
        let Some(instruments) = &self.0 else { return };
        let labels = [KeyValue::new("type", kind.to_owned()), KeyValue::new("outcome", outcome)];
        instruments.deliveries.add(1, &labels);
        if let Some(lag) = lag {
            instruments.lateness.record(lag.as_secs_f64(), &labels[..1]);
        }
    }

    /// An attempt at a job ended.
    pub fn job(&self, kind: &str, outcome: &'static str, took: Duration) {
        if let Some(instruments) = &self.0 {
            let labels = [KeyValue::new("kind", kind.to_owned()), KeyValue::new("outcome", outcome)];
            instruments.jobs.record(took.as_secs_f64(), &labels);
        }
    }

    /// Whether anything is measured.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

fn outcome(well: bool) -> &'static str {
    if well { "ok" } else { "failed" }
}

/// A caller may make methods up, and each would be a series.
fn known(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}
