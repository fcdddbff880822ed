//! Which Clerk instance is trusted, and how far.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::address::{is_local, web_address, without_slash};
use super::clerk_keys::{self, Instance};
use super::http::{HttpConfig, origins};
use super::mistakes::Fault;
use super::reader::{Reader, list, push_new};
use super::{Command, Environment};

const PUBLISHABLE_KEY: &str = "CLERK_PUBLISHABLE_KEY";
const SECRET_KEY: &str = "CLERK_SECRET_KEY";
const ISSUER: &str = "CLERK_ISSUER";
const JWKS_URL: &str = "CLERK_JWKS_URL";
const JWT_KEY: &str = "CLERK_JWT_KEY";
const API_URL: &str = "CLERK_API_URL";
const PROXY_URL: &str = "CLERK_PROXY_URL";
const PARTIES: &str = "CLERK_AUTHORIZED_PARTIES";

/// Everything about Clerk.
#[derive(Debug, Clone)]
pub struct ClerkConfig {
    /// The key a front end needs; not a secret.
    pub publishable_key: Option<String>,
    /// Where the dashboard reaches Clerk's Frontend API: a path of its own origin, or an `https://` address; else Clerk's own.
    pub proxy_url: Option<String>,
    /// The key of the Backend API; always there when serving in `staging` or `production`.
    pub secret_key: Option<SecretString>,
    /// Accepted values of `iss`, without a trailing slash; empty only with [`KeySource::Missing`].
    pub issuers: Vec<String>,
    /// Where the keys come from that sign session tokens.
    pub keys: KeySource,
    /// The Backend API, without `/v1` and without a trailing slash.
    pub api_url: String,
    /// Secrets a webhook may be signed with (`whsec_…`); empty: webhooks are not accepted.
    pub webhook_secrets: Vec<SecretString>,
    /// Origins allowed in `azp`, as browsers spell them.
    pub authorized_parties: Vec<String>,
    /// What `authorized_parties` means for a token.
    pub party_policy: PartyPolicy,
    /// How far Clerk's clock and ours may differ.
    pub clock_skew: Duration,
    /// How long fetched keys serve while Clerk is away.
    pub jwks_stale_ceiling: Duration,
}

/// Where the keys come from that sign session tokens; `Debug` leaves a PEM out.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Fetched from Clerk, and again as they change.
    Jwks {
        /// The address of the JWK Set (RFC 7517, section 5).
        url: Url,
    },
    /// One RSA public key, PEM with line breaks; `kid` is ignored and nothing is fetched.
    Pem(String),
    /// None was named, which only commands that verify no token accept ([`Command::Other`]).
    Missing,
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jwks { url } => write!(f, "Jwks({url})"),
            Self::Pem(_) => f.write_str("Pem(..)"),
            Self::Missing => f.write_str("Missing"),
        }
    }
}

/// What the list of authorized parties means for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyPolicy {
    /// A token needs an `azp` that is on the list, as Clerk's own SDKs have it.
    Required,
    /// A token may lack `azp`; one that is not on the list is refused.
    IfPresent,
    /// `azp` is not looked at.
    Off,
}

impl ClerkConfig {
    pub(super) fn read(reader: &mut Reader<'_>, http: &HttpConfig, port: u16) -> Self {
        let publishable = publishable_key(reader);
        let instance = publishable.as_ref().map(|key| key.instance);
        let host = publishable.as_ref().map(|key| key.host.as_str());
        let secret_key = secret_key(reader, instance);
        let issuers = issuers(reader, host);
        let keys = keys(reader, host, &issuers);
        let party_policy = party_policy(reader);
        Self {
            secret_key,
            keys,
            issuers,
            api_url: api_url(reader),
            jwks_stale_ceiling: reader.seconds("CLERK_JWKS_STALE_SECONDS", 300..=604_800),
            webhook_secrets: webhook_secrets(reader),
            authorized_parties: authorized_parties(reader, http, port, party_policy),
            proxy_url: proxy_url(reader),
            party_policy,
            clock_skew: reader.seconds("CLERK_CLOCK_SKEW_SECONDS", 0..=60),
            publishable_key: publishable.map(|key| key.text),
        }
    }
}

