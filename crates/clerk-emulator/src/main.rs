//! The program `clerk-emulator`: the library behind a command line.

use std::{fs, net::IpAddr, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use clerk_emulator::{Emulator, Person, RateLimits, Seed};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A local stand-in for Clerk: session tokens, Backend API and signed webhooks.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; only a loopback one, unless --expose is given
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,

    /// Port to listen on; 0 chooses a free one
    #[arg(long, default_value_t = 8001)]
    port: u16,

    /// Listen on other than loopback addresses: everyone who reaches it can be anyone
    #[arg(long)]
    expose: bool,

    /// Where it is reached, such as http://clerk.localhost:8001, in links to it; where it listens when absent
    #[arg(long, value_name = "URL")]
    address: Option<String>,

    /// People and organizations to start with, as TOML; the demo when absent
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Keep everything in this file, and start from it when it exists
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Send webhooks to this address; may be given several times
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,

    /// Secret to sign webhooks with; one is made when absent
    #[arg(long, value_name = "whsec_…", env = "CLERK_WEBHOOK_SIGNING_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,

    /// `azp` of minted tokens, such as http://localhost:5173
    #[arg(long, value_name = "ORIGIN")]
    azp: Option<String>,

    /// Keep the rate limits of such an instance of Clerk's; none when absent
    #[arg(long, value_name = "KIND", value_parser = ["production", "development"])]
    rate_limits: Option<String>,

    /// Let pages of this origin call the Frontend API at this address; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,

    /// The node_modules folder that holds @clerk/clerk-js and @clerk/ui, to serve their files to pages
    #[arg(long, value_name = "DIR")]
    npm: Option<PathBuf>,

    /// Path of the page that people come to when they are signed in
    #[arg(long, value_name = "PATH", default_value = "/")]
    home: String,

    /// Another publishable key; one of a development host makes browsers known by the query instead of a cookie
    #[arg(long, value_name = "pk_…")]
    publishable_key: Option<String>,

    /// The key of the Backend API, sk_test_…; one is made when absent
    #[arg(long, value_name = "sk_…", env = "CLERK_SECRET_KEY", hide_env_values = true)]
    secret_key: Option<String>,

    /// `iss` of minted tokens; the emulator's own address when absent
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    ensure!(
        arguments.host.is_loopback() || arguments.expose,
        "{} is not a loopback address; whoever reaches the emulator can be anyone. \
         Add --expose if that is meant.",
        arguments.host
    );
    let seed = seed(&arguments)?;
    let password = seed.password.clone();
    let emulator = build(&arguments, seed)?;
    let address = (arguments.host, arguments.port);
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("{}:{} is not free", address.0, address.1))?;
    let secret = arguments.webhook_secret.unwrap_or_else(|| emulator.webhook_secret());
    let endpoints = arguments.webhook.len();
    for url in arguments.webhook {
        emulator.add_webhook_endpoint(url, &secret)?;
    }
    emulator.spawn(listener).await?;
    greet(&emulator, &secret, password.as_deref());
    if endpoints > 0 {
        emulator.announce_all()?;
    }
    tokio::signal::ctrl_c().await.context("waiting for the end")
}

fn seed(arguments: &Arguments) -> Result<Seed> {
    match &arguments.seed {
        None => Ok(Seed::demo()),
        Some(path) => {
            let text = fs::read_to_string(path);
            let text = text.with_context(|| format!("reading {}", path.display()))?;
            Seed::from_toml(&text).with_context(|| path.display().to_string())
        }
    }
}

fn build(arguments: &Arguments, seed: Seed) -> Result<Emulator> {
    let mut builder = Emulator::builder().seed(seed).home(&arguments.home);
    for origin in &arguments.origin {
        builder = builder.allow_origin(origin);
    }
    if let Some(folder) = &arguments.npm {
        builder = builder.npm(folder);
    }
    if let Some(key) = &arguments.publishable_key {
        builder = builder.publishable_key(key);
    }
    if let Some(url) = &arguments.address {
        builder = builder.address(url);
    }
    if let Some(key) = &arguments.secret_key {
        builder = builder.secret_key(key);
    }
    if let Some(path) = &arguments.state {
        builder = builder.state_file(path);
    }
    if let Some(origin) = &arguments.azp {
        builder = builder.authorized_party(origin);
    }
    if let Some(issuer) = &arguments.issuer {
        builder = builder.issuer(issuer);
    }
    match arguments.rate_limits.as_deref() {
        Some("production") => builder = builder.rate_limits(RateLimits::production()),
        Some(_) => builder = builder.rate_limits(RateLimits::development()),
        None => {}
    }
    builder.build()
}

fn by_password(seeded: Option<&str>) -> String {
    seeded.map_or_else(String::new, |password| format!(", or the password {password}"))
}

fn greet(emulator: &Emulator, webhook_secret: &str, seeded: Option<&str>) {
    let base = emulator.base_url();
    println!("Local Clerk at {base}\n");
    println!("CLERK_PUBLISHABLE_KEY={}", emulator.publishable_key());
    println!("CLERK_SECRET_KEY={}", emulator.secret_key());
    println!("CLERK_JWKS_URL={base}/.well-known/jwks.json");
    println!("CLERK_ISSUER={}", emulator.issuer());
    println!("CLERK_API_URL={base}");
    println!("CLERK_WEBHOOK_SIGNING_SECRET={webhook_secret}\n");
    // A browser's cookies are those of `localhost`; 127.0.0.1 is another site.
    println!("Sign in by one click: {}/__clerk/", base.replace("//127.0.0.1:", "//localhost:"));
    println!("By hand: an e-mail address and the code 424242{}\n", by_password(seeded));
    let people = emulator.people();
    for person in &people {
        println!("  {}", line(person));
    }
    if let Some(person) = people.first() {
        println!("\ncurl '{base}/token/{}'", handle(person));
    }
}

fn handle(person: &Person) -> &str {
    person.short_name.as_deref().unwrap_or(&person.id)
}

fn line(person: &Person) -> String {
    let seen = |o: &clerk_emulator::PersonOrganization| format!("{} in {}", o.role, o.slug);
    let roles: Vec<String> = person.organizations.iter().map(seen).collect();
    let roles = match roles.is_empty() {
        true => "no organization".to_owned(),
        false => roles.join(", "),
    };
    format!("{:<6} {:<14} {roles}", handle(person), person.name)
}
