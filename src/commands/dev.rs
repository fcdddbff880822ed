//! `tenantry dev`: the whole product on one machine, with no account, no network and no other service.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use clerk_emulator::{DeliveryStatus, Emulator, Seed};
use tokio::net::TcpListener;

use super::demo;
use super::serve::{Server, told_to_stop};
use crate::config::{Command, Config, DatabaseKind, Defaults, MailOutlet, Settings};
use crate::{dashboard, telemetry};

/// Where the local Clerk listens unless told otherwise.
pub const CLERK_PORT: u16 = 8001;

/// The local Clerk keeps its people and keys here between runs, as the database keeps its rows.
const FOLDER: &str = ".tenantry";
const STATE: &str = ".tenantry/clerk.json";

/// Clerk's packages for browsers, where the dashboard's dependencies are installed.
const PACKAGES: &str = "dashboard/node_modules";

/// Mail is written here, unless a server for it is named.
const MAIL: &str = ".tenantry/mail";

/// How to run it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port of the local Clerk.
    #[arg(long, default_value_t = CLERK_PORT)]
    clerk_port: u16,
}

/// Runs until Ctrl-C.
pub async fn run(arguments: Arguments) -> Result<()> {
    let settings = Settings::load();
    if settings.names_a_clerk() {
        let config = settings.config(&mailing(&settings, Defaults::of(Command::Dev)))?;
        let telemetry = telemetry::start(&config)?;
        let server = Server::open(&config, &telemetry).await?;
        let address = server.address;
        let serving = server.begin();
        println!("API   http://{address}   docs http://{address}/docs/   (Clerk: {})", config.clerk.api_url);
        let served = serving.until(told_to_stop()).await;
        telemetry.end().await;
        return served;
    }
    let (emulator, listener) = local_clerk(&settings, arguments.clerk_port).await?;
    let config = settings.config(&mailing(&settings, defaults(&emulator, arguments.clerk_port)))?;
    let telemetry = telemetry::start(&config)?;
    emulator.spawn(listener).await.context("starting the local Clerk")?;
    let server = Server::open(&config, &telemetry).await?.with(emulator.frontend_router());
    demo::tasks(&server.db, &emulator).await?;
    let address = reachable(server.address);
    // Begun before anything is announced to it.
    let running = tokio::spawn(server.begin().until(told_to_stop()));
    announce(address, &emulator).await?;
    // After the announcements, whose log lines would push it off the screen.
    greet(address, &emulator, &config);
    let served = running.await.context("serving")?;
    telemetry.end().await;
    served
}

async fn local_clerk(settings: &Settings, port: u16) -> Result<(Emulator, TcpListener)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("port {port} is not free for the local Clerk; choose another with --clerk-port"))?;
    std::fs::create_dir_all(FOLDER).with_context(|| format!("making the folder {FOLDER}"))?;
    // Our own address is always an authorized party in `dev`, whatever else is configured.
    let own = settings.config(&Defaults::of(Command::Other))?.listen.port();
    let mut builder = Emulator::builder()
        .seed(Seed::demo())
        .state_file(STATE)
        .authorized_party(format!("http://localhost:{own}"))
        .issuer(address(port))
        .home(dashboard::HOME)
        .application_name("Tenantry");
    if Path::new(PACKAGES).is_dir() {
        builder = builder.npm(PACKAGES);
    }
    let emulator = builder.build().context("starting the local Clerk")?;
    Ok((emulator, listener))
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn defaults(emulator: &Emulator, port: u16) -> Defaults {
    Defaults::of(Command::Dev)
        .with("CLERK_PUBLISHABLE_KEY", emulator.publishable_key())
        .with("CLERK_PROXY_URL", dashboard::LOCAL_CLERK)
        .with("CLERK_SECRET_KEY", emulator.secret_key())
        .with("CLERK_ISSUER", emulator.issuer())
        .with("CLERK_JWKS_URL", format!("{}/.well-known/jwks.json", address(port)))
        .with("CLERK_API_URL", address(port))
        .with("CLERK_WEBHOOK_SIGNING_SECRET", emulator.webhook_secret())
}

fn mailing(settings: &Settings, defaults: Defaults) -> Defaults {
    if settings.get("SMTP_URL").is_some_and(|url| !url.trim().is_empty()) {
        return defaults;
    }
    defaults.with("SMTP_URL", format!("file:{MAIL}")).with("EMAIL_FROM", "Tenantry <tenantry@localhost>")
}

/// Where the server is reached from this machine; "every address" is none to call.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// The address for a browser: Clerk's cookies are those of `localhost`, and `127.0.0.1` is another site.
fn in_a_browser(address: SocketAddr) -> String {
    match address.ip().is_loopback() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// Lets the local Clerk tell the API of everything there is, by webhooks, as the real one would have.
async fn announce(address: SocketAddr, emulator: &Emulator) -> Result<()> {
    let url = format!("http://{address}/api/webhooks/clerk");
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret())?;
    emulator.announce_all().context("announcing the local Clerk's people")?;
    // Two seconds at the most; whatever is still on its way then arrives on its own.
    for _ in 0..100 {
        if emulator.deliveries().iter().all(|delivery| delivery.status == DeliveryStatus::Delivered) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn greet(address: SocketAddr, emulator: &Emulator, config: &Config) {
    let own = format!("http://{address}");
    let clerk = emulator.base_url();
    println!("Tenantry is running.\n");
    println!("  API          {own}");
    println!("  docs         {own}/docs/");
    println!("  local Clerk  {clerk}   (its secret key: {})", emulator.secret_key());
    println!(
        "  database     {}",
        match config.database.url.kind() {
            DatabaseKind::Sqlite => "SQLite",
            DatabaseKind::Postgres => "PostgreSQL",
        }
    );
    match config.mail.as_ref().map(|mail| &mail.outlet) {
        Some(MailOutlet::Folder(folder)) => println!("  mail         {}/*.eml\n", folder.display()),
        _ => println!("  mail         by SMTP_URL\n"),
    }
    println!("People of the local Clerk:\n");
    for person in emulator.people() {
        let name = person.short_name.as_deref().unwrap_or(&person.id);
        let roles: Vec<String> = person.organizations.iter().map(|o| format!("{} in {}", o.role, o.slug)).collect();
        let roles = if roles.is_empty() { "no organization".to_owned() } else { roles.join(", ") };
        println!("  {name:<6} {:<16} {roles}", person.name);
    }
    let browser = in_a_browser(address);
    match dashboard::is_built() {
        true => println!("\nThe dashboard: {browser}{}", dashboard::HOME),
        false => println!("\nThe dashboard is not built; with Node.js: (cd dashboard && npm ci && npm run build)"),
    }
    println!("\nSign in as any of them, by one click: {browser}/__clerk/");
    println!("  or with an e-mail address such as ada@example.com and the code 424242 or the password not-a-secret");
    println!("  webhooks that were sent: {browser}/__clerk/events");
    println!("\nList the tasks of ada's organization:\n");
    println!("  curl -s {own}/api/tasks -H \"Authorization: Bearer $(curl -s {clerk}/token/ada)\"\n");
}
