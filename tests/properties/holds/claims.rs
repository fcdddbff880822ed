//! The claims of a token, whoever signed it: accepted only as they stand there, under a reading of our own.

use std::collections::BTreeSet;

use serde_json::Value;
use tenantry::clerk::claims::Rules;
use tenantry::clerk::{PartyPolicy, Session, strict_json};

use super::permissions::granted_by_both;

/// The only accepted issuer.
pub(super) const ISSUER: &str = "https://clerk.example.com";
/// The only accepted party.
pub(super) const PARTY: &str = "https://app.example.com";
/// The time of every check, in Unix seconds.
pub(super) const NOW: i64 = 1_772_442_000;
/// Tolerance, in seconds.
pub(super) const SKEW: i64 = 5;

/// A JSON text.
pub fn claims(data: &[u8]) {
    let Ok(object) = strict_json::object(data) else { return };
    let lax: Value = serde_json::from_slice(data).expect("the strict reader takes less than the usual one");
    assert_eq!(lax, Value::Object(object.clone()), "two readings of one text");
    let rules = Rules {
        issuers: vec![ISSUER.to_owned()],
        authorized_parties: vec![PARTY.to_owned()],
        policy: PartyPolicy::Required,
        skew_millis: SKEW * 1000,
    };
    if let Ok(session) = rules.check(&object, NOW * 1000) {
        assert_told(&lax, &session);
    }
}

/// Panics unless the claims say what the session says, and are those of an acceptable token.
pub(super) fn assert_told(claims: &Value, session: &Session) {
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["azp"], PARTY);
    assert_eq!(claims["sub"], session.user_id.as_str());
    assert_eq!(claims["sid"], session.session_id.as_str());
    assert!(!session.user_id.starts_with("org_") && !session.user_id.starts_with("mch_"));
    assert!(claims.get("sts").is_none_or(|status| status == "active"), "the session is not active");
    let time = |name: &str| claims[name].as_i64();
    assert!(time("exp").is_some_and(|end| end > NOW - SKEW && end == session.expires_at), "it has expired");
    assert!(time("iat").is_some_and(|start| start <= NOW + SKEW && start == session.issued_at), "it is of the future");
    assert!(claims.get("nbf").is_none() || time("nbf").is_some_and(|start| start <= NOW + SKEW), "it is not yet valid");
    assert_eq!(claims.get("act").is_some(), session.actor.is_some(), "somebody acts unseen");
    assert_granted(claims, session);
}

/// Panics when the session holds an organization or a permission that the claims do not give.
fn assert_granted(claims: &Value, session: &Session) {
    let Some(organization) = &session.organization else { return };
    let (id, allowed): (&Value, BTreeSet<String>) = match claims.get("v") {
        None => {
            let listed = claims["org_permissions"].as_array().map_or(&[][..], Vec::as_slice);
            (&claims["org_id"], listed.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(version) => {
            assert_eq!(version, 2, "an unknown version grants no organization");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (fea, o) = (text(&claims["fea"]), &claims["o"]);
            (&o["id"], granted_by_both(&fea, &text(&o["per"]), &text(&o["fpm"])))
        }
    };
    assert_eq!(id, organization.id.as_str());
    assert!(!organization.id.starts_with("user_"), "a person's workspace as an organization");
    for key in &organization.permissions {
        assert!(allowed.contains(key) && !key.starts_with("org:sys_"), "{key} was never granted");
    }
}
