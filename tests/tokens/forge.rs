//! Makes tokens, good ones and every kind of bad one, from a signing key and templates.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// A signing key with the header and claims of a good token.
pub struct Forge {
    key: KeyPair,
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

impl Forge {
    /// From a PKCS#8 private key, in DER or PEM, and the templates, which must be objects.
    pub fn new(pkcs8: &[u8], header: &Value, claims: &Value) -> Self {
        let der = match std::str::from_utf8(pkcs8) {
            Ok(pem) => {
                let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
                BASE64_STANDARD.decode(body).unwrap()
            }
            Err(_) => pkcs8.to_vec(),
        };
        Self {
            key: KeyPair::from_pkcs8(&der).unwrap(),
            header: header.as_object().unwrap().clone(),
            claims: claims.as_object().unwrap().clone(),
        }
    }

    /// The template's token, unchanged.
    pub fn good(&self) -> String {
        self.token(&self.header, &self.claims)
    }

    pub fn token(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
        self.raw(text(header), text(claims))
    }

    /// Any header and payload, byte for byte, under a right signature.
    pub fn raw(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.segments(&encode(header), &encode(payload))
    }

    /// Any first two segments under a right signature.
    pub fn segments(&self, header: &str, payload: &str) -> String {
        let signed = format!("{header}.{payload}");
        let signature = self.rsa(&RSA_PKCS1_SHA256, &signed);
        format!("{signed}.{signature}")
    }

    /// Good but for these claims; `null` as a Rust `None` takes the claim out.
    pub fn with_claims<const N: usize>(&self, changes: [(&str, Option<Value>); N]) -> String {
        self.token(&self.header, &changed(&self.claims, changes))
    }

    /// Good but for these header members.
    pub fn with_header<const N: usize>(&self, changes: [(&str, Option<Value>); N]) -> String {
        self.token(&changed(&self.header, changes), &self.claims)
    }

    /// The first two segments of a token with this algorithm in its header.
    pub fn unsigned(&self, alg: &str) -> String {
        let header = changed(&self.header, [("alg", Some(json!(alg)))]);
        format!("{}.{}", encode(text(&header)), encode(text(&self.claims)))
    }

    /// A token whose header says `alg` and whose signature by this very key is of that algorithm.
    pub fn rsa_signed(&self, alg: &str) -> String {
        let signed = self.unsigned(alg);
        let encoding: &'static dyn RsaEncoding = match alg {
            "RS384" => &RSA_PKCS1_SHA384,
            "RS512" => &RSA_PKCS1_SHA512,
            "PS256" => &RSA_PSS_SHA256,
            _ => &RSA_PKCS1_SHA256,
        };
        let signature = self.rsa(encoding, &signed);
        format!("{signed}.{signature}")
    }

    /// A token that says HS256, keyed with something everyone knows.
    pub fn hmac_signed(&self, secret: &[u8]) -> String {
        let signed = self.unsigned("HS256");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", encode(tag))
    }

    /// A token that says ES256, signed by a fresh P-256 key.
    pub fn ecdsa_signed(&self) -> String {
        let signed = self.unsigned("ES256");
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", encode(signature))
    }

    /// A token that says `EdDSA`, signed by a fresh Ed25519 key.
    pub fn eddsa_signed(&self) -> String {
        let signed = self.unsigned("EdDSA");
        let signature = Ed25519KeyPair::generate().unwrap().sign(signed.as_bytes());
        format!("{signed}.{}", encode(signature))
    }

    /// The same header and claims signed by somebody else's key of the same size.
    pub fn by_stranger(&self) -> Self {
        Self {
            key: KeyPair::generate(KeySize::Rsa2048).unwrap(),
            header: self.header.clone(),
            claims: self.claims.clone(),
        }
    }

    /// The public key in the forms a forger might take for an HMAC secret: SPKI DER, PEM, PKCS#1 DER, modulus.
    pub fn public_forms(&self) -> [(&'static str, Vec<u8>); 4] {
        let spki = self.key.public_key().as_der().unwrap().as_ref().to_vec();
        let lines: Vec<String> = BASE64_STANDARD
            .encode(&spki)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
        let pkcs1 = self.key.public_key().as_ref().to_vec();
        let modulus = BASE64_URL_SAFE_NO_PAD.decode(self.modulus()).unwrap();
        [("SPKI", spki), ("PEM", pem.into_bytes()), ("PKCS#1", pkcs1), ("modulus", modulus)]
    }

    /// The public key as a JWK.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({"use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256", "n": self.modulus(), "e": "AQAB"})
    }

    /// The modulus in base64url, read off the PKCS#1 encoding of a 2048-bit key with exponent 65537.
    fn modulus(&self) -> String {
        let pkcs1 = self.key.public_key().as_ref();
        let end = pkcs1.len() - 5;
        encode(&pkcs1[end - 256..end])
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding, signed: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        encode(signature)
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn text(object: &Map<String, Value>) -> String {
    serde_json::to_string(object).unwrap()
}

pub fn changed<const N: usize>(object: &Map<String, Value>, changes: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let mut object = object.clone();
    for (name, value) in changes {
        match value {
            Some(value) => object.insert(name.to_owned(), value),
            None => object.remove(name),
        };
    }
    object
}
