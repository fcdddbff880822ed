//! The commands of the program.

mod audit;
mod backup;
#[cfg(feature = "dev")]
mod demo;
#[cfg(feature = "dev")]
mod dev;
mod doctor;
mod jobs;
mod mail;
mod migrate;
mod org;
mod reconcile;
mod serve;
#[cfg(feature = "dev")]
mod token;
mod webhooks;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::config::{Command as Asking, Config};

/// A multi-tenant B2B API for Clerk organizations.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole product on this machine: SQLite, a local Clerk, demo people and tasks.
    #[cfg(feature = "dev")]
    Dev(dev::Arguments),
    /// Serve in production; every setting comes from the environment.
    Serve,
    /// Change the database's schema.
    #[command(subcommand)]
    Migrate(migrate::Change),
    /// Show that no organization's audit log was changed.
    #[command(subcommand)]
    Audit(audit::Order),
    /// Export or erase everything an organization has.
    #[command(subcommand)]
    Org(org::Order),
    /// Look at jobs that are not done, and deal with those that failed for good.
    #[command(subcommand)]
    Jobs(jobs::Order),
    /// Compare our copy of Clerk's organizations and people with Clerk, and repair it.
    Reconcile(reconcile::Arguments),
    /// Look at stored webhook deliveries, and apply them again.
    #[command(subcommand)]
    Webhooks(webhooks::Order),
    /// Copy the SQLite database to a file, while servers go on.
    Backup(backup::Backup),
    /// Put a copy in the place of the SQLite database, while no server runs.
    Restore(backup::Restore),
    /// Look at everything a server needs, and say what is wrong and how to mend it. Changes nothing.
    Doctor(doctor::Arguments),
    /// Look at the mail that people get.
    #[command(subcommand)]
    Mail(mail::Order),
    /// Print a session token of the local Clerk, for curl.
    #[cfg(feature = "dev")]
    Token(token::Arguments),
    /// Print the API document (OpenAPI 3.1).
    Openapi,
}

impl Command {
    /// Whether it answers requests until it is stopped, and does not print and end.
    fn serves(&self) -> bool {
        match self {
            #[cfg(feature = "dev")]
            Self::Dev(_) => true,
            Self::Serve => true,
            _ => false,
        }
    }
}

/// Runs a command to its end, and says how the process ends.
///
/// # Errors
/// What went wrong, in words for the person at the terminal.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    if !arguments.command.serves() {
        // Whoever reads our output may have had enough (`| head`). A server outlives its readers, and keeps Rust's default.
        sigpipe::reset();
    }
    if let Command::Openapi = arguments.command {
        println!("{}", crate::router::document().to_pretty_json().context("writing the API document")?);
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Mail(order) = arguments.command {
        return mail::run(order).map(|()| ExitCode::SUCCESS);
    }
    small_pages();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(async {
        match arguments.command {
            #[cfg(feature = "dev")]
            Command::Dev(arguments) => dev::run(arguments).await,
            Command::Serve => serve::run(Config::from_env(Asking::Serve)?).await,
            Command::Migrate(change) => migrate::run(change, &Config::from_env(Asking::Other)?).await,
            Command::Audit(order) => audit::run(order, &Config::from_env(Asking::Other)?).await,
            Command::Org(order) => org::run(order, &Config::from_env(Asking::Other)?).await,
            Command::Jobs(order) => jobs::run(order, &Config::from_env(Asking::Other)?).await,
            Command::Reconcile(arguments) => {
                return reconcile::run(arguments, &Config::from_env(Asking::Other)?).await;
            }
            Command::Backup(arguments) => backup::back_up(arguments, &Config::from_env(Asking::Other)?).await,
            Command::Restore(arguments) => backup::put_back(arguments, &Config::from_env(Asking::Other)?).await,
            Command::Doctor(arguments) => return doctor::run(arguments).await,
            Command::Webhooks(order) => webhooks::run(order, &Config::from_env(Asking::Other)?).await,
            #[cfg(feature = "dev")]
            Command::Token(arguments) => token::run(arguments).await,
            Command::Mail(_) | Command::Openapi => Ok(()),
        }?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Has the kernel give memory in pages of 4 KiB. Where transparent huge pages are offered, each of the allocator's regions that holds a
/// few small things takes 2 MiB: of a process at rest that was 49 MiB, and is 32.
fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
