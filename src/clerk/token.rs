//! Opening a token: exactly one signed JWT, with a header we fully understand.
//!
//! Nothing here looks at a claim; that waits until the signature is known to be good.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::reject::{Kind, Reject};
use super::signing_key::SigningKey;
use super::strict_json;

/// The longest token read, in bytes. Clerk's cookies bound real ones to 4 KB.
pub const MAX_TOKEN: usize = 16 * 1024;
/// The longest decoded header, in bytes.
const MAX_HEADER: usize = 4 * 1024;
/// The longest key id, in characters.
const MAX_KID: usize = 128;

/// Header `cat` of session tokens (Clerk, `packages/backend/src/tokens/jwtCategories.ts`).
const CATEGORY_SESSION: &str = "cl_B7d4PD111AAA";
const CATEGORY_TEMPLATE: &str = "cl_B7d4PD222AAA";
const CATEGORY_MACHINE: &str = "cl_B7d4PD333AAA";
/// Stamped on tokens of every kind; says nothing.
const CATEGORY_ANY: &str = "cl_I7d4PD111III";

/// Header members that name or carry a key, change what is signed, or belong to encryption.
///
/// Following the first four is a known attack (RFC 8725, section 3.10), and no session token has
/// any of them, so a token that tries is refused rather than read without them.
const FORBIDDEN: [&str; 11] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip", "epk"];

/// A token taken apart: its header was judged, its signature and claims were not.
#[derive(Debug)]
pub struct Envelope<'a> {
    kid: Option<String>,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Envelope<'a> {
    /// Splits and decodes a token and checks its header.
    ///
    /// # Errors
    /// [`Reject::Missing`], [`Reject::WrongKind`], [`Reject::Algorithm`] or [`Reject::Malformed`].
    pub fn open(token: &'a str) -> Result<Self, Reject> {
        if token.is_empty() {
            return Err(Reject::Missing);
        }
        if token.len() > MAX_TOKEN {
            return Err(Reject::Malformed("The token is too long."));
        }
        if let Some(kind) = opaque_kind(token) {
            return Err(Reject::WrongKind(kind));
        }
        let (header, payload, signature) = segments(token)?;
        let signed = &token[..header.len() + 1 + payload.len()];
        let header = base64url(header)?;
        let kid = check_header(&header)?;
        Ok(Self { kid, signed, payload: base64url(payload)?, signature: base64url(signature)? })
    }

    /// The id of the key said to have signed the token.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The claims as JSON: readable, but not to be believed before [`Envelope::is_signed_by`].
    ///
    /// # Errors
    /// [`Reject::Malformed`] unless they are one JSON object with distinct names.
    pub fn claims(&self) -> Result<Map<String, Value>, Reject> {
        strict_json::object(&self.payload)
            .map_err(|_| Reject::Malformed("The token's claims are not one JSON object with distinct names."))
    }

    /// Whether `key` made the signature (RS256).
    #[must_use]
    pub fn is_signed_by(&self, key: &SigningKey) -> bool {
        key.verifies(self.signed.as_bytes(), &self.signature)
    }
}

/// The kind of an opaque Clerk credential, by its prefix. No JWT begins like these.
fn opaque_kind(token: &str) -> Option<Kind> {
    let (prefix, _) = token.split_once('_')?;
    match prefix {
        "ak" => Some(Kind::ApiKey),
        "mt" | "m2m" => Some(Kind::MachineToken),
        "oat" => Some(Kind::OauthToken),
        _ => None,
    }
}

fn segments(token: &str) -> Result<(&str, &str, &str), Reject> {
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next(), parts.count()) {
        (Some(header), Some(payload), Some(signature), None, 0) => Ok((header, payload, signature)),
        (_, _, _, Some(_), 1) => Err(Reject::WrongKind(Kind::Encrypted)),
        _ => Err(Reject::Malformed("A session token has three parts separated by dots.")),
    }
}

/// Base64url without padding, in its one canonical spelling (RFC 7515, section 2).
fn base64url(segment: &str) -> Result<Vec<u8>, Reject> {
    BASE64_URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| Reject::Malformed("A part of the token is not base64url without padding."))
}

/// Judges the header and returns its `kid`.
fn check_header(header: &[u8]) -> Result<Option<String>, Reject> {
    if header.len() > MAX_HEADER {
        return Err(Reject::Malformed("The token's header is too long."));
    }
    let header = strict_json::object(header)
        .map_err(|_| Reject::Malformed("The token's header is not one JSON object with distinct names."))?;
    check_kind(&header)?;
    if FORBIDDEN.iter().any(|name| header.contains_key(*name)) {
        return Err(Reject::Malformed("The token's header has a member that session tokens never have."));
    }
    match header.get("alg") {
        Some(Value::String(alg)) if alg == "RS256" => {}
        Some(Value::String(_)) => return Err(Reject::Algorithm),
        _ => return Err(Reject::Malformed("The token's header names no algorithm.")),
    }
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if is_kid(kid) => Ok(Some(kid.clone())),
        Some(_) => Err(Reject::Malformed("The token's key id is not a short string.")),
    }
}

/// Session tokens have `typ` `JWT` or none, and the session category, the general one or none.
fn check_kind(header: &Map<String, Value>) -> Result<(), Reject> {
    match header.get("typ") {
        None => {}
        Some(Value::String(typ)) if typ == "JWT" => {}
        Some(Value::String(typ)) if typ == "at+jwt" || typ == "application/at+jwt" => {
            return Err(Reject::WrongKind(Kind::OauthJwt));
        }
        Some(_) => return Err(Reject::Malformed("The token's type is not JWT.")),
    }
    match header.get("cat") {
        None => Ok(()),
        Some(Value::String(category)) => match category.as_str() {
            CATEGORY_SESSION | CATEGORY_ANY => Ok(()),
            CATEGORY_TEMPLATE => Err(Reject::WrongKind(Kind::TemplateJwt)),
            CATEGORY_MACHINE => Err(Reject::WrongKind(Kind::MachineJwt)),
            _ => Err(Reject::WrongKind(Kind::UnknownCategory)),
        },
        Some(_) => Err(Reject::Malformed("The token's category is not a string.")),
    }
}

/// Whether a key id is a short, visible string; keys with other ids are not loaded either.
pub(super) fn is_kid(kid: &str) -> bool {
    (1..=MAX_KID).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
}
