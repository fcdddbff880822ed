//! Structured logs.

use tracing::Subscriber;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, reload};

use super::verbosity::Verbosity;
use crate::config::{LogConfig, LogFormat};

/// Logs to any place.
pub fn subscriber<W>(config: &LogConfig, colours: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Box::new(tracing_subscriber::registry().with(filter(config)).with(lines(config.format, colours, writer)))
}

/// The same as one layer of several, whose level may change.
pub(super) fn layer<S, W>(
    config: &LogConfig,
    colours: bool,
    writer: W,
) -> (Box<dyn Layer<S> + Send + Sync>, Verbosity<S>)
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(filter(config));
    let layer = lines(config.format, colours, writer).with_filter(filter);
    (Box::new(layer), Verbosity::new(handle, config.filter.clone()))
}

pub(super) fn filter(config: &LogConfig) -> EnvFilter {
    EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"))
}

fn lines<S, W>(format: LogFormat, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        LogFormat::Pretty => Box::new(fmt::layer().with_ansi(colours).with_writer(writer)),
        // That of `tracing-subscriber` reads the span's fields back from text for each line.
        LogFormat::Json => Box::new(json_subscriber::fmt::layer().with_writer(writer).flatten_event(true)),
    }
}
