//! Session tokens as Clerk issues them, signed with a key of our own.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;
use tenantry::clerk::{KeySource, Verifier, VerifierConfig};

const ISSUER: &str = "https://clerk.taskorbit.example";
const PARTY: &str = "https://app.taskorbit.example";

/// A token for an hour; another number makes another token.
pub fn token(key: &KeyPair, number: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let header =
        json!({"alg": "RS256", "kid": "ins_3ViXZya8cdFOcVwWBhqG5KSFdPE", "typ": "JWT", "cat": "cl_B7d4PD111AAA"});
    let claims = json!({
        "azp": PARTY, "exp": now + 3600, "fea": "o:tasks,o:reports,o:exports", "fva": [4, -1], "iat": now,
        "iss": ISSUER, "jti": format!("{number:020x}"), "nbf": now - 10,
        "o": {"id": "org_3ViXZya8cdFOcVwWBhqG5KSFdPE", "slg": "northwind-joinery", "rol": "admin", "per": "view,create,edit,delete", "fpm": "15,1,0"},
        "pla": "o:pro", "sid": "sess_3IrsD3mbLFecbVjafQ4gGnRfXBk", "sts": "active", "sub": "user_3FlY0mG1ylvuhfJXqIEnomef2mS", "v": 2
    });
    let encode = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("signing works");
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// Verifies them, and remembers so many bytes of them.
pub fn verifier(key: &KeyPair, cache_bytes: u64) -> Verifier {
    let spki = key.public_key().as_der().expect("a public key can be encoded");
    let keys = KeySource::Pem(BASE64_STANDARD.encode(spki.as_ref()));
    let config = VerifierConfig { cache_bytes, ..VerifierConfig::new(ISSUER, vec![PARTY.to_owned()], keys) };
    Verifier::new(config).expect("the configuration is good")
}
