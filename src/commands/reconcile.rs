//! `tenantry reconcile`: differences to standard output, progress to standard error, and an exit code for scripts.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chrono::TimeDelta;
use clap::Args;
use secrecy::ExposeSecret as _;

use super::migrate;
use crate::auth::Revocations;
use crate::clerk::Api;
use crate::clerk::api::ApiConfig;
use crate::config::Config;
use crate::db::Db;
use crate::reconcile::{Difference, Options, Pace, Report, Summary, patient, reconcile};
use crate::telemetry;

/// How the process ends when mirror and Clerk do not agree; 1 is a failure.
const THEY_DIFFER: u8 = 2;

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// What to compare, and what to do about it.
///
/// Ends with 0 when mirror and Clerk agree (with --apply: agree now), with 2 when they differ, and with 1 when they could not be
/// compared.
#[derive(Debug, Args)]
pub struct Arguments {
    /// One organization alone, by Clerk's id, whether or not the mirror knows it.
    #[arg(long, value_name = "ID")]
    org: Option<String>,
    /// Repair what differs. Safe beside running servers; may be interrupted and repeated.
    #[arg(long)]
    apply: bool,
    /// Go on from this organization after an interruption; the last lines of progress name it.
    #[arg(long, value_name = "ID", conflicts_with = "org")]
    from: Option<String>,
    /// Show names and e-mail addresses too.
    #[arg(long)]
    verbose: bool,
    /// How often Clerk is asked a second at most; a third of what Clerk allows when absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    requests_per_second: Option<u32>,
    /// Remove so many rows at most that Clerk does not have: with the secret key of another instance that would be all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_removals: u64,
    /// Leave rows alone that Clerk does not list when they changed within so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    settle: u32,
}

/// Compares.
pub async fn run(arguments: Arguments, config: &Config) -> Result<ExitCode> {
    telemetry::start_log(&config.log);
    let Some(key) = &config.clerk.secret_key else {
        bail!("CLERK_SECRET_KEY is not set; it is in Clerk's dashboard under API keys");
    };
    let mut pace = Pace::of_key(key.expose_secret());
    if let Some(times) = arguments.requests_per_second {
        pace.between = Duration::from_secs(1) / times;
    }
    let clerk = Api::new(patient(ApiConfig::new(&config.clerk.api_url, Some(key.clone())))).context("CLERK_API_URL")?;
    let db = Db::connect(&config.database).await.context("connecting to the database (DATABASE_URL)")?;
    migrate::demand_current(&db).await?;
    let options = Options {
        organization: arguments.org,
        from: arguments.from,
        apply: arguments.apply,
        pace,
        personal_workspaces: config.personal_workspaces,
        settled: TimeDelta::seconds(arguments.settle.into()),
        most_removals: arguments.max_removals,
    };
    let mut terminal = Terminal { personal: arguments.verbose, told_at: Instant::now() };
    // This process serves nobody; those that do hear of every change.
    let summary = reconcile(&db, &clerk, &Revocations::default(), &options, &mut terminal).await?;
    db.close().await.context("closing the database")?;
    conclude(&summary, arguments.apply)
}

fn conclude(summary: &Summary, apply: bool) -> Result<ExitCode> {
    eprintln!("{}", looked_at(summary));
    let Summary { differ, repaired, removed, refreshed, withheld, unsettled, unreadable, .. } = summary;
    match (differ, apply) {
        (0, _) => eprintln!("no differences"),
        (_, false) => eprintln!("{differ} differ; --apply repairs them"),
        (_, true) => eprintln!("{differ} differed, {repaired} repaired, of which {removed} removed"),
    }
    if *refreshed > 0 {
        eprintln!("{refreshed} rows were right and were given Clerk's newer time");
    }
    if *unsettled > 0 {
        eprintln!("{unsettled} rows are not in Clerk's lists and too young to be judged; run again in a minute");
    }
    if *withheld > 0 {
        eprintln!(
            "{withheld} removals withheld: is CLERK_SECRET_KEY that of this instance? If so, raise --max-removals"
        );
    }
    ensure!(*unreadable == 0, "{unreadable} objects of Clerk's could not be read, and were not compared");
    Ok(if summary.agree() { ExitCode::SUCCESS } else { ExitCode::from(THEY_DIFFER) })
}

fn looked_at(summary: &Summary) -> String {
    let Summary { organizations, users, memberships, invitations, subscriptions, .. } = summary;
    format!(
        "{organizations} organizations, {memberships} memberships, {invitations} invitations, {subscriptions} subscriptions, \
         {users} users compared"
    )
}

struct Terminal {
    personal: bool,
    told_at: Instant,
}

impl Report for Terminal {
    fn difference(&mut self, difference: &Difference) {
        println!("{}", difference.line(self.personal));
    }

    fn progress(&mut self, summary: &Summary, resume: Option<&str>) {
        if self.told_at.elapsed() >= EVERY {
            self.told_at = Instant::now();
            let at = resume.map(|id| format!("; at {id}")).unwrap_or_default();
            eprintln!("{}, {} differ{at}", looked_at(summary), summary.differ);
        }
    }

    fn note(&mut self, note: &str) {
        eprintln!("note: {note}");
    }
}
