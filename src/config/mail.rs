//! Mail: where it leaves, and who sends it.

use std::path::PathBuf;

use lettre::message::Mailbox;
use secrecy::SecretString;
use url::Url;

use super::Environment;
use super::address::is_local;
use super::mistakes::Fault;
use super::reader::Reader;

const SMTP_MEND: &str = "write smtps://user:password@host, smtp://user:password@host?tls=required or smtp://host";

/// How people are told by mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Where mail leaves.
    pub outlet: MailOutlet,
    /// Who sends it.
    pub from: Mailbox,
    /// Where this server is reached, for links in mail; without a trailing slash.
    pub links: String,
    /// Where the product is, for people who read mail.
    pub app: Option<String>,
}

/// Where mail leaves.
#[derive(Debug, Clone)]
pub enum MailOutlet {
    /// Through a mail server, by its address.
    Smtp(SecretString),
    /// Into a folder, a file each.
    Folder(PathBuf),
}

impl MailConfig {
    /// None without `SMTP_URL`. `own` is where this machine reaches the server.
    pub(super) fn read(reader: &mut Reader<'_>, public_url: Option<&str>, own: &str) -> Option<Self> {
        let outlet = outlet(reader);
        let from = sender(reader, outlet.is_some());
        let app = reader.value("FRONTEND_URL").map(|url| url.trim_end_matches('/').to_owned());
        let outlet = outlet?;
        let hosted = reader.environment.is_hosted();
        if public_url.is_none() && hosted && !reader.blames_any(&["PUBLIC_URL"]) {
            let problem = "is unset, and mail needs it for its links to unsubscribe";
            reader.mistake("PUBLIC_URL", problem, "name the https:// address at which this server is reached");
        }
        let links = public_url.unwrap_or(own).to_owned();
        Some(Self { outlet, from: from?, links, app })
    }
}

fn outlet(reader: &mut Reader<'_>) -> Option<MailOutlet> {
    let value = reader.value("SMTP_URL")?;
    if reader.refuses_placeholder("SMTP_URL", &value) {
        return None;
    }
    parse(&value, reader.environment).map_err(|fault| reader.fault("SMTP_URL", &value, fault)).ok()
}

fn parse(text: &str, environment: Environment) -> Result<MailOutlet, Fault> {
    let fault = |problem: &str| Err(Fault::new(problem, SMTP_MEND));
    if let Some(folder) = text.strip_prefix("file:") {
        return match folder {
            _ if environment.is_hosted() => fault(&format!("is a folder, which {environment} refuses")),
            "" => fault("names no folder"),
            folder => Ok(MailOutlet::Folder(folder.into())),
        };
    }
    let Ok(url) = Url::parse(text) else { return fault("is not an address") };
    let encrypted = match (url.scheme(), query(&url)) {
        ("smtps", None) => true,
        ("smtp", None) => false,
        ("smtp", Some(("tls", "required"))) => true,
        ("smtp", Some(("tls", "opportunistic"))) => false,
        ("smtp" | "smtps", Some(_)) => return fault("has more after `?` than tls=required"),
        _ => return fault("is neither smtp:// nor smtps://"),
    };
    if url.host_str().is_none_or(str::is_empty) {
        return fault("names no host");
    }
    if environment == Environment::Production && !encrypted && !is_local(&url) {
        return fault("sends without encryption, which production refuses but on the same machine");
    }
    Ok(MailOutlet::Smtp(text.to_owned().into()))
}

fn query(url: &Url) -> Option<(&str, &str)> {
    url.query().map(|query| query.split_once('=').unwrap_or((query, "")))
}

fn sender(reader: &mut Reader<'_>, required: bool) -> Option<Mailbox> {
    let mend = "name who sends mail, as Tenantry <no-reply@example.com>";
    let Some(value) = reader.value("EMAIL_FROM") else {
        if required {
            reader.mistake("EMAIL_FROM", "is unset, and SMTP_URL is set", mend);
        }
        return None;
    };
    if reader.refuses_placeholder("EMAIL_FROM", &value) {
        return None;
    }
    let parsed = value.parse();
    parsed.map_err(|_| reader.fault("EMAIL_FROM", &value, Fault::new("is no mail address", mend))).ok()
}
