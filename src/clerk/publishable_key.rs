//! What a Clerk publishable key says: the host of the instance's Frontend API.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

/// Standard base64, padded or not: keys are seen both ways.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a publishable key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishableKeyError {
    /// It does not have the form `pk_live_…` or `pk_test_…`.
    #[error("a publishable key starts with pk_live_ or pk_test_ and has three parts separated by underscores")]
    Form,
    /// Its last part is not a base64-encoded host name followed by `$`.
    #[error("the last part of the publishable key is not an encoded host name")]
    Host,
}

/// The Frontend API host in a publishable key: `pk_live_` or `pk_test_` and base64 of `<host>$`.
///
/// The instance's issuer is `https://` and this host.
///
/// # Errors
/// [`PublishableKeyError`] says what is wrong with the key.
pub fn publishable_key_host(key: &str) -> Result<String, PublishableKeyError> {
    let encoded = key
        .strip_prefix("pk_live_")
        .or_else(|| key.strip_prefix("pk_test_"))
        .filter(|encoded| !encoded.contains('_'))
        .ok_or(PublishableKeyError::Form)?;
    let bytes = BASE64.decode(encoded).map_err(|_| PublishableKeyError::Host)?;
    let text = String::from_utf8(bytes).map_err(|_| PublishableKeyError::Host)?;
    let host = text.strip_suffix('$').ok_or(PublishableKeyError::Host)?;
    if is_host(host) { Ok(host.to_owned()) } else { Err(PublishableKeyError::Host) }
}

/// Dotted labels of letters, digits and hyphens, and a port where a stand-in for Clerk has one: the text goes into an
/// address, so nothing else may, nor what an address would read as another host (`1.1` is `1.0.0.1` there).
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port))
        && host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
        && Url::parse(&format!("https://{host}")).is_ok_and(|url| url.host_str() == Some(&host.to_ascii_lowercase()))
}
