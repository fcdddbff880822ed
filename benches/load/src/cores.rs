//! Which cores serve, and which load and keep the data: never the same.

use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Result, ensure};

/// The two halves of the machine, as `taskset` names them; none where nothing is pinned.
#[derive(Debug)]
pub struct Cores {
    serving: Option<String>,
    loading: Option<String>,
}

impl Cores {
    /// Halves the machine, and takes this process to its half.
    pub fn of_this_machine(unpinned: bool) -> Result<Self> {
        let count = available_parallelism()?.get();
        if unpinned || count < 2 {
            return Ok(Self { serving: None, loading: None });
        }
        let half = count / 2;
        let cores = Self { serving: Some(range(0, half)), loading: Some(range(half, count)) };
        let this = std::process::id().to_string();
        if let Some(loading) = &cores.loading {
            let pinned = Command::new("taskset").args(["-a", "-c", "-p", loading, &this]).output()?;
            ensure!(pinned.status.success(), "taskset: {}", String::from_utf8_lossy(&pinned.stderr));
        }
        Ok(cores)
    }

    /// A command that runs where servers do.
    pub fn serving(&self, program: &Path) -> Command {
        let Some(cores) = &self.serving else { return Command::new(program) };
        let mut command = Command::new("taskset");
        command.args(["-c", cores]).arg(program);
        command
    }
}

impl std::fmt::Display for Cores {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.serving, &self.loading) {
            (Some(serving), Some(loading)) => {
                write!(formatter, "servers on core {serving}; load and PostgreSQL on core {loading}")
            }
            _ => formatter.write_str("nothing pinned"),
        }
    }
}

fn range(from: usize, to: usize) -> String {
    if from + 1 == to { from.to_string() } else { format!("{from}-{}", to - 1) }
}
