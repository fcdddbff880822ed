//! One case under callgrind, in a process of its own.

use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};

/// What is counted: [`cases::measured`](crate::cases) and everything it calls.
const COUNTED: &str = "--toggle-collect=*cases*measured*";

/// All instructions of a case's rounds. The key is given so that it need not be made where every instruction takes fifty times
/// as long.
pub fn count(case: &str, key: &[u8]) -> Result<u64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("callgrind.out");
    let mut valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", COUNTED, "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .args(["run", case])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    valgrind.stdin.take().ok_or("no way to give a key")?.write_all(key)?;
    if !valgrind.wait()?.success() {
        return Err(format!("{case} failed").into());
    }
    let text = std::fs::read_to_string(out)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind wrote no total")?;
    match total.trim().parse()? {
        0 => Err(format!("nothing was counted of {case}: {COUNTED} matches no function").into()),
        count => Ok(count),
    }
}
