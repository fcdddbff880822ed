//! Structured logs. No token, secret, e-mail address or body reaches them.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::prelude::*;

use crate::config::{LogConfig, LogFormat};

/// Starts logging to standard error. Call it once.
pub fn start(config: &LogConfig) {
    subscriber(config, std::io::stderr().is_terminal(), std::io::stderr).init();
}

/// What [`start`] installs, writing to any place.
pub fn subscriber<W>(config: &LogConfig, colours: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().with_ansi(colours).with_writer(writer);
    match config.format {
        LogFormat::Pretty => Box::new(tracing_subscriber::registry().with(filter).with(layer)),
        LogFormat::Json => Box::new(tracing_subscriber::registry().with(filter).with(layer.json().flatten_event(true))),
    }
}
