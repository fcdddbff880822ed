//! A publishable key: what is read from it is the host of an address, and nothing more than that.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tenantry::clerk::publishable_key_host;
use url::Url;

/// A key, or, after `h`, the host of one.
pub fn publishable_key(data: &[u8]) {
    let key = match data {
        [b'h', host @ ..] => format!("pk_test_{}", BASE64_STANDARD.encode([host, b"$"].concat())),
        _ => super::text(data),
    };
    let Ok(host) = publishable_key_host(&key) else { return };
    let url = Url::parse(&format!("https://{host}")).unwrap_or_else(|error| panic!("{host}: {error}"));
    let (name, port) = host.split_once(':').map_or((host.as_str(), "443"), |(name, port)| (name, port));
    assert_eq!(url.host_str(), Some(name.to_ascii_lowercase().as_str()), "another host is asked for keys");
    assert_eq!(url.port_or_known_default().map(|port| port.to_string()).as_deref(), Some(port));
    assert!(url.username().is_empty() && url.path() == "/" && url.query().is_none() && url.fragment().is_none());
    let again = format!("pk_live_{}", BASE64_STANDARD.encode(format!("{host}$")));
    assert_eq!(publishable_key_host(&again).as_ref(), Ok(&host));
}
