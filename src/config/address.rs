//! Origins and addresses as configuration writes them, brought to one spelling.

use std::net::IpAddr;

use url::{Host, Url};

use super::mistakes::Fault;

const ORIGIN_MEND: &str = "write scheme://host or scheme://host:port, as https://app.example.com";

/// A web origin (RFC 6454), or that of an app's embedded browser (`capacitor://localhost`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The spelling browsers send: lower case, no default port, no trailing slash.
    pub(super) text: String,
    /// Whether the scheme is http or https.
    pub(super) is_web: bool,
    /// Whether the host is the machine itself.
    pub(super) is_local: bool,
}

impl Origin {
    /// Parses an origin, forgiving a trailing slash.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |problem: &str| Err(Fault::new(problem, ORIGIN_MEND));
        if text.contains('*') {
            return Err(Fault::new(
                "holds a `*`, which browsers do not accept together with credentials",
                "name every origin by itself, separated by commas",
            ));
        }
        if text.eq_ignore_ascii_case("null") {
            return fault("is the origin of any sandboxed page");
        }
        let Ok(url) = Url::parse(text) else {
            return fault("is not an origin");
        };
        if !url.has_host() || url.scheme() == "file" {
            return fault("has no host");
        }
        if has_credentials(&url) {
            return fault("holds a user name or password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return fault("has more than scheme, host and port");
        }
        Ok(Self { text: spelling(&url), is_web: matches!(url.scheme(), "http" | "https"), is_local: is_local(&url) })
    }
}

/// Parses an http or https address that may have a path but nothing after it.
pub(super) fn web_address(text: &str) -> Result<Url, Fault> {
    let mend = "write https://host/path";
    let url = Url::parse(text).map_err(|_| Fault::new("is not an address", mend))?;
    let problem = if !matches!(url.scheme(), "http" | "https") {
        "is neither http nor https"
    } else if has_credentials(&url) {
        "holds a user name or password"
    } else if url.query().is_some() || url.fragment().is_some() {
        "has a query or a fragment"
    } else {
        return Ok(url);
    };
    Err(Fault::new(problem, mend))
}

/// The address without its trailing slash, so that paths can be appended.
pub(super) fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// Whether the address leads to the machine that asks.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_own(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_own(IpAddr::V6(ip).to_canonical()),
        // The host of an unknown scheme is never parsed as an IP address.
        Some(Host::Domain(name)) => is_local_name(name),
        None => false,
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name == "host.docker.internal"
        || name.parse().is_ok_and(is_own)
}

fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn spelling(url: &Url) -> String {
    let origin = url.origin();
    if origin.is_tuple() {
        return origin.ascii_serialization();
    }
    url.as_str().trim_end_matches('/').to_ascii_lowercase()
}
