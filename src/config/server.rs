//! How many connections there may be, and how the process begins and ends.

use std::time::Duration;

use super::reader::Reader;

/// How many connections there may be, and how the process begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerConfig {
    /// Most connections at once (`MAX_CONNECTIONS`).
    pub max_connections: u32,
    /// How long the database is waited for at start (`STARTUP_TIMEOUT_SECONDS`).
    pub startup_timeout: Duration,
    /// How long requests are still taken after the signal to end, so that load balancers learn of it
    /// (`SHUTDOWN_DELAY_SECONDS`).
    pub shutdown_delay: Duration,
}

impl ServerConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        // Nobody stands before a server on a developer's machine, and Ctrl-C should end it.
        let unset = if reader.environment.is_hosted() { 5 } else { 0 };
        let delay = match reader.value("SHUTDOWN_DELAY_SECONDS") {
            Some(value) => reader.whole_number("SHUTDOWN_DELAY_SECONDS", &value, 0..=300),
            None => unset,
        };
        Self {
            max_connections: reader.number("MAX_CONNECTIONS", 1..=1_000_000),
            startup_timeout: reader.seconds("STARTUP_TIMEOUT_SECONDS", 0..=3600),
            shutdown_delay: Duration::from_secs(delay),
        }
    }
}