fn proxy_url(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.value(PROXY_URL)?;
    let path = text.starts_with('/') && !text.starts_with("//") && !text.contains(['?', '#', ' ', '\\']);
    let address = || Url::parse(&text).is_ok_and(|url| url.scheme() == "https" && url.query().is_none());
    if path || address() {
        return Some(text.trim_end_matches('/').to_owned());
    }
    let fault =
        Fault::new("is neither a path nor an https:// address", "write /__clerk or https://example.com/__clerk");
    reader.fault(PROXY_URL, &text, fault);
    None
}

struct PublishableKey {
    text: String,
    instance: Instance,
    host: String,
}

fn publishable_key(reader: &mut Reader<'_>) -> Option<PublishableKey> {
    let text = reader.value(PUBLISHABLE_KEY)?;
    if reader.refuses_placeholder(PUBLISHABLE_KEY, &text) {
        return None;
    }
    let read = clerk_keys::publishable_key(&text).and_then(|(instance, host)| {
        let local = Url::parse(&format!("https://{host}")).is_ok_and(|url| is_local(&url));
        if reader.environment.is_hosted() && local {
            let problem = format!("is a local key, which {} refuses", reader.environment);
            return Err(Fault::new(problem, "use the key of a Clerk instance"));
        }
        refuse_test(instance, reader.environment)?;
        Ok((instance, host))
    });
    match read {
        Ok((instance, host)) => Some(PublishableKey { text, instance, host }),
        Err(fault) => {
            reader.fault(PUBLISHABLE_KEY, &text, fault);
            None
        }
    }
}

fn secret_key(reader: &mut Reader<'_>, publishable: Option<Instance>) -> Option<SecretString> {
    let Some(text) = reader.value(SECRET_KEY) else {
        if reader.environment.is_hosted() && reader.command == Command::Serve {
            let problem = "not set, and members and invitations live at Clerk's Backend API";
            reader.mistake(SECRET_KEY, problem, "copy it from Clerk's dashboard, API keys");
        }
        return None;
    };
    if reader.refuses_placeholder(SECRET_KEY, &text) {
        return None;
    }
    let read = clerk_keys::secret_key(&text).and_then(|own| {
        refuse_test(own, reader.environment)?;
        match publishable {
            Some(other) if other != own => Err(Fault::new(
                format!("is a {} key while {PUBLISHABLE_KEY} is a {} key", own.as_str(), other.as_str()),
                "copy both from the same instance",
            )),
            _ => Ok(()),
        }
    });
    if let Err(fault) = read {
        reader.fault(SECRET_KEY, &text, fault);
    }
    Some(SecretString::from(text))
}

fn refuse_test(instance: Instance, environment: Environment) -> Result<(), Fault> {
    if instance == Instance::Test && environment == Environment::Production {
        let problem = "belongs to a development instance, which production refuses";
        let mend = "use the key of the production instance, or set APP_ENV=staging";
        return Err(Fault::new(problem, mend));
    }
    Ok(())
}

fn issuers(reader: &mut Reader<'_>, host: Option<&str>) -> Vec<String> {
    let mut issuers = Vec::new();
    if let Some(value) = reader.value(ISSUER) {
        for item in list(&value) {
            if let Some(url) = clerk_address(reader, ISSUER, item) {
                push_new(&mut issuers, without_slash(&url));
            }
        }
    } else if let Some(host) = host {
        issuers.push(format!("https://{host}"));
    }
    let keys_named = reader.value(JWKS_URL).or_else(|| reader.value(JWT_KEY));
    if issuers.is_empty() && keys_named.is_some() && !reader.blames_any(&[PUBLISHABLE_KEY, ISSUER]) {
        let problem = format!("not set, and there is no {PUBLISHABLE_KEY} to derive it from");
        reader.mistake(ISSUER, problem, format!("set it, or {PUBLISHABLE_KEY}"));
    }
    issuers
}

fn keys(reader: &mut Reader<'_>, host: Option<&str>, issuers: &[String]) -> KeySource {
    // Both are read, so that a mistake in the one that loses is found as well.
    let fetched = jwks_url(reader, host, issuers);
    let pem = reader.value(JWT_KEY).and_then(|text| pem(reader, &text));
    if let Some(pem) = pem {
        return KeySource::Pem(pem);
    }
    if let Some(url) = fetched {
        return KeySource::Jwks { url };
    }
    let blamed = reader.blames_any(&[PUBLISHABLE_KEY, ISSUER, JWKS_URL, JWT_KEY]);
    if reader.command != Command::Other && !blamed {
        reader.mistake(
            PUBLISHABLE_KEY,
            format!("not set, and no other variable tells where the signing keys are ({JWKS_URL}, {JWT_KEY})"),
            "copy it from Clerk's dashboard, API keys",
        );
    }
    KeySource::Missing
}

