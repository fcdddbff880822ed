//! A process of the program, with its output in files so that no full pipe ever stops it.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running process; killed when dropped.
pub struct Program {
    child: Child,
    output: PathBuf,
    errors: PathBuf,
}

impl Program {
    /// Starts it in a folder with these variables and no others.
    pub fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_tenantry")), folder, arguments, variables)
    }

    /// The same by another command, which becomes the program.
    pub fn start_by(mut command: Command, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (output, errors) = (folder.join("output.log"), folder.join("errors.log"));
        let child = command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(&output).unwrap())
            .stderr(File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        Self { child, output, errors }
    }

    /// What it printed so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap()
    }

    /// What it logged so far.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    /// Asks until there is an answer, or fails when the process has ended or the time is up.
    pub async fn until<T>(&mut self, what: &str, mut ask: impl AsyncFnMut(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(answer) = ask(self).await {
                return answer;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "waited for {what}, ended: {ended:?}\n{}\n{}",
                self.output(),
                self.errors()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it can serve at this address.
    pub async fn until_ready(&mut self, base: &str) {
        let client = reqwest::Client::new();
        self.until("/readyz", async |_| {
            let answer = client.get(format!("{base}/readyz")).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// SIGKILL: no chance to finish anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, as supervisors ask.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// A signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("sh").args(["-c", "kill -s \"$1\" \"$0\"", &id, name]).status().unwrap().success());
    }

    /// How it ended; fails if it does not within this time.
    pub async fn end_within(&mut self, time: Duration) -> ExitStatus {
        let deadline = Instant::now() + time;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "still running {time:?} later\n{}\n{}", self.output(), self.errors());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
