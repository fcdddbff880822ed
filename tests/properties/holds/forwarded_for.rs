//! `X-Forwarded-For`: the right-most address that is no proxy of ours, whatever the client wrote to the left of it.

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use tenantry::clerk::Clock;
use tenantry::config::LimitsConfig;
use tenantry::limits::Limiter;

const NAME: HeaderName = HeaderName::from_static("x-forwarded-for");

static LIMITER: LazyLock<Limiter> = LazyLock::new(|| {
    let trusted_proxies = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().expect("it is a network")).to_vec();
    Limiter::new(&LimitsConfig { trusted_proxies, ..LimitsConfig::default() }, 4, &Clock::system())
});

/// One header line for each line of the input.
pub fn forwarded_for(data: &[u8]) {
    let headers = super::headers(&NAME, data);
    let stranger: IpAddr = [192, 0, 2, 1].into();
    assert_eq!(client(stranger, headers.clone()), stranger, "a stranger was believed");

    let proxy: IpAddr = [10, 0, 0, 1].into();
    let found = client(proxy, headers.clone());
    let hops = hops(&headers);
    assert_eq!(found, expected(proxy, &hops), "{hops:?}");
    if !is_ours(found) {
        let left = HeaderValue::from_static("203.0.113.9, 10.9.9.9,");
        let mut invented: HeaderMap = [(NAME, left)].into_iter().collect();
        invented.extend(headers.get_all(NAME).iter().map(|line| (NAME, line.clone())));
        assert_eq!(client(proxy, invented), found, "the client chose its own address");
    }
}

fn client(peer: IpAddr, headers: HeaderMap) -> IpAddr {
    let mut parts = Request::new(()).into_parts().0;
    parts.headers = headers;
    parts.extensions.insert(ConnectInfo(SocketAddr::new(peer, 4711)));
    LIMITER.client(&parts).expect("there is a peer")
}

/// All hops from left to right; none where one cannot be read.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(NAME).iter();
    lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',').map(hop)).collect()
}

fn hop(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let socket = text.parse::<SocketAddr>().map(|socket| socket.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text.parse().ok().or(socket.ok()).or_else(bracketed);
    address.map(|address: IpAddr| address.to_canonical())
}

/// The hop that is judged last: the right-most one that is not ours, or the one after it where it cannot be read.
fn expected(peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
    let last = hops.iter().rposition(|hop| !hop.is_some_and(is_ours));
    let first_believed = last.map_or(0, |index| if hops[index].is_some() { index } else { index + 1 });
    hops.get(first_believed).copied().flatten().unwrap_or(peer)
}

fn is_ours(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.octets()[0] == 0xfd,
    }
}
