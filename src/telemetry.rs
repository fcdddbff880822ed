//! Structured logs. No token, secret, e-mail address or body reaches them.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{LogConfig, LogFormat};

/// Starts logging to standard error. Call it once.
pub fn start(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().with_writer(std::io::stderr);
    match config.format {
        LogFormat::Pretty => tracing_subscriber::registry().with(filter).with(layer).init(),
        LogFormat::Json => tracing_subscriber::registry().with(filter).with(layer.json().flatten_event(true)).init(),
    }
}
