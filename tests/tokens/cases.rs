//! Every kind of bad token we know of, each with one thing wrong and the code it must be answered with.
//!
//! Needs only a key and templates, so that other tests can send the same tokens over HTTP.

use serde_json::Value;

#[path = "cases_claims.rs"]
mod claims;
#[path = "forge.rs"]
pub mod forge;
#[path = "cases_form.rs"]
mod form;
#[path = "cases_header.rs"]
mod header;

use forge::Forge;

const INVALID: &str = "token_invalid";

/// A token that must be refused.
pub struct Case {
    /// What is wrong with it; no two cases share a name.
    pub name: String,
    /// The token.
    pub token: String,
    /// The code of the answer.
    pub code: &'static str,
    /// Clerk's name for the refusal, which shows that it fails for the intended reason.
    pub reason: &'static str,
}

impl Case {
    /// Whether an `Authorization` header can carry the token unchanged.
    pub fn survives_http(&self) -> bool {
        !self.token.is_empty() && self.token.len() < 8000 && self.token.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

/// Builds all cases from the private key (PKCS#8, DER or PEM) and the header and claims of a good
/// version 2 token with an organization. `now` is in Unix seconds.
pub fn bad_tokens(pkcs8: &[u8], header: &Value, claims: &Value, now: i64) -> Vec<Case> {
    let forge = Forge::new(pkcs8, header, claims);
    let mut cases = Cases(Vec::new());
    cases.shape(&forge);
    cases.encoding(&forge);
    cases.json(&forge);
    cases.algorithm(&forge);
    cases.header(&forge);
    cases.kind(&forge);
    cases.signature(&forge);
    cases.identity(&forge);
    cases.issuer(&forge);
    cases.party(&forge);
    cases.time(&forge, now);
    cases.session_state(&forge);
    cases.organization(&forge);
    cases.0
}

struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, name: impl Into<String>, reason: &'static str, token: String) {
        self.with_code(name, INVALID, reason, token);
    }

    fn with_code(&mut self, name: impl Into<String>, code: &'static str, reason: &'static str, token: String) {
        self.0.push(Case { name: name.into(), token, code, reason });
    }

    /// One claim at a time set to each of some wrong values.
    fn claim(&mut self, forge: &Forge, name: &str, reason: &'static str, values: impl IntoIterator<Item = Value>) {
        for value in values {
            let shown: String = value.to_string().chars().take(40).collect();
            self.add(format!("{name} is {shown}"), reason, forge.with_claims([(name, Some(value))]));
        }
    }
}
