//! What stands before and around verification: the header, publishable keys, PEM keys, configuration.

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use tenantry::clerk::bearer::bearer_of;
use tenantry::clerk::publishable_key::PublishableKeyError;
use tenantry::clerk::signing_key::{KeyError, SigningKey};
use tenantry::clerk::verifier::ConfigError;
use tenantry::clerk::{KeySource, PartyPolicy, Reject, Verifier, VerifierConfig, bearer, publishable_key_host};

use crate::cases::forge::encode;
use crate::{ISSUER, PARTY, forge};

#[test]
fn the_bearer_header_has_one_form() {
    let read = |value: &'static str| bearer(&HeaderValue::from_static(value)).map(str::to_owned);
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR a.b.c"] {
        assert_eq!(read(value).unwrap(), "a.b.c", "{value}");
    }
    for missing in ["", "Bearer", "bearer ", "Basic dXNlcjpwYXNz", "Digest a", "Bearers a.b.c"] {
        assert_eq!(read(missing).unwrap_err().code(), "token_missing", "{missing}");
    }
    for malformed in ["a.b.c", "Bearer  a.b.c", "Bearer a b", "Bearer a.b.c, Bearer d.e.f", "Bearer\ta.b.c"] {
        assert_eq!(read(malformed).unwrap_err().code(), "token_invalid", "{malformed}");
    }
    let not_ascii = HeaderValue::from_bytes(b"Bearer \xff").unwrap();
    assert_eq!(bearer(&not_ascii).unwrap_err().code(), "token_invalid");
}

#[test]
fn there_is_one_authorization_header_or_none() {
    let mut headers = HeaderMap::new();
    assert_eq!(bearer_of(&headers), Err(Reject::Missing));
    headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
    assert_eq!(bearer_of(&headers), Ok("a"));
    headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
    assert_eq!(bearer_of(&headers).unwrap_err().code(), "token_invalid");
}

#[test]
fn publishable_keys_name_their_host() {
    for (key, host) in [
        ("pk_live_Y2xlcmsudGFza29yYml0LmV4YW1wbGUk", "clerk.taskorbit.example"),
        ("pk_test_YnJpc2stb3R0ZXItNDEuY2xlcmsuYWNjb3VudHMuZGV2JA==", "brisk-otter-41.clerk.accounts.dev"),
        ("pk_test_YnJpc2stb3R0ZXItNDEuY2xlcmsuYWNjb3VudHMuZGV2JA", "brisk-otter-41.clerk.accounts.dev"),
    ] {
        assert_eq!(publishable_key_host(key).unwrap(), host);
    }
    for form in [
        "",
        "pk_",
        "pk_live",
        "pk_prod_Y2xlcmsuYS5iJA",
        concat!("sk_live_", "Y2xlcmsuYS5iJA"),
        "pk_live_Y2xl_cmsk",
        "PK_live_Y2xlcmsuYS5iJA",
    ] {
        assert_eq!(publishable_key_host(form), Err(PublishableKeyError::Form), "{form}");
    }
    for text in [
        "clerk.a.example",
        "clerk.a.example$$",
        "cl$erk.a.example$",
        "localhost$",
        "$",
        "a.b/c$",
        "a b.c$",
        "a..b$",
        "u@a.example$",
        "a.example:$",
        "a.example:08$",
        "a.example:x$",
        "a.example:80:80$",
        "-a.b$",
        // An address reads these as other hosts, or as none.
        "1.1$",
        "clerk.0x7f$",
        "xn--a.example$",
    ] {
        let key = format!("pk_live_{}", encode(text).replace('-', "+").replace('_', "/"));
        assert_eq!(publishable_key_host(&key), Err(PublishableKeyError::Host), "{text}");
    }
    for broken in ["pk_live_", "pk_live_%%%%", "pk_live_/////w=="] {
        assert_eq!(publishable_key_host(broken), Err(PublishableKeyError::Host), "{broken}");
    }
}

#[test]
fn a_pem_may_come_in_every_dress() {
    let forms = forge().public_forms();
    let pem = String::from_utf8(forms[1].1.clone()).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let dressed = [
        pem.clone(),
        pem.trim().to_owned(),
        pem.replace('\n', "\r\n"),
        pem.trim().replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        format!("\n  {pem}\n"),
        body.clone(),
        format!("-----BEGIN PUBLIC KEY-----{body}-----END PUBLIC KEY-----"),
    ];
    let token = forge().good();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, signature).unwrap();
    for pem in dressed {
        let key = SigningKey::from_pem(&pem).unwrap();
        assert!(key.verifies(signed.as_bytes(), &signature), "{pem}");
        assert!(!key.verifies(b"something else", &signature));
    }
    for broken in
        ["-----BEGIN PUBLIC KEY-----", "not base64!", &format!("-----BEGIN PUBLIC KEY-----\n{body}"), &pem.repeat(2)]
    {
        assert_eq!(SigningKey::from_pem(broken).unwrap_err(), KeyError::Pem, "{broken}");
    }
    for not_rsa in ["", "QUJD", &body[4..], &body[..body.len() - 8]] {
        assert_eq!(SigningKey::from_pem(not_rsa).unwrap_err(), KeyError::Rsa, "{not_rsa}");
    }
}

#[tokio::test]
async fn a_configuration_that_could_never_work_is_refused() {
    let good = || {
        let url = "http://127.0.0.1:9/jwks.json".to_owned();
        VerifierConfig::new(ISSUER, vec![PARTY.to_owned()], KeySource::Jwks { url, bearer: None })
    };
    Verifier::new(good()).unwrap();
    let fails = |config| Verifier::new(config).unwrap_err();
    assert!(matches!(fails(VerifierConfig { issuers: vec![], ..good() }), ConfigError::NoIssuer));
    assert!(matches!(fails(VerifierConfig { authorized_parties: vec![], ..good() }), ConfigError::NoParty));
    let policy = PartyPolicy::Off;
    Verifier::new(VerifierConfig { authorized_parties: vec![], policy, ..good() }).unwrap();
    let keys = KeySource::Pem("nonsense".to_owned());
    assert!(matches!(fails(VerifierConfig { keys, ..good() }), ConfigError::Key(_)));
    for url in ["", "clerk.example", "file:///etc/passwd", "ftp://clerk.example/jwks.json"] {
        let keys = KeySource::Jwks { url: url.to_owned(), bearer: None };
        assert!(matches!(fails(VerifierConfig { keys, ..good() }), ConfigError::Client(_)), "{url}");
    }
}
