//! How much a caller may ask for, how much the server takes on at once, and whose word on addresses counts.

use std::net::IpAddr;

use axum::http::HeaderName;
use ipnet::IpNet;

use super::Environment;
use super::mistakes::Fault;
use super::reader::{Reader, list, push_new};

/// Far above what one process serves; keeps the arithmetic of bursts within 32 bits.
const HIGHEST_RATE: u32 = 100_000;

/// The limits of requests. The default has none but the bound on requests at once, and trusts no proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Requests a second for each caller, by kind of request; 0 is no limit.
    pub rates: Rates,
    /// How many callers' worth of requests a whole tenant has; 0 is no limit.
    pub tenant_factor: u32,
    /// How many requests may be in progress at once.
    pub max_concurrent: usize,
    /// How many event streams may be open at once.
    pub max_event_streams: usize,
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they name the one address of the client, instead of `X-Forwarded-For`.
    pub address_header: Option<HeaderName>,
}

/// Requests a second, by kind of request; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// Reading.
    pub read: u32,
    /// Writing.
    pub write: u32,
    /// Searching in lists.
    pub search: u32,
    /// Deliveries of webhooks.
    pub webhook: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            rates: Rates::default(),
            tenant_factor: 0,
            max_concurrent: 512,
            max_event_streams: 10_000,
            trusted_proxies: Vec::new(),
            address_header: None,
        }
    }
}

impl LimitsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let rates = Rates {
            read: rate(reader, "RATE_LIMIT_READ", 100),
            write: rate(reader, "RATE_LIMIT_WRITE", 20),
            search: rate(reader, "RATE_LIMIT_SEARCH", 10),
            webhook: rate(reader, "RATE_LIMIT_WEBHOOK", 50),
        };
        let tenant_factor = reader.number("RATE_LIMIT_TENANT_FACTOR", 0..=1000);
        let max_concurrent = reader.number("MAX_CONCURRENT_REQUESTS", 1..=100_000);
        let max_event_streams = reader.number("MAX_EVENT_STREAMS", 0..=1_000_000);
        let address_header = address_header(reader);
        let trusted_proxies = trusted_proxies(reader, address_header.is_some());
        Self { rates, tenant_factor, max_concurrent, max_event_streams, trusted_proxies, address_header }
    }
}

fn rate(reader: &mut Reader<'_>, name: &'static str, hosted: u32) -> u32 {
    match reader.value(name) {
        Some(value) => reader.whole_number(name, &value, 0..=HIGHEST_RATE),
        None if reader.environment == Environment::Local => 0,
        None => hosted,
    }
}

fn trusted_proxies(reader: &mut Reader<'_>, have_header: bool) -> Vec<IpNet> {
    let name = "TRUSTED_PROXIES";
    let Some(value) = reader.value(name) else {
        if have_header {
            let mend = "name the proxies that set it, or remove CLIENT_ADDRESS_HEADER";
            reader.mistake(name, "not set, so CLIENT_ADDRESS_HEADER would never be read", mend);
        }
        return Vec::new();
    };
    let mut networks = Vec::new();
    for item in list(&value) {
        match network(item, have_header) {
            Ok(network) => push_new(&mut networks, network),
            Err(fault) => reader.fault(name, item, fault),
        }
    }
    networks
}

fn network(text: &str, have_header: bool) -> Result<IpNet, Fault> {
    let parsed = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network: IpNet = parsed.map_err(|_| {
        Fault::new(
            "is neither an IP address nor a network",
            "write 10.0.0.1, 10.0.0.0/8 or fd00::/8, separated by commas",
        )
    })?;
    // The first address of a list in which everybody is trusted is whatever the client wrote there.
    if network.prefix_len() == 0 && !have_header {
        let mend = "name the proxies, or the one header that they set in CLIENT_ADDRESS_HEADER";
        return Err(Fault::new("trusts everybody with X-Forwarded-For", mend));
    }
    Ok(network.trunc())
}

fn address_header(reader: &mut Reader<'_>) -> Option<HeaderName> {
    let name = "CLIENT_ADDRESS_HEADER";
    let value = reader.value(name)?;
    match HeaderName::try_from(value.as_str()) {
        Ok(header) if header == "x-forwarded-for" || header == "forwarded" => {
            let fault = Fault::new("is a list of addresses", "leave it out: X-Forwarded-For is read without it");
            reader.fault(name, &value, fault);
            None
        }
        Ok(header) => Some(header),
        Err(_) => {
            reader.fault(name, &value, Fault::new("is no name of a header", "write a name such as Fly-Client-IP"));
            None
        }
    }
}
