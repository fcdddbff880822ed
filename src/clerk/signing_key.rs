//! The RSA keys that sign session tokens: read from a JWKS (RFC 7517) or a PEM, and kept parsed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{PublicEncryptingKey, PublicKey};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::strict_json;
use super::token::is_kid;

/// The most keys one set may have.
const MAX_KEYS: usize = 32;
/// Accepted modulus lengths in bits; Clerk's are 2048.
const MODULUS_BITS: [usize; 3] = [2048, 3072, 4096];
/// How a PKCS#1 public key ends when its exponent is 65537, the only one Clerk uses (RFC 8017, A.1.1).
const EXPONENT_65537: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

const ARMOUR_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const ARMOUR_END: &str = "-----END PUBLIC KEY-----";

/// Why key material was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A PEM is not one base64-encoded public key.
    #[error("the PEM is not one base64-encoded public key")]
    Pem,
    /// The key is not RSA of 2048, 3072 or 4096 bits with exponent 65537.
    #[error("the key is not an RSA key of 2048, 3072 or 4096 bits with exponent 65537")]
    Rsa,
    /// A key set is not a JSON object with an array `keys`.
    #[error("the answer is not a JSON Web Key Set")]
    Set,
    /// A key set has more keys than any instance has.
    #[error("the key set has too many keys")]
    TooMany,
}

/// One RSA public key that signs session tokens.
pub struct SigningKey {
    kid: Option<String>,
    /// The key in PKCS#1 DER, which has one spelling per key: what makes two keys the same.
    pkcs1: PublicKey,
    parsed: ParsedPublicKey,
    withdrawn: AtomicBool,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("withdrawn", &self.is_withdrawn())
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Reads a PEM public key, with or without armour, with real line breaks or the two characters `\n`.
    ///
    /// # Errors
    /// [`KeyError::Pem`] or [`KeyError::Rsa`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let text = pem.replace("\\r", "").replace("\\n", "\n");
        let text = text.trim();
        let body = match text.strip_prefix(ARMOUR_BEGIN) {
            Some(rest) => rest.strip_suffix(ARMOUR_END).ok_or(KeyError::Pem)?,
            None => text,
        };
        let body: String = body.split_ascii_whitespace().collect();
        let der = BASE64_STANDARD.decode(body).map_err(|_| KeyError::Pem)?;
        Self::from_spki(None, &der)
    }

    /// Whether `signature` is this key's RSASSA-PKCS1-v1_5 SHA-256 signature of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    /// The key's id; a key from a PEM has none.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether a later key set no longer had this key.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }

    pub(super) fn withdraw(&self) {
        self.withdrawn.store(true, Ordering::Release);
    }

    /// Same id and same key.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kid == other.kid && self.is_same_key(other)
    }

    /// Same key, under whatever id.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.pkcs1.as_ref() == other.pkcs1.as_ref()
    }

    fn from_spki(kid: Option<String>, spki: &[u8]) -> Result<Self, KeyError> {
        let bits = PublicEncryptingKey::from_der(spki).map_err(|_| KeyError::Rsa)?.key_size_bits();
        let pkcs1 = PublicKey::from_der(spki).map_err(|_| KeyError::Rsa)?;
        if !MODULUS_BITS.contains(&bits) || !pkcs1.as_ref().ends_with(&EXPONENT_65537) {
            return Err(KeyError::Rsa);
        }
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1.as_ref()).map_err(|_| KeyError::Rsa)?;
        Ok(Self { kid, pkcs1, parsed, withdrawn: AtomicBool::new(false) })
    }

    /// One JWK, if it is meant for verifying RS256. `None` for any other key, which is not an error.
    fn from_jwk(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let absent_or = |name: &str, wanted: &str| !jwk.contains_key(name) || text(name) == Some(wanted);
        let may_verify = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|operations| operations.iter().any(|it| it == "verify"))
        });
        // A published private key is nobody's any more.
        let is_public = !jwk.contains_key("d");
        if text("kty") != Some("RSA") || !absent_or("use", "sig") || !absent_or("alg", "RS256") {
            return None;
        }
        if !may_verify || !is_public {
            return None;
        }
        let kid = text("kid").filter(|kid| is_kid(kid))?;
        let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let spki = RsaPublicKeyComponents { n: number("n")?, e: number("e")? }.as_der().ok()?;
        Self::from_spki(Some(kid.to_owned()), spki.as_ref()).ok()
    }
}

/// The usable keys of a JSON Web Key Set, read one by one; what is not for RS256 is passed over.
///
/// An id that stands for two different keys stands for none.
///
/// # Errors
/// [`KeyError::Set`] or [`KeyError::TooMany`].
pub fn key_set(body: &[u8]) -> Result<Vec<SigningKey>, KeyError> {
    let set = strict_json::object(body).map_err(|_| KeyError::Set)?;
    let listed = set.get("keys").and_then(Value::as_array).ok_or(KeyError::Set)?;
    if listed.len() > MAX_KEYS {
        return Err(KeyError::TooMany);
    }
    let mut keys: Vec<SigningKey> = Vec::new();
    let mut ambiguous: Vec<String> = Vec::new();
    for key in listed.iter().filter_map(Value::as_object).filter_map(SigningKey::from_jwk) {
        match keys.iter().find(|known| known.kid == key.kid) {
            None => keys.push(key),
            Some(known) if known.is_same(&key) => {}
            Some(_) => ambiguous.extend(key.kid),
        }
    }
    keys.retain(|key| !key.kid().is_some_and(|kid| ambiguous.iter().any(|it| it == kid)));
    Ok(keys)
}
