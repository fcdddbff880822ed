//! Configuration: typed, read once at start, every mistake reported together with its mend.
//!
//! This is the only module that reads the environment. It owns the list of variables
//! ([`VARIABLES`]), their defaults and what `staging` and `production` refuse; it opens no
//! connection and leaves the meaning of a value to the module that uses it.

mod address;
mod clerk;
mod clerk_keys;
mod database;
mod http;
mod limits;
mod log;
mod mail;
mod mistakes;
mod placeholder;
mod plans;
mod reader;
mod server;
mod settings;
mod telemetry;
#[cfg(test)]
mod tests;
mod variables;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use chrono::TimeDelta;

use crate::clerk::reverification::Preset;
use reader::Reader;

pub use clerk::{ClerkConfig, KeySource, PartyPolicy};
pub use database::{DatabaseConfig, DatabaseKind, DatabaseUrl};
pub use http::HttpConfig;
pub use limits::{LimitsConfig, Rates};
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, MailOutlet};
pub use mistakes::{ConfigErrors, Fault, Mistake};
pub use plans::{Catalogue, Plan};
pub use server::ServerConfig;
pub use settings::{Defaults, Settings};
pub use telemetry::{OtlpConfig, TelemetryConfig};
pub use variables::{DefaultValue, VARIABLES, Variable};

/// Everything the program was told, checked.
///
/// `Debug` prints no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where this program runs (`APP_ENV`).
    pub environment: Environment,
    /// The address to listen on (`HOST`, `PORT`). Port 0, any free one, occurs in `local` only.
    pub listen: SocketAddr,
    /// The database and its pool.
    pub database: DatabaseConfig,
    /// Everything about Clerk: keys, issuers, Backend API, webhooks.
    pub clerk: ClerkConfig,
    /// Origins, limits and the public address.
    pub http: HttpConfig,
    /// How much a caller may ask for, and how much is taken on at once.
    pub limits: LimitsConfig,
    /// Whether a person without an active organization works in a workspace of their own.
    pub personal_workspaces: bool,
    /// How long the data of a deleted organization is kept.
    pub organization_hold: TimeDelta,
    /// What each plan allows.
    pub plans: Catalogue,
    /// How long a plan that is not paid for stays in force.
    pub past_due_grace: TimeDelta,
    /// How long a deleted task can be restored: `TRASH_HOLD_DAYS`.
    pub trash_hold: TimeDelta,
    /// How fresh a factor must be for what cannot be undone; `None` asks for none.
    pub reverification: Option<Preset>,
    /// How people are told by mail; none when they are not.
    pub mail: Option<MailConfig>,
    /// How many connections there may be, and how the process begins and ends.
    pub server: ServerConfig,
    /// What is logged and how it looks.
    pub log: LogConfig,
    /// Where metrics, traces and errors go.
    pub telemetry: TelemetryConfig,
}

/// Where the program runs, which decides how strict the rules are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: built-in origins, local keys and plain http are fine.
    Local,
    /// A rehearsal that others can reach; Clerk development instances are accepted.
    Staging,
    /// The real thing.
    Production,
}

impl Environment {
    /// The name as `APP_ENV` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Whether this is `staging` or `production`, which other people can reach.
    pub fn is_hosted(self) -> bool {
        self != Self::Local
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The command that asks, which decides some defaults and what is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `dev`: `local` and 127.0.0.1 unless told otherwise, and it migrates by itself.
    Dev,
    /// `serve`: `production` unless told otherwise; everything a server needs is required.
    Serve,
    /// Any other command: `local` unless told otherwise; a variable that is set must be right,
    /// but Clerk's may be absent ([`KeySource::Missing`]).
    Other,
}

impl Config {
    /// Reads the process environment and, below it, the file `.env` of the working directory.
    ///
    /// # Errors
    /// Every mistake found, at once.
    pub fn from_env(command: Command) -> Result<Self, ConfigErrors> {
        Settings::load().config(&Defaults::of(command))
    }

    /// Reads variables through `get`, and those it does not know from `defaults`.
    ///
    /// Values are trimmed, and an empty one counts as unset.
    ///
    /// # Errors
    /// Every mistake found, at once.
    pub fn read(get: impl Fn(&str) -> Option<String>, defaults: &Defaults) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(&get, defaults);
        let config = Self::parts(&mut reader);
        reader.finish(config)
    }

    /// Reads what can be read, and says what cannot. Where a mistake was made some harmless value stands, which is for looking
    /// at the rest alone and never for serving.
    pub fn read_in_part(get: impl Fn(&str) -> Option<String>, defaults: &Defaults) -> (Self, Vec<Mistake>) {
        let mut reader = Reader::new(&get, defaults);
        let config = Self::parts(&mut reader);
        (config, reader.into_mistakes())
    }

    fn parts(reader: &mut Reader<'_>) -> Self {
        let listen = listen(reader);
        let database = DatabaseConfig::read(reader);
        let http = HttpConfig::read(reader);
        let clerk = ClerkConfig::read(reader, &http, listen.port());
        let mail = MailConfig::read(reader, http.public_url.as_deref(), &format!("http://localhost:{}", listen.port()));
        Self {
            environment: reader.environment,
            listen,
            database,
            clerk,
            http,
            limits: LimitsConfig::read(reader),
            personal_workspaces: reader.flag("PERSONAL_WORKSPACES"),
            organization_hold: TimeDelta::days(reader.number("ORGANIZATION_HOLD_DAYS", 0..=3650)),
            plans: Catalogue::read(reader),
            past_due_grace: TimeDelta::days(reader.number("PAST_DUE_GRACE_DAYS", 0..=365)),
            trash_hold: TimeDelta::days(reader.number("TRASH_HOLD_DAYS", 0..=3650)),
            reverification: reverification(reader),
            mail,
            server: ServerConfig::read(reader),
            log: LogConfig::read(reader),
            telemetry: TelemetryConfig::read(reader),
        }
    }
}

fn reverification(reader: &mut Reader<'_>) -> Option<Preset> {
    let presets = [Preset::Lax, Preset::Moderate, Preset::Strict, Preset::StrictMfa];
    let named = presets.map(|preset| (preset.as_str(), Some(preset)));
    let words: Vec<_> = [("off", None)].into_iter().chain(named).collect();
    reader.choice("REVERIFICATION_LEVEL", &words).unwrap_or(Some(Preset::Strict))
}

fn listen(reader: &mut Reader<'_>) -> SocketAddr {
    let host = match reader.either("HOST", "API_HOST") {
        Some((name, value)) => host(reader, name, &value),
        None if reader.command == Command::Dev => IpAddr::V4(Ipv4Addr::LOCALHOST),
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    };
    // Any free port suits a test; behind a load balancer nobody would find it.
    let lowest = if reader.environment.is_hosted() { 1 } else { 0 };
    let port = match reader.either("PORT", "API_PORT") {
        Some((name, value)) => reader.whole_number(name, &value, lowest..=u16::MAX),
        None => lowest,
    };
    SocketAddr::new(host, port)
}

fn host(reader: &mut Reader<'_>, name: &'static str, value: &str) -> IpAddr {
    let bare = value.trim_start_matches('[').trim_end_matches(']');
    if bare.eq_ignore_ascii_case("localhost") {
        return IpAddr::V4(Ipv4Addr::LOCALHOST);
    }
    bare.parse().unwrap_or_else(|_| {
        let fault =
            Fault::new("is not an IP address", "use 0.0.0.0 for every interface or 127.0.0.1 for this machine alone");
        reader.fault(name, value, fault);
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    })
}
