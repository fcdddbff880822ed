//! Errors and panics, reported to Sentry: events of the log at level `error`, with the request, tenant and person of their
//! span. Spans themselves are not sent, nor is anything of a request but its route.

use secrecy::{ExposeSecret, SecretString};
use sentry::ClientOptions;
use sentry::integrations::tracing::{ErrorLayer, SpanLayer};
use sentry::protocol::Event;
use serde_json::Value;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::scrub::scrub;
use crate::config::Environment;

/// Begins to report. What is not sent when this is dropped is waited for, two seconds at the most.
pub(super) fn start(dsn: &SecretString, environment: Environment) -> sentry::ClientInitGuard {
    let mut options = ClientOptions::new()
        .release(concat!("tenantry@", env!("CARGO_PKG_VERSION")))
        .environment(environment.as_str())
        .send_default_pii(false)
        .before_send(clean);
    // The setter panics at a bad one; this one was read before.
    options.dsn = dsn.expose_secret().parse().ok();
    sentry::init(options)
}

/// What hears of errors, and of the spans they happen in.
pub(super) fn layers<S>() -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let spans = SpanLayer::new().with_filter(filter_fn(is_context));
    let errors = ErrorLayer::new().enable_span_attributes();
    spans.and_then(errors.with_filter(filter_fn(|metadata| is_context(metadata) || is_report(metadata))))
}

/// Spans that say who and what; statements are no context of an error.
fn is_context(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() <= Level::INFO && metadata.target().starts_with("tenantry")
}

/// A panic in a request is two lines of the log, of which the first says more.
fn is_report(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && *metadata.level() == Level::ERROR && metadata.fields().field("panicked").is_none()
}

/// Every text of an event is scrubbed. One that cannot be is not sent.
fn clean(mut event: Event<'static>) -> Option<Event<'static>> {
    // The machine's name tells strangers nothing but where to look.
    event.server_name = None;
    let mut value = serde_json::to_value(&event).ok()?;
    scrub_all(&mut value);
    serde_json::from_value(value).ok()
}

fn scrub_all(value: &mut Value) {
    match value {
        Value::String(text) => *text = scrub(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(scrub_all),
        Value::Object(members) => members.values_mut().for_each(scrub_all),
        _ => {}
    }
}
