//! The instance's RSA keys: making, publishing (JWKS, PEM), signing, rotating, withdrawing.
//!
//! Clerk signs session tokens RS256 with an RSA-2048 key whose `kid` is an instance id.

use std::{fmt, sync::Arc};

use anyhow::{Context, Result};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{AlgorithmParameters, Jwk},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids;

/// An RSA-2048 key that signs tokens. Making one takes a while: share it through an `Arc`.
pub struct SigningKey {
    pkcs8: String,
    public_pem: String,
    modulus: String,
    exponent: String,
    encoding: EncodingKey,
}

impl SigningKey {
    /// Generates a key; takes some tens to hundreds of milliseconds.
    ///
    /// # Errors
    /// When the crypto library cannot generate it.
    pub fn generate() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("an RSA key was not generated")?;
        let der: Pkcs8V1Der<'_> = pair.as_der().context("an RSA key has no PKCS#8 form")?;
        Self::from_pkcs8_pem(&pem("PRIVATE KEY", der.as_ref()))
    }

    /// Reads a key from PKCS#8 PEM, as the state file holds it.
    ///
    /// # Errors
    /// When the text is not the PEM of an RSA private key.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self> {
        let body: String = text.lines().filter(|l| !l.starts_with("-----")).collect();
        let der = STANDARD.decode(body).context("a signing key is not PEM")?;
        let pair = KeyPair::from_pkcs8(&der).context("a signing key is not RSA in PKCS#8")?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().context("no public key")?;
        let encoding = EncodingKey::from_rsa_pem(text.as_bytes()).context("not an RSA key")?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256).context("no JWK form")?;
        let AlgorithmParameters::RSA(parameters) = jwk.algorithm else {
            anyhow::bail!("a signing key must be an RSA key");
        };
        Ok(Self {
            pkcs8: text.to_owned(),
            public_pem: pem("PUBLIC KEY", public.as_ref()),
            modulus: parameters.n,
            exponent: parameters.e,
            encoding,
        })
    }

    /// The private key as PKCS#8 PEM, for tests that forge tokens of their own.
    pub fn pkcs8_pem(&self) -> &str {
        &self.pkcs8
    }

    /// The public key as SPKI PEM, the form of Clerk's "JWKS Public Key".
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// A compact JWS over exactly these two objects, signed RS256 whatever the header claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.encoding, Algorithm::RS256)
            .expect("an RSA private key signs RS256");
        format!("{message}.{signature}")
    }

    fn jwk(&self, kid: &str) -> Value {
        json!({
            "use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256",
            "n": self.modulus, "e": self.exponent,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(secret)")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// How the signing key is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new key under a new `kid`; the old one stays published until it is withdrawn.
    NewKid,
    /// A new key under the same `kid`: the old one is gone at once.
    SameKid,
}

/// The keys of an instance: the one that signs, and those that the JWKS shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "StoredRing", try_from = "StoredRing")]
pub(crate) struct KeyRing {
    kid: String,
    signing: Arc<SigningKey>,
    published: Vec<(String, Arc<SigningKey>)>,
}

impl KeyRing {
    pub(crate) fn new(kid: String, signing: Arc<SigningKey>) -> Self {
        let published = vec![(kid.clone(), signing.clone())];
        Self { kid, signing, published }
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn signing(&self) -> Arc<SigningKey> {
        self.signing.clone()
    }

    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<Value> = self.published.iter().map(|(kid, k)| k.jwk(kid)).collect();
        json!({ "keys": keys })
    }

    pub(crate) fn rotate(&mut self, rotation: Rotation, key: Arc<SigningKey>) {
        match rotation {
            Rotation::NewKid => self.kid = ids::fresh("ins_"),
            Rotation::SameKid => self.published.retain(|(kid, _)| *kid != self.kid),
        }
        self.published.insert(0, (self.kid.clone(), key.clone()));
        self.signing = key;
    }

    /// Takes a key out of the JWKS; false when it was not there.
    pub(crate) fn withdraw(&mut self, kid: &str) -> bool {
        let before = self.published.len();
        self.published.retain(|(other, _)| other != kid);
        self.published.len() < before
    }
}

/// The form of a ring in the state file.
#[derive(Clone, Serialize, Deserialize)]
struct StoredRing {
    kid: String,
    signing: String,
    published: Vec<(String, String)>,
}

impl From<KeyRing> for StoredRing {
    fn from(ring: KeyRing) -> Self {
        let stored = |(kid, key): &(String, Arc<SigningKey>)| (kid.clone(), key.pkcs8.clone());
        Self {
            kid: ring.kid.clone(),
            signing: ring.signing.pkcs8.clone(),
            published: ring.published.iter().map(stored).collect(),
        }
    }
}

impl TryFrom<StoredRing> for KeyRing {
    type Error = anyhow::Error;

    fn try_from(stored: StoredRing) -> Result<Self> {
        let read = |(kid, pem): (String, String)| Ok((kid, Arc::new(SigningKey::from_pkcs8_pem(&pem)?)));
        Ok(Self {
            kid: stored.kid,
            signing: Arc::new(SigningKey::from_pkcs8_pem(&stored.signing)?),
            published: stored.published.into_iter().map(read).collect::<Result<_>>()?,
        })
    }
}
