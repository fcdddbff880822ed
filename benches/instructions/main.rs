//! Instructions that the hot paths take, counted by callgrind and held against `baseline.toml`: figures that no busy machine blurs.
//!
//! `cargo bench --profile instructions --bench instructions` checks; `… -- accept "reason"` writes what was counted.

mod baseline;
mod callgrind;
mod cases;
#[path = "../support/service.rs"]
mod service;
#[path = "../support/token.rs"]
mod token;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use baseline::Baseline;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("run"), Some(case)) => cases::run(&case),
        (Some("accept"), Some(reason)) => accept(&reason),
        (None, None) => check(),
        _ => Err("usage: instructions [accept REASON | run CASE]".into()),
    }
}

fn file() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/baseline.toml"))
}

fn baseline() -> Result<Baseline, Box<dyn Error>> {
    Baseline::parse(&std::fs::read_to_string(file())?)
}

fn check() -> Result<ExitCode, Box<dyn Error>> {
    let findings = baseline()?.judge(&count()?);
    findings.iter().for_each(|finding| println!("{finding}"));
    Ok(if findings.iter().any(|finding| finding.fails()) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn accept(reason: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut baseline = if file().exists() { baseline()? } else { Baseline::default() };
    baseline.accept(&count()?, &chrono::Utc::now().date_naive().to_string(), reason)?;
    std::fs::write(file(), baseline.text())?;
    Ok(ExitCode::SUCCESS)
}

/// The instructions of each case, one after another.
fn count() -> Result<Vec<(String, u64)>, Box<dyn Error>> {
    if !cfg!(target_arch = "x86_64") {
        return Err("the baseline holds for x86_64".into());
    }
    let key = KeyPair::generate(KeySize::Rsa2048)?;
    let key = key.as_der()?;
    let mut counts = Vec::new();
    for case in cases::NAMES {
        let counted = callgrind::count(case, key.as_ref())?;
        counts.push((case.to_owned(), counted / cases::rounds_of(case)));
    }
    Ok(counts)
}
