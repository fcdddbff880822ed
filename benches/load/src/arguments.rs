//! What to measure, and with what.

use std::path::PathBuf;

use clap::Parser;

use crate::workloads;

/// Drives the program and a bare handler by turns, and compares what a request costs.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Tasks in the database, spread over the tenants; several, as in 10000,10000000, are measured by turns. One tenant more has
    /// 10 040.
    #[arg(long, value_delimiter = ',', default_value = "1000000")]
    pub sizes: Vec<u32>,
    /// Organizations, each with at least 25 tasks.
    #[arg(long, default_value_t = 1000)]
    pub tenants: u32,
    /// The workloads to measure; all unless named.
    #[arg(long, value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(workloads::NAMES))]
    pub only: Vec<String>,
    /// How often each is measured.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// How long each time.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Connections of the load, where a workload does not say.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// Connections to the database, of each server.
    #[arg(long, default_value_t = 20)]
    pub database_connections: usize,
    /// Event streams to hold open; 0 leaves out what is measured of a resting program.
    #[arg(long, default_value_t = 2000)]
    pub streams: usize,
    /// Fills the databases anew.
    #[arg(long)]
    pub fresh: bool,
    /// Drops the databases, and does nothing else.
    #[arg(long)]
    pub drop: bool,
    /// A moment each, on any PostgreSQL and unpinned: shows that the bench works, and measures nothing.
    #[arg(long)]
    pub smoke: bool,
    /// Writes every measurement into this file.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// The program; `bare` lies beside this one.
    #[arg(long)]
    pub program: PathBuf,
    /// Where the PostgreSQL of the bench keeps its data. Whoever runs it must be able to reach the folder.
    #[arg(long, default_value = "/var/tmp/tenantry-load")]
    pub folder: PathBuf,
    /// A PostgreSQL to use instead of the bench's own: the address of its owner.
    #[arg(long, env = "TEST_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The first of the ports that servers listen on.
    #[arg(long, default_value_t = 18200)]
    pub port: u16,
}

impl Arguments {
    /// What follows from the others.
    pub fn settle(&mut self) {
        if self.smoke {
            (self.sizes, self.tenants, self.fresh) = (vec![10_000], 20, true);
            (self.rounds, self.seconds, self.streams) = (1, 0.15, 100);
        } else {
            // The address is the tests'; what is measured runs on a server whose core and settings are known.
            self.database_url = None;
        }
    }

    pub fn wants(&self, workload: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == workload)
    }
}
