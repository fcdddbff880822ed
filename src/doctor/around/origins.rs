//! Which pages may call, and whose tokens are accepted: whether the two lists fit.

use crate::config::PartyPolicy;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let (http, clerk) = (&case.config.http, &case.config.clerk);
    let grave = |found: &str, mend: &str| Err(Verdict::warning(found, mend));
    if http.cors_origins.is_empty() {
        return grave(
            "no page may call: CORS_ORIGINS, FRONTEND_URL and PUBLIC_URL are unset",
            "name the origin of your front end in CORS_ORIGINS",
        );
    }
    if clerk.party_policy == PartyPolicy::Off && case.is_hosted() {
        return grave(
            "tokens issued to any page are accepted (CLERK_AUTHORIZED_PARTIES_POLICY=off)",
            "set it to required, or if_present for native apps",
        );
    }
    let strangers: Vec<&str> = http
        .cors_origins
        .iter()
        .filter(|origin| !clerk.authorized_parties.contains(origin))
        .map(String::as_str)
        .collect();
    if clerk.party_policy != PartyPolicy::Off && !strangers.is_empty() {
        let found = format!("pages of {} may call, but their tokens are refused", strangers.join(", "));
        return grave(&found, "add them to CLERK_AUTHORIZED_PARTIES, or take them out of CORS_ORIGINS");
    }
    if http.public_url.is_none() && case.is_hosted() {
        return grave(
            "PUBLIC_URL is unset: the dashboard at /app/ and links in mail have no address",
            "name the https:// address of this server",
        );
    }
    Ok(Verdict::ok(format!("pages of {} may call", http.cors_origins.join(", "))))
}
