//! Good settings of Clerk and what becomes of them.

use aws_lc_rs::rsa::KeySize;
use secrecy::ExposeSecret;

use super::{Values, production, publishable, read, read_local, rsa_public_key, secret_key, webhook_secret, with};
use crate::config::{Command, Config, Defaults, KeySource, PartyPolicy};

pub(super) fn jwks(config: &Config) -> &str {
    match &config.clerk.keys {
        KeySource::Jwks { url } => url.as_str(),
        other => panic!("no key address: {other:?}"),
    }
}

#[test]
fn an_empty_list_of_parties_is_fine_unless_one_is_required() {
    for (policy, meaning) in [("if_present", PartyPolicy::IfPresent), ("off", PartyPolicy::Off)] {
        let changes = [("CORS_ORIGINS", ""), ("CLERK_AUTHORIZED_PARTIES_POLICY", policy)];
        let config = read(Command::Serve, &with(production(), &changes)).unwrap();
        assert_eq!(config.clerk.party_policy, meaning);
        assert!(config.clerk.authorized_parties.is_empty());
    }
}

#[test]
fn issuer_and_key_address_can_be_named() {
    let issuers = "https://clerk.acme.example/,https://acme.example/__clerk,https://acme.example/__clerk/";
    let named = with(production(), &[("CLERK_ISSUER", issuers)]);
    let config = read(Command::Serve, &named).unwrap();
    assert_eq!(config.clerk.issuers, ["https://clerk.acme.example", "https://acme.example/__clerk"]);

    let alone = with(named, &[("CLERK_PUBLISHABLE_KEY", "")]);
    let config = read(Command::Serve, &alone).unwrap();
    assert_eq!(jwks(&config), "https://clerk.acme.example/.well-known/jwks.json");
    assert_eq!(config.clerk.publishable_key, None);

    let address = "https://keys.acme.example/jwks";
    let config = read(Command::Serve, &with(alone, &[("CLERK_JWKS_URL", address)])).unwrap();
    assert_eq!(jwks(&config), address);
}

#[test]
fn a_pem_key_wins_however_it_was_mangled() {
    let body = rsa_public_key(KeySize::Rsa2048);
    let (head, tail) = body.split_at(64);
    let begin = "-----BEGIN PUBLIC KEY-----";
    let end = "-----END PUBLIC KEY-----";
    let forms = [
        body.clone(),
        format!("{head}\n{tail}"),
        format!("{begin}\n{head}\n{tail}\n{end}\n"),
        format!("{begin}\\n{head}\\n{tail}\\n{end}\\n"),
        format!("{begin} {head} {tail} {end}"),
        format!("{begin}\r\n{head}\r\n{tail}\r\n{end}\r\n"),
    ];
    for form in forms {
        let config = read(Command::Serve, &with(production(), &[("CLERK_JWT_KEY", &form)])).unwrap();
        let KeySource::Pem(pem) = &config.clerk.keys else {
            panic!("{form:?} was not used");
        };
        assert!(pem.starts_with(&format!("{begin}\n{head}\n")), "{form:?}");
        assert!(pem.ends_with(&format!("\n{end}\n")), "{form:?}");
        assert!(jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).is_ok());
    }
}

#[test]
fn webhook_secrets_rotate_and_have_a_second_name() {
    let (old, new) = (webhook_secret("old"), webhook_secret("new"));
    let both = format!("{old}, {new},{old}");
    for name in ["CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"] {
        let config = read_local(&[(name, &both)]).unwrap();
        let secrets: Vec<&str> = config.clerk.webhook_secrets.iter().map(|s| s.expose_secret()).collect();
        assert_eq!(secrets, [&old, &new]);
    }
    let both = [("CLERK_WEBHOOK_SIGNING_SECRET", &*new), ("CLERK_WEBHOOK_SECRET", &*old)];
    let config = read_local(&both).unwrap();
    assert_eq!(config.clerk.webhook_secrets.len(), 1);
    assert_eq!(config.clerk.webhook_secrets[0].expose_secret(), new);
}

#[test]
fn other_commands_do_without_clerk() {
    let values = [("APP_ENV", "production"), ("DATABASE_URL", "postgres://db/tenantry")];

    let config = read(Command::Other, &with(Values::new(), &values)).unwrap();

    assert_eq!(config.clerk.keys, KeySource::Missing);
    assert!(config.clerk.issuers.is_empty());
}

#[test]
fn injected_defaults_fill_gaps_but_never_mix_with_another_clerk() {
    let base = "http://localhost:4010";
    let key = publishable("test", "clerk.localhost");
    let secret = webhook_secret("local");
    let defaults = Defaults::of(Command::Dev)
        .with("CLERK_PUBLISHABLE_KEY", key.clone())
        .with("CLERK_SECRET_KEY", secret_key("test"))
        .with("CLERK_ISSUER", base)
        .with("CLERK_JWKS_URL", format!("{base}/.well-known/jwks.json"))
        .with("CLERK_API_URL", base)
        .with("CLERK_WEBHOOK_SIGNING_SECRET", secret.clone());

    let config = Config::read(|_| None, &defaults).unwrap();
    assert_eq!(config.clerk.publishable_key, Some(key));
    assert_eq!(config.clerk.issuers, [base]);
    assert_eq!(config.clerk.api_url, base);
    assert_eq!(jwks(&config), format!("{base}/.well-known/jwks.json"));
    assert_eq!(config.clerk.webhook_secrets[0].expose_secret(), secret);

    let own = publishable("test", "happy-otter-13.clerk.accounts.dev");
    let set = |name: &str| (name == "CLERK_PUBLISHABLE_KEY").then(|| own.clone());
    let config = Config::read(set, &defaults).unwrap();
    assert_eq!(config.clerk.issuers, ["https://happy-otter-13.clerk.accounts.dev"]);
    assert_eq!(config.clerk.api_url, "https://api.clerk.com");
    assert!(config.clerk.secret_key.is_none());
    assert!(config.clerk.webhook_secrets.is_empty());

    let second_name = webhook_secret("mine");
    let set = |name: &str| (name == "CLERK_WEBHOOK_SECRET").then(|| second_name.clone());
    let config = Config::read(set, &defaults).unwrap();
    assert_eq!(config.clerk.issuers, [base]);
    assert_eq!(config.clerk.webhook_secrets[0].expose_secret(), second_name);
}
