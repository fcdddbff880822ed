//! What is logged and how it looks.

use tracing_subscriber::EnvFilter;

use super::Environment;
use super::mistakes::Fault;
use super::reader::{Reader, list};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Directives of `tracing_subscriber::EnvFilter`, known to parse.
    pub filter: String,
    /// The form of a line.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people, with colours on a terminal.
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

impl LogConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let formats = [("pretty", LogFormat::Pretty), ("json", LogFormat::Json)];
        let format = reader.choice("LOG_FORMAT", &formats);
        let unset = match reader.environment {
            Environment::Local => LogFormat::Pretty,
            Environment::Staging | Environment::Production => LogFormat::Json,
        };
        Self { filter: filter(reader), format: format.unwrap_or(unset) }
    }
}

fn filter(reader: &mut Reader<'_>) -> String {
    let debug = reader.flag("DEBUG");
    if debug && reader.environment == Environment::Production {
        reader.mistake(
            "DEBUG",
            "it is on, which production refuses",
            "remove it, and set LOG_LEVEL=debug for a while if you must",
        );
    }
    let Some((name, value)) = reader.either("RUST_LOG", "LOG_LEVEL") else {
        return if debug { "debug" } else { "info" }.to_owned();
    };
    let mend = "use off, error, warn, info, debug or trace, or directives as info,tenantry=debug";
    let unknown = list(&value).into_iter().find(|d| {
        // EnvFilter would take a lone unknown word for the name of a module.
        name == "LOG_LEVEL" && !d.contains(['=', '[']) && !is_level(d)
    });
    if unknown.is_some() {
        reader.fault(name, &value, Fault::new("is no log level", mend));
    } else if EnvFilter::builder().parse(&value).is_err() {
        reader.fault(name, &value, Fault::new("is no log filter", mend));
    }
    value
}

fn is_level(word: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
}
