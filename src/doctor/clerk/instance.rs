//! Whether publishable key, issuer, signing keys and secret key are all of one Clerk instance. That the keys are of one kind (test or
//! live) is asked of the settings already.

use url::Url;

use crate::clerk::publishable_key_host;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let clerk = &case.config.clerk;
    let host = clerk.publishable_key.as_deref().and_then(|key| publishable_key_host(key).ok());
    if let Some(host) = &host
        && !clerk.issuers.iter().chain(&clerk.proxy_url).any(|issuer| place(issuer).as_deref() == Some(host))
    {
        return Err(Verdict::grave(
            case.is_hosted(),
            format!("CLERK_PUBLISHABLE_KEY is of {host}, and CLERK_ISSUER names {}", clerk.issuers.join(", ")),
            "leave CLERK_ISSUER and CLERK_JWKS_URL unset, so that they follow from the key",
        ));
    }
    let of = host.unwrap_or_else(|| clerk.issuers.join(", "));
    let told = case.instance().await?;
    let published = case
        .published()
        .await
        .map_err(|_| Verdict::failed("not looked at, because there are no signing keys", "mend `keys` first"))?;
    if !told.keys.keys.iter().any(|own| published.iter().any(|key| key.is_same_key(own))) {
        return Err(Verdict::failed(
            format!("CLERK_SECRET_KEY is of another instance than {of}: they have no signing key in common"),
            "copy both keys from the same instance in Clerk's dashboard",
        ));
    }
    Ok(Verdict::ok(format!("publishable key, issuer, signing keys and secret key are all of {of}")))
}

/// Host and port.
fn place(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
