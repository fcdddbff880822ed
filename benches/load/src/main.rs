//! Drives the program and a bare handler by turns, and compares what a request costs.
//!
//! It fills a database, starts the program as in production beside two handlers written by hand (`src/bin/bare`), asks all of them
//! the same, checks that they answer the same, and prints what each took. `benches/load/run` builds what is needed and calls it.

mod arguments;
mod callers;
mod clerk;
mod cluster;
mod cores;
mod drive;
mod http;
mod process;
mod report;
mod resident;
mod seed;
mod servers;
mod site;
mod workloads;

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use tempfile::TempDir;

use self::arguments::Arguments;
use self::clerk::Clerk;
use self::cluster::Cluster;
use self::cores::Cores;
use self::report::Report;
use self::site::Site;

/// What everything stands on.
struct Ground {
    arguments: Arguments,
    cores: Cores,
    database: Cluster,
    clerk: Clerk,
    scratch: TempDir,
}

/// One thread, so that the load takes as little as it can from the database beside it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    arguments.settle();
    // Each stream and connection is a file here and one there.
    rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    // First, as what this process starts is where it is itself.
    let cores = Cores::of_this_machine(arguments.smoke)?;
    let database = Cluster::open(&arguments).await?;
    let clerk = Clerk::start(arguments.tenants).await?;
    let ground = Ground { arguments, cores, database, clerk, scratch: tempfile::tempdir()? };
    if ground.arguments.drop {
        return site::drop_all(&ground).await;
    }
    let measured = measure(&ground).await;
    if ground.arguments.smoke {
        site::drop_all(&ground).await?;
    }
    let report = measured?;
    if ground.arguments.smoke {
        println!("every workload was answered alike and rightly by every server");
    } else {
        println!("{report}");
    }
    if let Some(file) = &ground.arguments.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// Everything there is to measure.
async fn measure(ground: &Ground) -> Result<Report> {
    let mut report = under_load(ground).await?;
    report.resident = resident::measure(ground).await?;
    Ok(report)
}

/// Every workload on every server of every size, by turns.
async fn under_load(ground: &Ground) -> Result<Report> {
    let (mut report, mut sites) = (Report::new(ground), Vec::new());
    for (number, size) in ground.arguments.sizes.iter().enumerate() {
        sites.push(Site::open(ground, *size, number).await?);
    }
    for name in workloads::NAMES {
        if !ground.arguments.wants(name) {
            continue;
        }
        for round in 0..ground.arguments.rounds {
            for site in &sites {
                measure_one(ground, site, name, round, &mut report).await?;
            }
        }
    }
    for site in &sites {
        site.clear_up().await?;
    }
    Ok(report)
}

/// One workload on every server of a size, once.
async fn measure_one(ground: &Ground, site: &Site, name: &str, round: usize, report: &mut Report) -> Result<()> {
    let time = Duration::from_secs_f64(ground.arguments.seconds);
    for server in &site.servers {
        ground.clerk.key_fetches();
        let callers = workloads::callers(name, ground, &site.known)?;
        let took = drive::drive(server, callers, time).await;
        let took = took.with_context(|| format!("{name} on {} with {} tasks", server.name, site.size))?;
        eprintln!("{name}, round {}, {} tasks, {}: {took}", round + 1, site.size, server.name);
        report.add(site.size, name, server.name, took, ground.clerk.key_fetches());
    }
    Ok(())
}
