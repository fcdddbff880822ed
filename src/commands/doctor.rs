//! `tenantry doctor`: a line for each thing that a server needs, and an exit code for scripts.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::json;

use crate::config::{Command, Defaults, Settings};
use crate::doctor::{Case, Finding, Outcome, Wanted, examine, names};

/// What to look at: everything, one step, or some checks.
///
/// Ends with 0 when nothing failed, and with 1 otherwise. The settings are read as `serve` reads them.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What one step of docs/going-live.md needs: 1 instance and keys, 2 roles, 3 webhook, 4 database, 5 front end.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    step: Option<u8>,
    /// As one JSON document.
    #[arg(long)]
    json: bool,
    /// These checks alone.
    #[arg(value_name = "CHECK", value_parser = PossibleValuesParser::new(names()))]
    checks: Vec<String>,
}

/// Looks.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let (config, mistakes) = Settings::load().config_in_part(&Defaults::of(Command::Serve));
    let wanted = Wanted { step: arguments.step, names: arguments.checks };
    let findings = examine(&Case::new(config, mistakes), &wanted).await;
    let failed = findings.iter().any(|finding| finding.outcome == Outcome::Failed);
    if arguments.json {
        let document = json!({ "ok": !failed, "findings": findings });
        println!("{}", serde_json::to_string_pretty(&document).context("writing the findings")?);
    } else {
        findings.iter().for_each(|finding| println!("{}", line(finding)));
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let step = finding.step.map_or("-".to_owned(), |step| step.to_string());
    let mend = finding.mend.as_ref().map(|mend| format!("; {mend}")).unwrap_or_default();
    format!("{step} {:<8} {:<15} {}{mend}", finding.outcome.as_str(), finding.check, finding.found)
}
