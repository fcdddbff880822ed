//! The program: reads its command and runs it.

use std::process::ExitCode;

use clap::Parser;
use tenantry::commands::Arguments;

/// As fast as the larger ones here, and quick to build.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match tenantry::commands::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tenantry: {error:#}");
            ExitCode::FAILURE
        }
    }
}
