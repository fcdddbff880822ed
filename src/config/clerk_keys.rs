//! The forms of Clerk's keys: publishable key, secret key, webhook secret, PEM.
//!
//! Pure functions; whether a key works is found out by using it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::DecodingKey;

use super::mistakes::Fault;
use crate::clerk::publishable_key_host;

const API_KEYS: &str = "copy it from Clerk's dashboard, API keys";
const SHORTEST_WEBHOOK_SECRET: usize = 16;
/// A 2048-bit RSA public key is 294 bytes of SPKI, a 1024-bit one 162.
const SHORTEST_RSA_KEY: usize = 294;
const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

/// Which kind of Clerk instance a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instance {
    Test,
    Live,
}

impl Instance {
    fn of(key: &str, kind: &str) -> Option<(Self, String)> {
        let rest = key.strip_prefix(kind)?;
        let test = rest.strip_prefix("_test_").map(|rest| (Self::Test, rest));
        let found = test.or_else(|| rest.strip_prefix("_live_").map(|rest| (Self::Live, rest)));
        found.map(|(instance, rest)| (instance, rest.to_owned()))
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// Reads a publishable key: the instance's kind and its Frontend API host.
pub(super) fn publishable_key(key: &str) -> Result<(Instance, String), Fault> {
    let Some((instance, _)) = Instance::of(key, "pk") else {
        let problem = "starts with neither pk_test_ nor pk_live_";
        return Err(Fault::new(problem, API_KEYS));
    };
    let host =
        publishable_key_host(key).map_err(|_| Fault::new("does not hold the host of a Clerk instance", API_KEYS))?;
    Ok((instance, host))
}

/// Reads a secret key: the instance's kind.
pub(super) fn secret_key(key: &str) -> Result<Instance, Fault> {
    let Some((instance, rest)) = Instance::of(key, "sk") else {
        let problem = "starts with neither sk_test_ nor sk_live_";
        return Err(Fault::new(problem, API_KEYS));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if rest.is_empty() || !rest.chars().all(plain) {
        let problem = "is cut off or holds a character no key has";
        return Err(Fault::new(problem, API_KEYS));
    }
    Ok(instance)
}

/// Checks a webhook signing secret: `whsec_` and base64 of at least 16 bytes (Svix makes 24 to 64).
pub(super) fn webhook_secret(secret: &str) -> Result<(), Fault> {
    let mend = "copy the signing secret from Clerk's dashboard, Webhooks";
    let Some(encoded) = secret.strip_prefix("whsec_") else {
        return Err(Fault::new("does not start with whsec_", mend));
    };
    match STANDARD.decode(encoded) {
        Ok(bytes) if bytes.len() >= SHORTEST_WEBHOOK_SECRET => Ok(()),
        Ok(_) => Err(Fault::new("is shorter than 16 bytes", mend)),
        Err(_) => Err(Fault::new("is not base64 after whsec_", mend)),
    }
}

/// Brings an RSA public key to PEM with line breaks.
///
/// Dashboards and hosting platforms mangle it: without the armour, with `\n` written out, or with
/// blanks for line breaks. All of these are understood, as Clerk's SDKs do.
pub(super) fn rsa_public_pem(text: &str) -> Result<String, Fault> {
    let mend = "copy the JWKS Public Key from Clerk's dashboard, API keys";
    if text.contains("PRIVATE KEY") {
        let mend = "use the public key, and replace this pair: a private key has no business here";
        return Err(Fault::new("is a private key", mend));
    }
    let text = text.replace("\\n", "\n");
    let body = inside_armour(&text).ok_or_else(|| Fault::new("is not a PEM public key", mend))?;
    let body: String = body.split_whitespace().collect();
    let der = STANDARD.decode(&body).map_err(|_| Fault::new("is not a PEM public key", mend))?;
    let pem = format!("{PEM_BEGIN}\n{}{PEM_END}\n", lines(&body));
    if DecodingKey::from_rsa_pem(pem.as_bytes()).is_err() {
        return Err(Fault::new("is not an RSA public key", mend));
    }
    if der.len() < SHORTEST_RSA_KEY {
        return Err(Fault::new("is shorter than 2048 bits", mend));
    }
    Ok(pem)
}

fn inside_armour(text: &str) -> Option<&str> {
    if !text.contains("-----") {
        return Some(text);
    }
    text.trim().strip_prefix(PEM_BEGIN)?.strip_suffix(PEM_END)
}

fn lines(body: &str) -> String {
    let mut lines = String::new();
    for (place, character) in body.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}
