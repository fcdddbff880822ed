//! Promises of the configuration: what it accepts, what it refuses and how, and what it never says.

mod accepted;
mod accepted_clerk;
mod documents;
mod layers;
mod mail;
mod plans;
mod refused;
mod refused_clerk;
mod report;

use std::collections::BTreeMap;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Command, Config, ConfigErrors, Defaults};

type Values = BTreeMap<String, String>;

fn read(command: Command, values: &Values) -> Result<Config, ConfigErrors> {
    Config::read(|name| values.get(name).cloned(), &Defaults::of(command))
}

fn read_local(changes: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    read(Command::Dev, &with(local(), changes))
}

/// `base` with other values; an empty one takes the variable away.
fn with(mut base: Values, changes: &[(&str, &str)]) -> Values {
    for (name, value) in changes {
        base.insert((*name).to_owned(), (*value).to_owned());
    }
    base
}

fn local() -> Values {
    with(Values::new(), &[("CLERK_PUBLISHABLE_KEY", &publishable("test", "clerk.localhost"))])
}

fn production() -> Values {
    let key = publishable("live", "clerk.acme.example");
    with(
        Values::new(),
        &[
            ("APP_ENV", "production"),
            ("DATABASE_URL", "postgres://tenantry:plainly%20fake@db/tenantry"),
            ("CLERK_PUBLISHABLE_KEY", &key),
            ("CLERK_SECRET_KEY", &secret_key("live")),
            ("CLERK_WEBHOOK_SIGNING_SECRET", &webhook_secret("first")),
            ("CORS_ORIGINS", "https://app.acme.example"),
        ],
    )
}

fn publishable(instance: &str, host: &str) -> String {
    let encoded = STANDARD.encode(format!("{host}$"));
    format!("pk_{instance}_{}", encoded.trim_end_matches('='))
}

fn secret_key(instance: &str) -> String {
    format!("sk_{instance}_plainlyfake")
}

fn webhook_secret(word: &str) -> String {
    format!("whsec_{}", STANDARD.encode(format!("plainly fake, the {word:>8}")))
}

/// The body of a fresh RSA public key, without armour.
fn rsa_public_key(size: KeySize) -> String {
    let pair = KeyPair::generate(size).unwrap();
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    STANDARD.encode(der.as_ref())
}

fn names(errors: &ConfigErrors) -> Vec<&'static str> {
    errors.mistakes().iter().map(|mistake| mistake.name).collect()
}
