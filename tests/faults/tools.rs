//! Programs and powers that a fault needs, and waiting for what comes true.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// Says that tests are left out, past the capture of a test's output; with `CI=true` that is a failure.
pub fn left_out(why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true, and {why}");
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {why}");
}

/// A program in one of these folders, else in the `PATH`.
pub fn program(name: &str, folders: &[&str]) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut places = folders.iter().copied().chain(path.split(':')).map(|folder| Path::new(folder).join(name));
    places.find(|place| place.exists())
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// A command that ends with the test, even when the test is killed, and that as root runs as somebody else.
pub fn bound_to_us(signal: &str, user: &str, program: &Path) -> Command {
    let Some(setpriv) = self::program("setpriv", &["/usr/bin"]) else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    command.arg(format!("--pdeathsig={signal}"));
    if is_root() {
        command.args([format!("--reuid={user}"), format!("--regid={}", group_of(user)), "--init-groups".into()]);
    }
    command.arg("--").arg(program);
    command
}

fn group_of(user: &str) -> String {
    let id = Command::new("id").args(["-g", user]).output().unwrap();
    String::from_utf8(id.stdout).unwrap().trim().to_owned()
}

/// Lets the user of [`bound_to_us`] have a file or folder.
pub fn give_to(user: &str, path: &Path) {
    if is_root() {
        assert!(Command::new("chown").args(["-R", user]).arg(path).status().unwrap().success());
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, name: &str) {
    let _ = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &process.to_string()]).status();
}

/// A port for a server that comes and goes: none that the system gives to connections, one of which could take it meanwhile, or
/// even meet itself there.
pub fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 900).unwrap();
    for _ in 0..1000 {
        let port = 21_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 1000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port from 21000 to 21999 is free");
}

/// Asks until there is an answer, or fails after so many seconds.
pub async fn until<T>(what: &str, seconds: u64, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {seconds} s for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
