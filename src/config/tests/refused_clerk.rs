//! Bad keys, secrets and addresses of Clerk's, each refused under its name with a mend.

use aws_lc_rs::rsa::KeySize;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refused::{each_is_refused, local_refuses, production_refuses};
use super::{names, production, publishable, read, rsa_public_key, secret_key, webhook_secret, with};
use crate::config::Command;

#[test]
fn clerk_addresses_are_checked() {
    let cases = [
        ("clerk.acme.example", "not an address"),
        ("ftp://clerk.acme.example", "neither http nor https"),
        ("https://clerk.acme.example?a=b", "query"),
        ("https://u:p@clerk.acme.example", "user name or password"),
    ];
    let hosted = [
        ("http://clerk.acme.example", "plain http, which"),
        ("http://localhost:4010", "local address, which"),
        ("https://clerk.localhost", "local address"),
        ("https://127.8.9.1", "local address"),
        ("https://[::1]:4010", "local address"),
        ("https://[::ffff:127.0.0.1]", "local address"),
        ("https://0.0.0.0", "local address"),
        ("https://clerk.your-domain.example", "placeholder"),
    ];
    let staging = with(production(), &[("APP_ENV", "staging")]);
    for name in ["CLERK_ISSUER", "CLERK_JWKS_URL", "CLERK_API_URL"] {
        local_refuses(name, &cases);
        production_refuses(name, &hosted);
        each_is_refused(Command::Serve, &staging, name, &hosted);
    }
    let proxies =
        [("http://example.com/__clerk", "neither a path"), ("//example.com", "neither"), ("clerk", "neither")];
    local_refuses("CLERK_PROXY_URL", &proxies);
    local_refuses("CLERK_API_URL", &[("https://api.clerk.com/v1", "leave /v1 out")]);
}

#[test]
fn publishable_keys_are_checked() {
    local_refuses(
        "CLERK_PUBLISHABLE_KEY",
        &[
            (&secret_key("test"), "neither pk_test_ nor pk_live_"),
            ("pk_live_", "host of a Clerk instance"),
            ("pk_live_!!!", "host of a Clerk instance"),
        ],
    );
    let test = publishable("test", "happy-otter-13.clerk.accounts.dev");
    let local = publishable("live", "clerk.localhost");
    let cases = [
        (test.as_str(), "development instance, which production refuses"),
        (&local, "local key, which production refuses"),
        ("pk_live_your_key", "placeholder"),
        ("", "not set, and no other variable"),
    ];
    production_refuses("CLERK_PUBLISHABLE_KEY", &cases);
    let staging = with(production(), &[("APP_ENV", "staging"), ("CLERK_SECRET_KEY", &secret_key("test"))]);
    let local = publishable("test", "clerk.localhost:4443");
    let cases = [(local.as_str(), "local key, which staging refuses")];
    each_is_refused(Command::Serve, &staging, "CLERK_PUBLISHABLE_KEY", &cases);
}

#[test]
fn secret_keys_are_checked() {
    local_refuses(
        "CLERK_SECRET_KEY",
        &[
            (&publishable("test", "a.b"), "neither sk_test_ nor sk_live_"),
            ("sk_live", "neither"),
            ("sk_test_", "cut off"),
            ("sk_test_a b", "no key has"),
            (&secret_key("live"), "live key while CLERK_PUBLISHABLE_KEY is a test key"),
        ],
    );
    production_refuses(
        "CLERK_SECRET_KEY",
        &[
            (&secret_key("test"), "development instance"),
            (concat!("sk_live_", "xxxxxxxx"), "placeholder"),
            ("<secret key>", "placeholder"),
            ("changeme", "placeholder"),
            ("", "not set"),
        ],
    );
}

#[test]
fn webhook_secrets_are_checked() {
    let good = webhook_secret("good");
    let second_bad = format!("{good},whsec_AAAA");
    for name in ["CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"] {
        local_refuses(
            name,
            &[
                ("plainly-fake", "does not start with whsec_"),
                ("whsec_", "shorter than 16 bytes"),
                ("whsec_AAAA", "shorter than 16 bytes"),
                ("whsec_no base64", "not base64"),
                (&second_bad, "shorter than 16 bytes"),
            ],
        );
    }
    production_refuses("CLERK_WEBHOOK_SIGNING_SECRET", &[("whsec_your_secret", "placeholder")]);
}

/// The SPKI form of a 512-bit RSA public key, which no library makes any more.
fn short_rsa_key() -> String {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let mut der = vec![0x30, 92, 0x30, 13];
    der.extend(oid);
    der.extend([3, 75, 0, 0x30, 72, 2, 65, 0]);
    der.extend([0xc3; 64]);
    der.extend([2, 3, 1, 0, 1]);
    STANDARD.encode(der)
}

#[test]
fn a_pem_key_is_a_public_rsa_key_of_today() {
    let small = short_rsa_key();
    let body = rsa_public_key(KeySize::Rsa2048);
    let kind = "PRIVATE KEY";
    let private = format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----");
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----");
    let cut = &body[..200];
    let cases = [
        ("-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----", "not a PEM public key"),
        ("not base64!", "not a PEM public key"),
        (private.as_str(), "is a private key"),
        (certificate.as_str(), "not a PEM public key"),
        ("AAAA", "not an RSA public key"),
        (cut, "not an RSA public key"),
        (&small, "shorter than 2048 bits"),
    ];
    local_refuses("CLERK_JWT_KEY", &cases);
    let armour = "-----BEGIN PUBLIC KEY-----\\nyour_key\\n-----END PUBLIC KEY-----";
    production_refuses("CLERK_JWT_KEY", &[(armour, "placeholder")]);
}

#[test]
fn keys_without_an_issuer_are_not_enough() {
    let address = "https://clerk.acme.example/.well-known/jwks.json";
    let key = rsa_public_key(KeySize::Rsa2048);
    for (name, value) in [("CLERK_JWKS_URL", address), ("CLERK_JWT_KEY", &key)] {
        let values = with(production(), &[("CLERK_PUBLISHABLE_KEY", ""), (name, value)]);
        let errors = read(Command::Serve, &values).unwrap_err();
        assert_eq!(names(&errors), ["CLERK_ISSUER"], "{errors}");
    }
}

#[test]
fn staging_and_production_name_who_may_call() {
    for environment in ["staging", "production"] {
        let values = with(production(), &[("APP_ENV", environment), ("CORS_ORIGINS", "")]);
        let errors = read(Command::Serve, &values).unwrap_err();
        assert_eq!(names(&errors), ["CLERK_AUTHORIZED_PARTIES"], "{errors}");
    }
}
