//! The keys that verify session tokens: whether they can be had, and whether any can be used.

use crate::config::KeySource;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let keys = case.published().await?;
    let KeySource::Jwks { url } = &case.config.clerk.keys else {
        return Ok(Verdict::ok("CLERK_JWT_KEY is a key that can be used; no key is fetched"));
    };
    let ids: Vec<&str> = keys.iter().filter_map(|key| key.kid()).collect();
    let host = url.host_str().unwrap_or_default();
    if ids.is_empty() {
        let found = format!("{host} answers, with no key that could sign a session token");
        return Err(Verdict::failed(found, "see whether CLERK_JWKS_URL is that of a Clerk instance"));
    }
    Ok(Verdict::ok(format!("{host} has {}", ids.join(", "))))
}
