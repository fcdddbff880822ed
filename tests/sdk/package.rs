//! The packages under comparison: installed once into the build folder, then run as child processes.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The packages of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packages {
    /// `@clerk/backend`, `@clerk/shared` and `svix` from npm.
    JavaScript,
    /// `clerk-backend-api` and `svix` from PyPI.
    Python,
    /// `@clerk/react`, `@clerk/clerk-js` and `@clerk/ui` from npm, and what drives Chromium.
    Browser,
}

impl Packages {
    /// Whether they could be installed; says why not, and with `CI=true` their absence is a failure.
    pub fn are_there(self) -> bool {
        static FOUND: [OnceLock<Result<(), String>>; 3] = [const { OnceLock::new() }; 3];
        let found = FOUND[self as usize].get_or_init(|| self.install());
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        if let Err(reason) = found {
            assert!(!in_ci, "CI=true, and the {self:?} packages cannot be used: {reason}");
            // Past the capture of a test's output, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "LEFT OUT: comparison with the {self:?} packages of Clerk and Svix; {reason}"
            );
        }
        found.is_ok()
    }

    /// Runs a script with a question on standard input, and answers the report it prints.
    pub fn run(self, script: &str, question: &Value) -> Value {
        let mut child = Command::new(self.program())
            .arg(self.scripts().join(format!("{script}.{}", self.extension())))
            .env("CLERK_TELEMETRY_DISABLED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // In a thread, so that neither side waits for the other's full pipe.
        let question = question.to_string();
        let asking = std::thread::spawn(move || stdin.write_all(question.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let asked = asking.join().unwrap();
        assert!(output.status.success() && asked.is_ok(), "{self:?} {script} failed: {}", last_words(&output));
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{self:?} {script} reports no JSON: {error}: {}", last_words(&output)))
    }

    /// What runs the scripts.
    fn program(self) -> PathBuf {
        match self {
            Self::JavaScript | Self::Browser => PathBuf::from("node"),
            Self::Python => self.home().join("environment/bin/python"),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::JavaScript | Self::Browser => "mjs",
            Self::Python => "py",
        }
    }

    /// Where script and list of packages are kept.
    fn source(self) -> PathBuf {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
        match self {
            Self::JavaScript => tests.join("node"),
            Self::Python => tests.join("python"),
            Self::Browser => tests.join("browser"),
        }
    }

    /// Node.js looks for packages beside the script, so that its scripts are copied there.
    fn scripts(self) -> PathBuf {
        match self {
            Self::JavaScript | Self::Browser => self.home(),
            Self::Python => self.source(),
        }
    }

    /// The files that name the packages and their versions.
    fn lists(self) -> &'static [&'static str] {
        match self {
            Self::JavaScript | Self::Browser => &["package.json", "package-lock.json", ".npmrc"],
            Self::Python => &["requirements.txt"],
        }
    }

    /// The folder they are installed in, another one for every list of versions.
    fn home(self) -> PathBuf {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for list in self.lists() {
            context.update(&fs::read(self.source().join(list)).unwrap());
        }
        let digest: String = context.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdk-{}-{digest}", self.extension()))
    }

    /// Where the installed packages are.
    pub fn modules(self) -> PathBuf {
        self.home().join("node_modules")
    }

    fn install(self) -> Result<(), String> {
        if self == Self::Browser && crate::browser::chromium().is_none() {
            return Err("there is no Chromium; CHROMIUM names one".to_owned());
        }
        let home = self.home();
        fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        let lock = File::create(home.join(".lock")).map_err(|error| error.to_string())?;
        // Two runs of the suite may meet here.
        lock.lock().map_err(|error| error.to_string())?;
        let done = home.join(".installed");
        let runs = succeed(Command::new(self.program()).arg("--version"));
        if !done.exists() || runs.is_err() {
            match self {
                Self::JavaScript | Self::Browser => self.install_from_npm(&home)?,
                Self::Python => self.install_from_pypi(&home)?,
            }
            fs::write(done, "").map_err(|error| error.to_string())?;
        }
        if self.scripts() == home { copy_all(&self.source(), &home).map_err(|error| error.to_string()) } else { Ok(()) }
    }

    fn install_from_npm(self, home: &Path) -> Result<(), String> {
        succeed(Command::new("node").arg("--version"))?;
        copy_all(&self.source(), home).map_err(|error| error.to_string())?;
        succeed(Command::new("npm").arg("ci").current_dir(home))
    }

    fn install_from_pypi(self, home: &Path) -> Result<(), String> {
        let environment = home.join("environment");
        succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let list = self.source().join("requirements.txt");
        let python = environment.join("bin/python");
        succeed(Command::new(python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(list))
    }
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{program} failed: {}", last_words(&output))),
        Err(error) => Err(format!("{program} cannot be started: {error}")),
    }
}

/// What a program said before it gave up.
fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let text = if text.trim().is_empty() { String::from_utf8_lossy(&output.stdout) } else { text };
    text.trim().to_owned()
}
