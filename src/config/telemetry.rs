//! Where metrics, traces and errors go; nowhere unless told.

use std::net::SocketAddr;

use secrecy::SecretString;
use url::Url;

use super::mistakes::Fault;
use super::reader::{Reader, list};

/// Where metrics, traces and errors go.
#[derive(Debug, Clone, Default)]
pub struct TelemetryConfig {
    /// Where Prometheus finds `/metrics` (`METRICS_ADDR`).
    pub metrics: Option<SocketAddr>,
    /// Where traces and metrics are sent (`OTEL_EXPORTER_OTLP_…`).
    pub otlp: Option<OtlpConfig>,
    /// Where errors and panics are reported (`SENTRY_DSN`).
    pub sentry: Option<SecretString>,
}

/// An OpenTelemetry collector that is spoken to by OTLP over HTTP.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// Its address, without `/v1/traces` and the like and without a trailing slash.
    pub endpoint: String,
    /// Headers of every request to it, such as an authorization.
    pub headers: Vec<(String, SecretString)>,
    /// Which part of all traces is kept, 0 to 1.
    pub ratio: f64,
    /// As whom this program is known there.
    pub service: String,
}

impl TelemetryConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { metrics: metrics(reader), otlp: OtlpConfig::read(reader), sentry: sentry(reader) }
    }
}

impl OtlpConfig {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (ratio, headers) = (ratio(reader), headers(reader));
        let service = reader.value("OTEL_SERVICE_NAME").unwrap_or_default();
        let name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        let value = reader.value(name)?;
        let Some(url) = web_address(&value) else {
            let mend = "write the base address of a collector's OTLP over HTTP, such as http://127.0.0.1:4318";
            reader.fault(name, &value, Fault::new("is no http or https address", mend));
            return None;
        };
        Some(Self { endpoint: url.as_str().trim_end_matches('/').to_owned(), headers, ratio, service })
    }
}

fn metrics(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    let name = "METRICS_ADDR";
    let value = reader.value(name)?;
    let address = value.parse().ok();
    if address.is_none() {
        let mend = "write 127.0.0.1:9464, or 0.0.0.0:9464 where only your own network reaches that port";
        reader.fault(name, &value, Fault::new("is not an IP address and a port", mend));
    }
    address
}

fn ratio(reader: &mut Reader<'_>) -> f64 {
    let name = "OTEL_TRACES_SAMPLER_ARG";
    let Some(value) = reader.value(name) else {
        return if reader.environment.is_hosted() { 0.1 } else { 1.0 };
    };
    match value.parse() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
        _ => {
            reader.fault(
                name,
                &value,
                Fault::new("is no number from 0 to 1", "write the part of traces to keep, such as 0.1"),
            );
            1.0
        }
    }
}

/// `name=value` pairs, their values percent-encoded, as the specification of OTLP's environment has them.
fn headers(reader: &mut Reader<'_>) -> Vec<(String, SecretString)> {
    let name = "OTEL_EXPORTER_OTLP_HEADERS";
    let Some(value) = reader.value(name) else { return Vec::new() };
    let mut headers = Vec::new();
    for item in list(&value) {
        let pair = item.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
        match pair.filter(|(key, _)| axum::http::HeaderName::try_from(*key).is_ok()) {
            Some((_, value)) if reader.refuses_placeholder(name, value) => {}
            Some((key, value)) => {
                let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
                headers.push((key.to_owned(), SecretString::from(value)));
            }
            None => {
                let mend = "write name=value pairs, separated by commas";
                reader.fault(name, item, Fault::new("has a part that is no header", mend));
            }
        }
    }
    headers
}

fn sentry(reader: &mut Reader<'_>) -> Option<SecretString> {
    let name = "SENTRY_DSN";
    let value = reader.value(name)?;
    if reader.refuses_placeholder(name, &value) {
        return None;
    }
    if value.parse::<sentry::types::Dsn>().is_err() {
        let mend = "copy the DSN from the project's settings at Sentry, https://key@host/number";
        reader.fault(name, &value, Fault::new("is no DSN", mend));
        return None;
    }
    Some(SecretString::from(value))
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
