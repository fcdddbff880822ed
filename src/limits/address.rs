//! Where a request comes from: the peer of the connection, or what a trusted proxy says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Once;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Stands for a peer that is unknown, as when the router is called without a socket.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The proxies whose word counts, and how they give it.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    trusted: Vec<IpNet>,
    header: Option<HeaderName>,
}

impl Proxies {
    pub(super) fn new(trusted: Vec<IpNet>, header: Option<HeaderName>) -> Self {
        Self { trusted, header }
    }

    /// Who is charged for a request: an IPv4 address, or the /64 that one IPv6 customer has to choose addresses from.
    pub(super) fn charged(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        network(self.client(peer, headers))
    }

    /// Where a request comes from.
    pub(super) fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        let peer = peer.map_or(UNKNOWN, |peer| peer.ip().to_canonical());
        if !self.trusts(peer) {
            warn_of_proxy(peer, headers);
            return peer;
        }
        match &self.header {
            Some(header) => single(headers, header).unwrap_or(peer),
            None => self.forwarded_for(peer, headers),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The right-most address that is no proxy of ours. Each proxy adds the one it was called by, so what is left of
    /// that address is the client's invention. At something unreadable the search ends with the proxy that wrote it.
    fn forwarded_for(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        for value in headers.get_all(FORWARDED_FOR).iter().rev() {
            for hop in value.as_bytes().rsplit(|byte| *byte == b',') {
                let Some(address) = address(hop) else { return nearest };
                nearest = address;
                if !self.trusts(address) {
                    return address;
                }
            }
        }
        nearest
    }
}

/// The address in a header that stands once and holds nothing else.
fn single(headers: &HeaderMap, header: &HeaderName) -> Option<IpAddr> {
    let mut values = headers.get_all(header).iter().map(HeaderValue::as_bytes);
    let only = values.next()?;
    values.next().is_none().then(|| address(only)).flatten()
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Says once that everybody behind a proxy is being taken for one.
fn warn_of_proxy(peer: IpAddr, headers: &HeaderMap) {
    static ONCE: Once = Once::new();
    if !ONCE.is_completed() && headers.contains_key(FORWARDED_FOR) {
        ONCE.call_once(|| {
            tracing::warn!(%peer, "X-Forwarded-For comes from a peer that TRUSTED_PROXIES does not name, and is ignored");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(trusted: &[&str], header: Option<&'static str>) -> Proxies {
        let trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
        Proxies::new(trusted, header.map(HeaderName::from_static))
    }

    fn client(proxies: &Proxies, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        proxies.charged(Some(SocketAddr::new(peer.parse().unwrap(), 4711)), &map).to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_peer_is_the_client() {
        let spoofed = [("x-forwarded-for", "1.1.1.1"), ("fly-client-ip", "1.1.1.1")];
        for proxies in
            [proxies(&[], None), proxies(&["10.0.0.0/8"], None), proxies(&["10.0.0.0/8"], Some("fly-client-ip"))]
        {
            assert_eq!(client(&proxies, "192.0.2.7", &spoofed), "192.0.2.7");
        }
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_client() {
        let ours = proxies(&["10.0.0.0/8", "fd00::/8"], None);
        for (given, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("1.1.1.1, 192.0.2.7", "192.0.2.7"),
            ("1.1.1.1,192.0.2.7 , 10.1.1.1,fd00::1", "192.0.2.7"),
            ("10.2.2.2, 10.1.1.1", "10.2.2.2"),
            ("192.0.2.7:4711", "192.0.2.7"),
            ("[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::"),
            ("[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, unknown, 10.1.1.1", "10.1.1.1"),
            ("192.0.2.7, ", "10.0.0.1"),
            ("nonsense", "10.0.0.1"),
        ] {
            assert_eq!(client(&ours, "10.0.0.1", &[("x-forwarded-for", given)]), expected, "{given}");
        }
        let split = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "192.0.2.7, 10.1.1.1")];
        assert_eq!(client(&ours, "::ffff:10.0.0.1", &split), "192.0.2.7");
        assert_eq!(client(&ours, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_header_with_one_address_must_stand_alone() {
        let ours = proxies(&["10.0.0.1/32"], Some("fly-client-ip"));
        let header = |values: &[&str]| {
            let mut headers = vec![("x-forwarded-for", "1.1.1.1")];
            headers.extend(values.iter().map(|value| ("fly-client-ip", *value)));
            client(&ours, "10.0.0.1", &headers)
        };
        assert_eq!(header(&["192.0.2.7"]), "192.0.2.7");
        assert_eq!(header(&["2001:db8:1:2:3:4:5:6"]), "2001:db8:1:2::");
        for unusable in [&[][..], &["192.0.2.7", "192.0.2.8"], &["192.0.2.7, 192.0.2.8"], &["x"]] {
            assert_eq!(header(unusable), "10.0.0.1", "{unusable:?}");
        }
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_client() {
        let nobody = proxies(&[], None);
        let one = client(&nobody, "2001:db8:1:2::1", &[]);
        assert_eq!(one, client(&nobody, "2001:db8:1:2:ffff::9", &[]));
        assert_ne!(one, client(&nobody, "2001:db8:1:3::1", &[]));
        assert_eq!(nobody.charged(None, &HeaderMap::new()), UNKNOWN);
    }
}
