//! Origins, the public address, and the limits of a request.

use std::time::Duration;

use super::Environment;
use super::address::Origin;
use super::mistakes::Fault;
use super::reader::{Reader, list, push_new};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const BODY_LIMIT: usize = 1024 * 1024;
const LOCAL_ORIGINS: &str = "http://localhost:3000,http://localhost:5173";

/// How the server meets browsers and clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Origins whose pages may call with credentials: `scheme://host[:port]`, no repeats.
    /// `FRONTEND_URL` and `PUBLIC_URL` are among them.
    pub cors_origins: Vec<String>,
    /// Where this server is reached from outside, without a trailing slash.
    pub public_url: Option<String>,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How many bytes a request's body may have.
    pub body_limit: usize,
}

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let named = reader.value("CORS_ORIGINS").or_else(|| {
            let local = reader.environment == Environment::Local;
            local.then(|| LOCAL_ORIGINS.to_owned())
        });
        let mut cors_origins = named.map(|value| origins(reader, "CORS_ORIGINS", &value)).unwrap_or_default();
        let frontend = single_origin(reader, "FRONTEND_URL");
        let public_url = single_origin(reader, "PUBLIC_URL");
        for origin in frontend.iter().chain(&public_url) {
            push_new(&mut cors_origins, origin.clone());
        }
        Self { cors_origins, public_url, request_timeout: REQUEST_TIMEOUT, body_limit: BODY_LIMIT }
    }
}

/// The origins of a comma list, those with mistakes left out.
pub(super) fn origins(reader: &mut Reader<'_>, name: &'static str, value: &str) -> Vec<String> {
    let mut origins = Vec::new();
    for item in list(value) {
        if let Some(origin) = origin(reader, name, item) {
            push_new(&mut origins, origin);
        }
    }
    origins
}

fn single_origin(reader: &mut Reader<'_>, name: &'static str) -> Option<String> {
    let value = reader.value(name)?;
    origin(reader, name, &value)
}

fn origin(reader: &mut Reader<'_>, name: &'static str, text: &str) -> Option<String> {
    match Origin::parse(text).and_then(|origin| fits(origin, reader.environment)) {
        Ok(_) if reader.refuses_placeholder(name, text) => None,
        Ok(origin) => Some(origin.text),
        Err(fault) => {
            reader.fault(name, text, fault);
            None
        }
    }
}

fn fits(origin: Origin, environment: Environment) -> Result<Origin, Fault> {
    if environment.is_hosted() && origin.is_web && origin.is_local {
        let problem = format!("is an address of one machine, which {environment} refuses");
        return Err(Fault::new(problem, "name the public https:// address"));
    }
    if environment == Environment::Production && origin.text.starts_with("http://") {
        let problem = "is plain http, which production refuses";
        return Err(Fault::new(problem, "use the https:// address"));
    }
    Ok(origin)
}