fn jwks_url(reader: &mut Reader<'_>, host: Option<&str>, issuers: &[String]) -> Option<Url> {
    if let Some(value) = reader.value(JWKS_URL) {
        return clerk_address(reader, JWKS_URL, &value);
    }
    let base = match host {
        Some(host) => format!("https://{host}"),
        None => issuers.first()?.clone(),
    };
    Url::parse(&format!("{base}/.well-known/jwks.json")).ok()
}

fn pem(reader: &mut Reader<'_>, text: &str) -> Option<String> {
    if reader.refuses_placeholder(JWT_KEY, text) {
        return None;
    }
    clerk_keys::rsa_public_pem(text).map_err(|fault| reader.fault(JWT_KEY, text, fault)).ok()
}

fn api_url(reader: &mut Reader<'_>) -> String {
    let Some(value) = reader.value(API_URL) else {
        return String::new();
    };
    let Some(url) = clerk_address(reader, API_URL, &value) else {
        return value;
    };
    let text = without_slash(&url);
    if text.ends_with("/v1") {
        let fault = Fault::new("ends with /v1, which is added to it", "leave /v1 out");
        reader.fault(API_URL, &value, fault);
    }
    text
}

/// An address of Clerk's: public and https in `staging` and `production`.
fn clerk_address(reader: &mut Reader<'_>, name: &'static str, text: &str) -> Option<Url> {
    if reader.refuses_placeholder(name, text) {
        return None;
    }
    let environment = reader.environment;
    let read = web_address(text).and_then(|url| {
        if environment.is_hosted() && is_local(&url) {
            let problem = format!("is a local address, which {environment} refuses");
            return Err(Fault::new(problem, "use the address of a Clerk instance"));
        }
        if environment.is_hosted() && url.scheme() != "https" {
            let problem = format!("is plain http, which {environment} refuses");
            return Err(Fault::new(problem, "use the https:// address"));
        }
        Ok(url)
    });
    read.map_err(|fault| reader.fault(name, text, fault)).ok()
}

fn webhook_secrets(reader: &mut Reader<'_>) -> Vec<SecretString> {
    let found = reader.either("CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET");
    let Some((name, value)) = found else {
        return Vec::new();
    };
    let mut secrets = Vec::new();
    for item in list(&value) {
        if reader.refuses_placeholder(name, item) {
            continue;
        }
        match clerk_keys::webhook_secret(item) {
            Ok(()) => secrets.push(SecretString::from(item)),
            Err(fault) => reader.fault(name, item, fault),
        }
    }
    secrets
}

fn party_policy(reader: &mut Reader<'_>) -> PartyPolicy {
    let policies =
        [("required", PartyPolicy::Required), ("if_present", PartyPolicy::IfPresent), ("off", PartyPolicy::Off)];
    reader.choice("CLERK_AUTHORIZED_PARTIES_POLICY", &policies).unwrap_or(PartyPolicy::Required)
}

fn authorized_parties(reader: &mut Reader<'_>, http: &HttpConfig, port: u16, policy: PartyPolicy) -> Vec<String> {
    let mut parties = match reader.value(PARTIES) {
        Some(value) => origins(reader, PARTIES, &value),
        None => http.cors_origins.clone(),
    };
    if let Some(public_url) = &http.public_url {
        push_new(&mut parties, public_url.clone());
    }
    if reader.environment == Environment::Local && port != 0 {
        push_new(&mut parties, format!("http://localhost:{port}"));
        push_new(&mut parties, format!("http://127.0.0.1:{port}"));
    }
    let sources = [PARTIES, "CORS_ORIGINS", "FRONTEND_URL", "PUBLIC_URL"];
    let needed = policy == PartyPolicy::Required && reader.command != Command::Other;
    if needed && parties.is_empty() && !reader.blames_any(&sources) {
        let problem = "no origin is named, so that every token would be refused";
        let mend = "set it, CORS_ORIGINS or PUBLIC_URL to the address of your front end";
        reader.mistake(PARTIES, problem, mend);
    }
    parties
}
